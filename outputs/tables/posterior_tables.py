"""What observations taught, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from burncast.outputs.tables.table_layout import add_texts, new_table
from burncast.outputs.words.amounts import format_amount

__all__ = ["ENOUGH", "present_posterior", "verdict"]

MOST_INPUTS, MOST_PROCESSES = 20, 6
ENOUGH = 1.05
"""R-hat up to which runs count as telling the same."""


def present_posterior(plain: Mapping[str, Any]) -> RenderableType:
    """Inputs by how much was learned of them, processes, and every source against the posterior.

    ``plain`` is what ``posterior.json`` holds.
    """
    shown, rest = plain["inputs"][:MOST_INPUTS], plain["inputs"][MOST_INPUTS:]
    inputs = new_table(
        "What was learned of", "prior: mean", "sd", "posterior: mean", "sd", "p5", "p95", "shift", "shrinkage"
    )
    for one in shown:
        add_texts(
            inputs, [one["name"], *_before_and_after(one), f"{one['shift']:+.2f}", f"{100 * one['shrinkage']:.0f} %"]
        )
    parts: list[RenderableType] = [Text(str(plain["title"]), style="bold"), Text(""), inputs]
    if rest:
        parts.append(Text(f"… and {len(rest)} more", style="dim"))
    if plain["processes"]:
        processes = new_table(f"Shocks up to period {plain['last']}", "mean", "sd")
        for one in plain["processes"][:MOST_PROCESSES]:
            add_texts(processes, [one["name"], f"{one['posterior']['mean']:+.2f}", f"{one['posterior']['sd']:.2f}"])
        parts += [Text(""), processes, Text("sums, standardised: 0 and 1 before", style="dim")]
    columns = ("prior: p5", "p95", "p", "posterior: p5", "p95", "p", "distance", "share", "")
    strains = new_table("Observed", "said", *columns, left=2)
    for one in plain["observations"]:
        before, after = ([format_amount(one[law][end]) for end in ("p5", "p95")] for law in ("prior", "posterior"))
        distance = "" if one["distance"] is None else f"{round(one['distance'], 1) + 0.0:+.1f}"
        cells = [*before, f"{one['prior_p']:.3f}", *after, f"{one['p']:.3f}", distance, f"{one['share']:.2f}"]
        add_texts(strains, [one["figure"], one["said"], *cells, "strains" if one["strains"] else ""])
    evidence = f"log evidence {plain['log_evidence']:.2f} ± {plain['log_evidence_se']:.2f}"
    how = (
        f"{plain['particles']:,} particles of {plain['runs']} runs over {plain['levels']} levels, worth "
        f"{plain['effective_sample_size']:,.0f} independent draws; {100 * plain['acceptance']:.0f} % of moves "
        f"accepted; R-hat {plain['r_hat']:.3f}; seed {plain['seed']}"
    )
    parts += [Text(""), strains, Text(""), Text(evidence), Text(verdict(plain)), Text(how, style="dim")]
    return Group(*parts)


def verdict(plain: Mapping[str, Any]) -> str:
    """What strains, and whether the runs agree, in a sentence or two."""
    strained = list(dict.fromkeys(one["figure"] for one in plain["observations"] if one["strains"]))
    what = f"Strained by: {'; '.join(strained)}." if strained else "No observation strains."
    if plain["r_hat"] is not None and plain["r_hat"] <= ENOUGH:
        return what
    return f"{what} The runs do not tell the same yet (R-hat above {ENOUGH}): more --moves, then more --particles."


def _before_and_after(one: Mapping[str, Any]) -> list[str]:
    before, after = one["prior"], one["posterior"]
    values = (before["mean"], before["sd"], after["mean"], after["sd"], after["p5"], after["p95"])
    return [format_amount(value) for value in values]
