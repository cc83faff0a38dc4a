"""What the page of ``burncast serve`` asks and is told, as JSON.

=====================  ============================================================================================
a change               ``{"centre": 0.04}``, ``{"factor": 1.2}``, ``{"text": "beta(p5=0.01, p95=0.1)"}`` or
                       ``{"arguments": {"p5": 0.01}}``; with a text beside them, the others are about that
a forecast             arrays over the periods 0 … T; what is unknown or beyond the horizon is null
a mistake              ``{"error": {"message", "key", "expected", "nearest", "problems"}}``
=====================  ============================================================================================
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import FormulaError, InputError, Problem, ScenarioError, nearest_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from burncast.engine.inputs.adjusting import Adjustable
    from burncast.engine.scenario import Scenario
    from burncast.engine.what_if.forecast import Figure, Forecast

__all__ = [
    "Asked",
    "Change",
    "RefusedError",
    "describe_drawn",
    "describe_forecast",
    "describe_input",
    "describe_scenario",
    "encode",
    "labelled",
    "read_asked",
    "refusal_of",
]

MOST_CHANGES = 2_000
MOST_TEXT = 2_000
STEPS = 200
DIGITS = 4
_TAB = re.compile(r"[A-Za-z0-9_-]{1,64}")


class RefusedError(Exception):
    """A request that cannot be answered: the HTTP ``status``, and what the page is told."""

    def __init__(self, status: int, message: str, **about: Any) -> None:
        self.status = status
        self.told = {"error": {"message": message, "key": None, "expected": None, "nearest": None, **about}}
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Change:
    """What is wanted of an input: a new text, and of that or the one it has a new median, a factor before it, or new
    numbers in the law.
    """

    centre: float | None = None
    factor: float | None = None
    text: str | None = None
    arguments: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the ``tab`` that it comes from, its number there, and what is to be computed.

    ``drawn`` is how many trajectories the page shows of it already: a refinement has no need to begin with fewer.
    ``moving`` is the input under the hand, which is about to take other values.
    """

    variant: str
    changes: Mapping[str, Change]
    tab: str = ""
    run: int = 0
    refine: bool = False
    drawn: int = 0
    moving: str | None = None
    lang: str | None = None


def read_asked(body: bytes) -> Asked:
    """The request in a body; raises :class:`RefusedError` where it is not one."""
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, f"the request is no JSON: {error}"[:200]) from None
    if not isinstance(data, dict):
        raise RefusedError(400, "the request is no JSON object")
    known = ("tab", "run", "variant", "changes", "refine", "drawn", "moving", "lang")
    for key in data.keys() - set(known):
        nearest = nearest_name(str(key), known)
        raise RefusedError(400, f"the request has no {str(key)[:60]!r}", expected=", ".join(known), nearest=nearest)
    asked = Asked(
        variant=_field(data, "variant", str, "base"),
        changes=_changes(_field(data, "changes", dict, {})),
        tab=_field(data, "tab", str, ""),
        run=_field(data, "run", int, 0),
        refine=_field(data, "refine", bool, False),
        drawn=_field(data, "drawn", int, 0),
        moving=_field(data, "moving", str, None),
        lang=_field(data, "lang", str, None),
    )
    if asked.tab and not _TAB.fullmatch(asked.tab):
        raise RefusedError(400, "tab is no name of a tab", expected="up to 64 letters, digits, - and _")
    return asked


def refusal_of(error: InputError, keys: Collection[str] = ()) -> RefusedError:
    """What the page is told of a mistake in a scenario, at that of the inputs with these ``keys`` that it is about."""
    if isinstance(error, ScenarioError):
        told = [_told(problem, keys) for problem in error.problems]
        return RefusedError(422, told[0].pop("message"), **told[0], problems=[str(one) for one in error.problems])
    if isinstance(error, FormulaError):
        return RefusedError(422, error.message, key=None, expected=error.expected, nearest=error.nearest)
    return RefusedError(422, str(error))


