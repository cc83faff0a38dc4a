"""What ruined trajectories have in common, for the terminal and as data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from burncast.engine.explain_ruin import RuinBox, RuinExplanation
from burncast.outputs.amounts import format_amount, format_probability
from burncast.outputs.path_tables import date_text, period_name, plain_path, present_path, span_name, unit_of
from burncast.outputs.summary import as_plain
from burncast.outputs.table_layout import add_texts, new_table

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
    rules = [
        {"input": name, "low": low, "high": high, "unit": unit_of(scenario, name)}
        for name, (low, high) in found.box.rules.items()
    ]
    plain = {
        "by": found.by,
        "date": date_text(scenario, found.by),
        "probability": found.probability,
        "ruined": found.ruined,
        "inputs": [
            {
                "name": one.name,
                "unit": unit_of(scenario, one.name),
                "shift": one.shift,
                "all": dict(zip(_LEVELS, one.all, strict=True)),
                "ruined": dict(zip(_LEVELS, one.ruined, strict=True)),
            }
            for one in found.inputs
        ],
        "shift_se": found.shift_se,
        "processes": [{"name": name, "shift": shift} for name, shift in found.processes.items()],
        "process_shift_se": found.process_shift_se,
        "box": {"rules": rules, "coverage": found.box.coverage, "density": found.box.density},
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


def describe_box(scenario: Scenario, box: RuinBox, probability: float) -> str:
    """The box in words."""
    if not box.rules:
        return "No box of up to three inputs holds more ruin than the rest."
    rules = [_rule(name, rule, unit_of(scenario, name)) for name, rule in box.rules.items()]
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
    for one in found.inputs:
        quantiles = (format_amount(value) for value in (*one.all, *one.ruined))
        rows.append((one.shift, (one.name, "input", _signed(one.shift), *quantiles, unit_of(scenario, one.name))))
    rows += [(shift, (name, "process", _signed(shift), *(6 * ("",)), "")) for name, shift in found.processes.items()]
    rows.sort(key=lambda row: -abs(row[0]))
    for _, cells in rows[:MOST_LINES]:
        add_texts(table, cells)
    rest = rows[MOST_LINES:]
    more = [f"… and {len(rest)} more, none shifted by more than {abs(rest[0][0]):.2f}"] if rest else []
    said = (
        "Shift: from the mean of all trajectories to that of ruined ones, in standard deviations "
        f"(± {2 * found.shift_se:.1g} for inputs, ± {2 * found.process_shift_se:.1g} for processes, whose shocks until "
        "then are added up)."
    )
    return [table, *(Text(line, style="dim") for line in (*more, said))]


def _rule(name: str, ends: tuple[float, float], unit: str) -> str:
    low, high = ends
    behind = f" {unit}" if unit else ""
    if math.isinf(low):
        return f"{name} is at most {format_amount(high)}{behind}"
    if math.isinf(high):
        return f"{name} is at least {format_amount(low)}{behind}"
    return f"{name} is between {format_amount(low)} and {format_amount(high)}{behind}"


def _signed(shift: float) -> str:
    return f"{shift:+.2f}".replace("-", "−")
