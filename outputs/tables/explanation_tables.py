"""What ruined trajectories have in common, for the terminal and as data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from burncast.engine.questions.explain_ruin import InputShift, RuinBox, RuinExplanation, draws
from burncast.outputs.results.summary import as_plain
from burncast.outputs.tables.path_tables import date_text, period_name, plain_path, present_path, span_name, unit_of
from burncast.outputs.tables.table_layout import add_texts, new_table
from burncast.outputs.words.amounts import format_amount, format_probability

if TYPE_CHECKING:
    import xarray as xr

    from burncast.engine.scenario import Scenario

__all__ = ["describe_box", "plain_explanation", "present_explanation"]

MOST_LINES = 15
_LEVELS = ("p5", "p50", "p95")


def present_explanation(
    scenario: Scenario, found: RuinExplanation, path: xr.Dataset, columns: Sequence[str], command: str
) -> RenderableType:
    """What differs on ruined trajectories, the box that isolates them, and the most typical of them."""
    share = math.sqrt(found.probability * (1.0 - found.probability) / found.trajectories)
    parts: list[RenderableType] = [
        Text(scenario.title, style="bold"),
        Text(
            f"Ruined within {span_name(scenario, found.by)}: "
            f"{format_probability(found.probability, share, found.trajectories)} ({found.ruined:,} trajectories)"
        ),
        Text(""),
        *_shifts(scenario, found),
        Text(""),
        Text(describe_box(scenario, found.box, found.probability)),
        *_second_box(scenario, found),
        Text(""),
        Text(
            f"The most typical ruined trajectory, number {found.typical:,}, is ruined in "
            f"{period_name(scenario, found.typical_ruin)}:"
        ),
        Text(""),
        present_path(scenario, path, columns, found.by, found.typical_ruin),
        Text(f"All of it: {command}"),
        Text(""),
        Text(f"{found.trajectories:,} trajectories, seed {found.seed}", style="dim"),
    ]
    return Group(*parts)


def plain_explanation(
    scenario: Scenario, found: RuinExplanation, path: xr.Dataset, columns: Sequence[str], command: str
) -> dict[str, Any]:
    """The same as data: every input and every process, not only the most telling."""
    plain = {
        "by": found.by,
        "date": date_text(scenario, found.by),
        "probability": found.probability,
        "ruined": found.ruined,
        "inputs": [_plain_shift(scenario, one) for one in found.inputs],
        "processes": [_plain_shift(scenario, one) for one in found.levels],
        "shift_se": found.shift_se,
        "draws": [{"name": name, "shift": shift} for name, shift in draws(scenario, found).items()],
        "draw_shift_se": found.process_shift_se,
        "box": _plain_box(scenario, found.box),
        "box_with_processes": _plain_box(scenario, found.box_of_all),
        "typical": {
            "trajectory": found.typical,
            "ruined_in": found.typical_ruin,
            "command": command,
            "path": plain_path(scenario, path, columns, found.by),
        },
        "trajectories": found.trajectories,
        "seed": found.seed,
    }
    return dict(as_plain(plain))


def _plain_shift(scenario: Scenario, one: InputShift) -> dict[str, Any]:
    return {
        "name": one.name,
        "unit": unit_of(scenario, one.name),
        "shift": one.shift,
        "all": dict(zip(_LEVELS, one.all, strict=True)),
        "ruined": dict(zip(_LEVELS, one.ruined, strict=True)),
    }


def _plain_box(scenario: Scenario, box: RuinBox) -> dict[str, Any]:
    rules = [
        {"name": name, "low": low, "high": high, "unit": unit_of(scenario, name)}
        for name, (low, high) in box.rules.items()
    ]
    return {"rules": rules, "coverage": box.coverage, "density": box.density}


def describe_box(scenario: Scenario, box: RuinBox, probability: float) -> str:
    """The box in words."""
    if not box.rules:
        return "No box of up to three inputs holds more ruin than the rest."
    rules = [_rule(scenario, name, rule) for name, rule in box.rules.items()]
    where = f"{', '.join(rules[:-1])} and {rules[-1]}" if len(rules) > 1 else rules[0]
    return (
        f"Where {where}, {100 * box.density:.0f} % of trajectories are ruined, rather than "
        f"{100 * probability:.0f} %; {100 * box.coverage:.0f} % of all ruined ones are there."
    )


def _shifts(scenario: Scenario, found: RuinExplanation) -> list[RenderableType]:
    head = ("What differs on ruined trajectories", "kind", "shift", "all: p5", "p50", "p95")
    table = new_table(*head, "ruined: p5", "p50", "p95", "unit", left=2)
    table.columns[-1].justify = "left"
    rows: list[tuple[float, tuple[str, ...]]] = []
    for kind, entries in (("input", found.inputs), ("process", found.levels)):
        for one in entries:
            quantiles = (format_amount(value) for value in (*one.all, *one.ruined))
            rows.append((one.shift, (one.name, kind, _signed(one.shift), *quantiles, unit_of(scenario, one.name))))
    rows += [(shift, (name, "draw", _signed(shift))) for name, shift in draws(scenario, found).items()]
    rows.sort(key=lambda row: -abs(row[0]))
    for _, cells in rows[:MOST_LINES]:
        add_texts(table, cells)
    rest = rows[MOST_LINES:]
    more = [f"… and {len(rest)} more, none shifted by more than {abs(rest[0][0]):.2f}"] if rest else []
    said = [
        "Shift: from the mean of all trajectories to that of ruined ones, in standard deviations "
        f"(± {2 * found.shift_se:.1g}); of a process, its mean until then is looked at."
    ]
    if draws(scenario, found):
        error = f"± {2 * found.process_shift_se:.1g}"
        said.append(f"Of a draw, its random numbers are looked at ({error}); chance(p) happens where they are low.")
    return [table, *(Text(line, style="dim") for line in (*more, *said))]


def _second_box(scenario: Scenario, found: RuinExplanation) -> list[Text]:
    """The box of inputs and processes, where it tells more."""
    if found.box_of_all.density <= found.box.density + 0.005:
        return []
    return [Text("With what the world does: " + describe_box(scenario, found.box_of_all, found.probability))]


def _rule(scenario: Scenario, name: str, ends: tuple[float, float]) -> str:
    low, high = ends
    unit = unit_of(scenario, name)
    behind = f" {unit}" if unit else ""
    if scenario.quantities[name.partition("[")[0]].kind == "process":
        name = f"{name} until then on average"
    if math.isinf(low):
        return f"{name} is at most {format_amount(high)}{behind}"
    if math.isinf(high):
        return f"{name} is at least {format_amount(low)}{behind}"
    return f"{name} is between {format_amount(low)} and {format_amount(high)}{behind}"


def _signed(shift: float) -> str:
    return f"{shift:+.2f}".replace("-", "−")