def describe_scenario(
    scenario: Scenario,
    inputs: Mapping[str, Mapping[str, Adjustable]],
    *,
    source: str,
    seed: int,
    lang: str,
    money: str | None,
) -> dict[str, Any]:
    """A scenario and, by variant and key, what can be changed in it; ``money`` is the quantity that ruin is about."""
    quantity = scenario.quantities[money] if money is not None else None
    return {
        "title": scenario.title,
        "description": scenario.description,
        "currency": scenario.currency,
        "unit_of_money": (quantity.unit if quantity is not None else None) or scenario.currency,
        "start": scenario.start.isoformat() if scenario.start else None,
        "step": scenario.step,
        "periods": scenario.periods,
        "dates": [date.isoformat() for date in scenario.dates()],
        "money": money,
        "has_ruin": scenario.ruin is not None,
        "seed": str(seed),
        "version": version("burncast"),
        "file": source,
        "sha256": scenario.sha256,
        "lang": lang,
        "variants": [
            {
                "name": name,
                "title": scenario.title if name == "base" else labelled(name),
                **_inputs_beside(inputs["base"], adjustables),
            }
            for name, adjustables in inputs.items()
        ],
    }


def _inputs_beside(base: Mapping[str, Adjustable], own: Mapping[str, Adjustable]) -> dict[str, Any]:
    """Inputs of the base, or those that a variant has otherwise and the keys that it has not."""
    if own is base:
        return {"inputs": [describe_input(one) for one in own.values()], "left_out": []}
    other = [describe_input(one) for key, one in own.items() if base.get(key) is not one]
    return {"inputs": other, "left_out": [key for key in base if key not in own]}


def describe_input(adjustable: Adjustable) -> dict[str, Any]:
    """An input as a slider, a number box and a small picture show it."""
    low, high = adjustable.low, adjustable.high
    return {
        "key": adjustable.key,
        "label": labelled(adjustable.name, adjustable.labels),
        "unit": adjustable.unit,
        "source": adjustable.source,
        "note": adjustable.note,
        "kind": adjustable.kind,
        "basis": adjustable.basis,
        "uses": [labelled(name) for name in adjustable.uses],
        "text": adjustable.text,
        "low": _plain(low),
        "high": _plain(high),
        "step": _step(high - low),
        "logarithmic": adjustable.logarithmic,
        "decision": None if adjustable.decision is None else list(adjustable.decision),
        "dates": [[date, _plain(value)] for date, value in adjustable.dates],
        "arguments": [{"name": name, "value": _plain(value)} for name, value in adjustable.arguments],
        **describe_drawn(adjustable),
    }


def describe_drawn(adjustable: Adjustable) -> dict[str, Any]:
    """How an input comes out: its law or its path, and where its slider stands then."""
    picture, path = adjustable.picture, adjustable.path
    law = None
    if picture is not None:
        law = {
            "x": _shorts(picture.x),
            "y": _shorts(picture.y),
            "quantiles": {f"{level:g}": _short(value) for level, value in picture.quantiles},
            "discrete": picture.is_discrete,
            "logarithmic": picture.is_logarithmic,
        }
    return {
        "centre": _plain(adjustable.centre),
        "law": law,
        "path": None if path is None else _shorts(path),
    }


def describe_forecast(forecast: Forecast) -> dict[str, Any]:
    """A forecast; every array has the values of the periods 0 … T."""
    return {
        "ruin": _plains(forecast.ruin),
        "ruin_se": _plains(forecast.ruin_se),
        "fan": {f"{level:g}": _plains(values) for level, values in forecast.fan.items()},
        "mean": _plains(forecast.mean),
        "need": {f"{level:g}": _figure(figure) for level, figure in forecast.need.items()},
        "runway": {f"{level:g}": _figure(figure) for level, figure in forecast.runway.items()},
        "survival": _figure(forecast.survival),
    }


