from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from scenario_files import problems_of

from burncast.engine.documents.packaged import packaged_scenarios
from burncast.engine.documents.schema import scenario_schema
from burncast.engine.documents.structure import ScenarioFile
from burncast.engine.documents.template import TEMPLATE

TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
}


def mistakes(value: Any, schema: dict[str, Any], whole: dict[str, Any], path: str = "") -> Iterator[str]:
    """A reading of JSON Schema as far as the scenario's schema uses it, written apart from what made it."""
    unknown = schema.keys() - {
        *("$ref", "$defs", "$schema", "type", "properties", "additionalProperties", "items", "enum", "oneOf"),
        *("minimum", "maximum", "description", "title", "format"),
    }
    assert not unknown, unknown
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from mistakes(value, whole["$defs"][name], whole, path)
    if "oneOf" in schema:
        fitting = [choice for choice in schema["oneOf"] if not list(mistakes(value, choice, whole, path))]
        if len(fitting) != 1 and not all(choice.get("type") == "string" for choice in fitting):
            yield f"{path}: {len(fitting)} alternatives fit"
        if not fitting:
            yield f"{path}: no alternative fits"
    if "type" in schema and (isinstance(value, bool) or not isinstance(value, TYPES[schema["type"]])):
        yield f"{path}: is no {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: is none of {schema['enum']}"
    if not schema.get("minimum", value) <= value <= schema.get("maximum", value) if isinstance(value, int) else False:
        yield f"{path}: out of bounds"
    for key, item in value.items() if isinstance(value, dict) else ():
        properties = schema.get("properties", {})
        if key in properties:
            yield from mistakes(item, properties[key], whole, f"{path}.{key}")
        elif isinstance(schema.get("additionalProperties"), dict):
            yield from mistakes(item, schema["additionalProperties"], whole, f"{path}.{key}")
        elif schema.get("additionalProperties") is False:
            yield f"{path}: unknown key {key}"
    for number, item in enumerate(value) if isinstance(value, list) else ():
        yield from mistakes(item, schema.get("items", {}), whole, f"{path}[{number}]")


def found(text: str) -> list[str]:
    schema = json.loads(json.dumps(scenario_schema()))
    return list(mistakes(tomllib.loads(text), schema, schema))


def test_the_template_fits_the_schema_and_loads() -> None:
    assert found(TEMPLATE) == []
    assert problems_of(tomllib.loads(TEMPLATE)) == ()


@pytest.mark.parametrize("name", sorted(packaged_scenarios()))
def test_packaged_scenarios_fit_the_schema_and_load(name: str) -> None:
    assert found(packaged_scenarios()[name].read_text(encoding="utf-8")) == []
    assert problems_of(name) == ()


@pytest.mark.parametrize(
    "text",
    [
        "[scenario]\ntitel = 'x'",
        "[scenario]\nperiods = '3'",
        "[scenario]\nperiods = 0",
        "[scenario]\nstep = 'day'",
        "[inputs]\na = true",
        "[inputs]\na = [1]",
        "[inputs]\na = { vaule = 1 }",
        "[inputs]\na = { value = { x = true } }",
        "[stocks]\na = 1",
        "[formula]\na = 1",
        "[[correlations]]\nbetween = 'a'",
        "[variants.v.outputs]\ntrack = []",
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(text: str) -> None:
    assert found(text)
    assert problems_of(tomllib.loads(text))


def test_every_key_is_described_and_none_may_be_null() -> None:
    schema = scenario_schema()
    text = json.dumps(schema)
    assert '"null"' not in text
    assert schema["properties"].keys() == ScenarioFile.model_fields.keys()
    for name, definition in schema["$defs"].items():
        assert definition["description"], name
        for key, inner in definition["properties"].items():
            described = "description" in inner or "$ref" in inner or "$ref" in json.dumps(inner)
            assert described, (name, key)


def test_the_template_shows_every_kind_and_its_schema() -> None:
    data = tomllib.loads(TEMPLATE)
    assert TEMPLATE.startswith("#:schema scenario.schema.json\n")
    assert data.keys() == ScenarioFile.model_fields.keys() - {"posterior"}  # which is saved, not written by hand
    assert all(len(line) <= 125 for line in TEMPLATE.splitlines())
