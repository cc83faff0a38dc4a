"""``burncast elicit``: the law that somebody's judgement makes, its figures, its picture, and an entry to paste."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from burncast.commands.answering import Answer
from burncast.distributions.errors import InputError, LawError, nearest_name

if TYPE_CHECKING:
    from rich.console import RenderableType

    from burncast.distributions.law import Law
    from burncast.distributions.misfit import Misfit

__all__ = ["FILES", "report_law"]

FILES = ("law.json", "law.svg", "law.png")
_SHOWN = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


def report_law(written: str, statements: Sequence[str], name: str, out: Path | None, as_json: bool) -> None:
    """Fit the law, print its figures, draw it into the folder ``out``."""
    from burncast.distributions.families import FAMILIES
    from burncast.engine.inputs.law_fits import misfits_of
    from burncast.engine.language.constants import law
    from burncast.engine.language.expressions import Call, parse, render
    from burncast.outputs.files.store import CREATED_BY, check_folder

    if not name.isidentifier():
        raise InputError(f"--name {name} cannot be the name of a quantity; expected letters, digits and underscores")
    call = parse(_joined(written, statements))
    if isinstance(call, Call) and call.function not in FAMILIES:
        message = f"there is no distribution {call.function!r}"
        nearest = nearest_name(call.function, FAMILIES)
        raise LawError(message, expected=f"one of {', '.join(FAMILIES)}", nearest=nearest)
    fitted = law(call)
    said = misfits_of(call) if isinstance(call, Call) else ()
    if out is not None:
        check_folder(out, FILES)
    found = _figures(fitted, render(call), said, name)
    pictures = {}
    if out is not None:
        from burncast.outputs.charts.law_chart import law_chart

        pictures["law"] = law_chart(fitted, found["law"], said)
    Answer("law", {"created_by": CREATED_BY, **found}, _table(found), None, pictures).give(out, FILES, as_json)


def _joined(written: str, statements: Sequence[str]) -> str:
    """One expression of a law and what is said of it.

    >>> _joined("lognormal", ["p10=2", "p90=8"]), _joined("beta(low=1)", ["p5=2", "p95=3"])
    ('lognormal(p10=2, p90=8)', 'beta(low=1, p5=2, p95=3)')
    """
    text = written.strip()
    said = ", ".join(statement.strip().rstrip(",") for statement in statements)
    if not said:
        return text
    if not text.endswith(")"):
        return f"{text}({said})"
    return f"{text[:-1].rstrip()}{'' if text[:-1].rstrip().endswith('(') else ', '}{said})"


def _figures(law: Law, text: str, said: Sequence[Misfit], name: str) -> dict[str, Any]:
    value = json.dumps(text, ensure_ascii=False)
    return {
        "law": text,
        "kind": type(law).__name__,
        "parameters": _parameters(law),
        "mean": _finite(law.mean),
        "sd": _finite(law.sd),
        "support": [_finite(end) for end in law.support],
        "percentiles": {f"p{100 * p:g}": float(law.quantile(p)) for p in _SHOWN},
        "said": [
            {
                "name": one.stated.name,
                "value": one.stated.value,
                "stated": one.stated.probability,
                "fitted": one.fitted,
            }
            for one in said
        ],
        "misfit": max((one.size for one in said), default=0.0),
        "entry": f'{name} = {{ value = {value}, note = "judgement" }}' if said else f"{name} = {value}",
    }


def _parameters(law: Law) -> dict[str, float]:
    """The law's own numbers; none where it is made of other things than numbers."""
    if not dataclasses.is_dataclass(law):
        return {}
    values = {field.name: getattr(law, field.name) for field in dataclasses.fields(law)}
    if not all(isinstance(value, int | float) for value in values.values()):
        return {}
    return {name: float(value) for name, value in values.items() if math.isfinite(value)}


def _finite(value: float) -> float | None:
    """JSON has no infinity: None where there is no such number."""
    return float(value) if math.isfinite(value) else None


def _table(found: dict[str, Any]) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from burncast.outputs.tables.table_layout import new_table
    from burncast.outputs.words.amounts import format_amount

    parts: list[RenderableType] = [Text(found["law"], style="bold")]
    if found["parameters"]:
        numbers = ", ".join(f"{key} {value:.6g}" for key, value in found["parameters"].items())
        parts.append(Text(f"{found['kind']}: {numbers}"))
    parts.append(Text(""))
    if found["said"]:
        said = new_table("Said", "value", "said below", "fitted below")
        for one in found["said"]:
            said.add_row(
                one["name"], format_amount(one["value"]), f"{100 * one['stated']:.4g} %", f"{100 * one['fitted']:.4g} %"
            )
        met = "met exactly" if found["misfit"] == 0 else f"largest misfit {100 * found['misfit']:.2g} % of probability"
        parts += [said, Text(met), Text("")]
    shown = new_table("Figure", "value")
    for label, value in (("mean", found["mean"]), ("sd", found["sd"])):
        shown.add_row(label, "none" if value is None else format_amount(value, digits=4))
    for label, value in found["percentiles"].items():
        shown.add_row(label, format_amount(value, digits=4))
    parts += [shown, Text(""), Text("For [inputs]:"), Text(found["entry"])]
    return Group(*parts)
