"""How likely rare ruin is, and how well that is known, for the terminal and as data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from burncast.engine.questions.rare_ruin import RareRuin
from burncast.outputs.results.summary import as_plain
from burncast.outputs.tables.path_tables import date_text, span_name
from burncast.outputs.tables.table_layout import add_texts, new_table
from burncast.outputs.words.amounts import format_amount

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario

__all__ = ["plain_rare_ruin", "present_rare_ruin"]

COMMON = 0.01
APART = 10.0


def present_rare_ruin(scenario: Scenario, found: RareRuin, particles: int) -> RenderableType:
    """The probability with all that says how well it is known."""
    table = new_table(f"Ruin within {span_name(scenario, found.by)}", "", left=2)
    low, high = found.interval
    relative = found.standard_error / found.probability
    lines = {
        "probability": f"{_small(found.probability)}{_odds(found.probability)}",
        "standard error": f"{_small(found.standard_error, digits=2)} ({100 * relative:.2g} % of it)",
        "95 % interval": f"{_small(low)} to {_small(high)}",
    }
    if math.isfinite(found.effective_sample_size):
        lines["effective sample size"] = (
            f"{format_amount(found.effective_sample_size)} ruined trajectories; drawn plainly, they would be found "
            f"among {format_amount(found.plain_trajectories)}"
        )
    for name, words in lines.items():
        add_texts(table, (name, words))
    how = (
        f"{len(found.replications)} replications of {particles:,} trajectories, led through {found.levels} "
        f"{'level' if found.levels == 1 else 'levels'}; {format_amount(found.trajectories)} trajectories run, "
        f"seed {found.seed}"
    )
    notes = [Text(f"note: {note}") for note in _notes(found)]
    return Group(Text(scenario.title, style="bold"), Text(""), table, Text(""), Text(how, style="dim"), *notes)


def plain_rare_ruin(scenario: Scenario, found: RareRuin) -> dict[str, Any]:
    """The same as data; what is infinite is None."""
    return {"date": date_text(scenario, found.by), **as_plain(found), "notes": _notes(found)}


def _notes(found: RareRuin) -> list[str]:
    least, most = min(found.replications), max(found.replications)
    if least == 1.0:
        return ["every trajectory is ruined: ruin is certain, not rare"]
    notes = []
    if found.probability > COMMON:
        notes.append("ruin is not rare here: `burncast run` tells its probability too, over all periods")
    if most > APART * least:
        notes.append(
            f"the replications are far apart, from {_small(least)} to {_small(most)}, so the error may be told too "
            "small; try more particles and moves"
        )
    return notes


def _small(probability: float, digits: int = 3) -> str:
    """A probability, however small: per cent down to a hundredth of one, powers of ten below."""
    if probability == 0.0 or probability >= 1e-4:
        return f"{100 * probability:.{digits}g} %"
    mantissa, exponent = f"{probability:.{digits - 1}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def _odds(probability: float) -> str:
    return f", 1 in {float(f'{1.0 / probability:.3g}'):,.0f}" if probability < COMMON else ""