def labelled(name: str, labels: Iterable[str] = ()) -> str:
    """A quantity in words.

    >>> labelled("api_price", ["plus"])
    'api price (plus)'
    """
    own = ", ".join(labels)
    return name.replace("_", " ") + (f" ({own})" if own else "")


def encode(plain: Any) -> bytes:
    """JSON on one line, with its end."""
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is not a number")


def _field(data: Mapping[str, Any], key: str, kind: type, missing: Any) -> Any:
    value = data.get(key)
    if value is None:
        return missing
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        names = {str: "a text", dict: "an object", int: "a whole number", bool: "true or false"}
        raise RefusedError(400, f"{key} is not {names[kind]}", key=key, expected=names[kind])
    return value


def _changes(data: Mapping[str, Any]) -> dict[str, Change]:
    if len(data) > MOST_CHANGES:
        raise RefusedError(400, f"there are {len(data):,} changes", expected=f"{MOST_CHANGES:,} at most")
    return {key: _change(key, wanted) for key, wanted in data.items()}


def _change(key: str, wanted: Any) -> Change:
    ways = ("text", "centre", "factor", "arguments")
    expected = '{"centre": 0.04}, {"factor": 1.2}, {"text": "beta(p5=0.01, p95=0.1)"} or {"arguments": {"p5": 0.01}}'
    if not isinstance(wanted, dict) or not wanted or len(wanted.keys() & set(ways[1:])) > 1:
        raise RefusedError(422, "is no change", key=key, expected=expected)
    for way in wanted.keys() - set(ways):
        raise RefusedError(422, "is no change", key=key, expected=expected, nearest=nearest_name(str(way), ways))
    text, arguments = wanted.get("text"), wanted.get("arguments", {})
    if "text" in wanted and (not isinstance(text, str) or not text.strip() or len(text) > MOST_TEXT):
        raise RefusedError(422, "is not a text to read", key=key, expected=f"up to {MOST_TEXT:,} characters")
    if "arguments" in wanted and (not isinstance(arguments, dict) or not arguments):
        raise RefusedError(422, "is no change", key=key, expected=expected)
    return Change(
        centre=_number(key, wanted["centre"]) if "centre" in wanted else None,
        factor=_number(key, wanted["factor"]) if "factor" in wanted else None,
        text=text.strip() if text is not None else None,
        arguments=tuple((name, _number(key, number)) for name, number in arguments.items()),
    )


def _number(key: str, value: Any) -> float:
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    except OverflowError:
        pass
    raise RefusedError(422, f"{json.dumps(value)[:40]} is not a number", key=key, expected="a finite number")


def _told(problem: Problem, keys: Collection[str]) -> dict[str, Any]:
    key = _key_on_page(problem.key or "", keys)
    return {"message": problem.message, "key": key, "expected": problem.expected, "nearest": problem.nearest}


def _key_on_page(key: str, keys: Collection[str]) -> str | None:
    """That of ``keys`` which a scenario calls ``inputs.price.value.plus``, else the first element of that input."""
    short = key.removeprefix("inputs.").replace(".value", "")
    name = short.partition(".")[0]
    same = [one for one in keys if one == short] or [one for one in keys if one.partition(".")[0] == name]
    return same[0] if same else key or None


def _plain(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _plains(values: NDArray[np.float64] | None) -> list[float | None] | None:
    return None if values is None else [_plain(value) for value in values.tolist()]


def _figure(figure: Figure | None) -> dict[str, float | None] | None:
    if figure is None:
        return None
    return {"value": _plain(figure.value), "low": _plain(figure.low), "high": _plain(figure.high)}


def _short(value: float) -> float | None:
    return _plain(float(f"{value:.{DIGITS}g}"))


def _shorts(values: Iterable[float]) -> list[float | None]:
    return [_short(value) for value in values]


def _step(span: float) -> float | None:
    """A round step, of which so many fit into the range."""
    if not (math.isfinite(span) and span > 0):
        return None
    rough = span / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    return float(f"{next(size for size in (1, 2, 5, 10) if size * power >= rough * (1 - 1e-9)) * power:.1g}")
