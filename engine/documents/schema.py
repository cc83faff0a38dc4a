"""A JSON Schema of scenario files, so that an editor completes keys and marks mistakes while a scenario is written.

The schema knows the shape of a file; names, expressions and units are checked by ``burncast check``.
"""

from __future__ import annotations

from typing import Any

from burncast.engine.documents.structure import ScenarioFile

__all__ = ["scenario_schema"]


def scenario_schema() -> dict[str, Any]:
    """The schema as plain data (JSON Schema 2020-12), ready for ``json.dumps``."""
    schema: dict[str, Any] = _without_null(ScenarioFile.model_json_schema())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "burncast scenario"}


def _without_null(node: Any) -> Any:
    """TOML has no null: a key that may be left out is not therefore of two types. Generated titles say nothing."""
    if isinstance(node, list):
        return [_without_null(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _without_null(value) for key, value in node.items() if not (key == "default" and value is None)}
    if isinstance(kept.get("title"), str) and ("type" in kept or "anyOf" in kept or "$ref" in kept or "oneOf" in kept):
        del kept["title"]
    choices = kept.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        rest = [choice for choice in choices if choice != {"type": "null"}]
        del kept["anyOf"]
        kept = {**rest[0], **kept} if len(rest) == 1 else {**kept, "anyOf": rest}
    return kept
