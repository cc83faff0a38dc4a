"""Variants side by side: chances over time, what each differs by from the base, and what each of them changes."""

from __future__ import annotations

from collections.abc import Mapping

from burncast.outputs.report import charts
from burncast.outputs.report.answer import plain_main
from burncast.outputs.report.blocks import Block, Cell, Heading, Line, Teller, Text, TextTable, chart
from burncast.outputs.report.findings import Difference
from burncast.outputs.report.runs import Run
from burncast.outputs.words.scenario_text import value_text, worded

__all__ = ["tell_variants"]

MOST_CHANGES = 60


def tell_variants(teller: Teller) -> list[Block]:
    """Nothing where there are none."""
    found, words = teller.found, teller.words
    if len(found.runs) < 2:
        return []
    names = {name: words.text("why.base") if name == "base" else worded(name) for name in found.runs}
    title = words.text("why.variants")
    blocks: list[Block] = [Heading(title)]
    curves = {names[name]: run.probability for name, run in found.runs.items() if run.has_ruin}
    if len(curves) > 1 and _are_comparable(found.runs):
        ends = {name: float(curve[-1]) for name, curve in curves.items()}
        chances = {
            names[name]: words.chance(float(run.probability[-1]), float(run.error[-1]))
            for name, run in found.runs.items()
            if run.has_ruin
        }
        best, worst = min(ends, key=lambda name: ends[name]), max(ends, key=lambda name: ends[name])
        by = teller.by(found.scenario.periods)
        key = "why.variants_equal" if ends[best] == ends[worst] else "why.variants_finding"
        least, most = chances[best], chances[worst]
        said = words.joined(f"{name} {chance}" for name, chance in chances.items())
        blocks.append(
            chart(
                teller.canvas,
                lambda canvas: charts.ruin_curves(canvas, curves, list(chances.values())),
                "variants",
                title,
                words.text("why.variants_alt", ends=said),
                words.text(key, by=by, least=least, best=best, most=most, worst=worst),
            )
        )
    blocks.append(Text(words.text("why.variants_note"), "quiet"))
    if found.differences:
        count = words.whole(found.behind["differences"])
        blocks.append(Text(words.text("why.variants_paired", trajectories=count), "quiet"))
    blocks.append(_side_by_side(teller, names))
    caption = words.text("why.variants_changed")
    return [*blocks, TextTable(caption, words.texts_of("why.variants_columns"), _changes(teller, names), words=4)]


def difference_text(teller: Teller, difference: Difference | None) -> str:
    """What a variant differs by, with the standard error: in points of a per cent, or in the unit of the quantity."""
    words = teller.words
    if difference is None:
        return "–"
    if difference.standard_error == 0.0 and difference.value == 0.0:
        return words.text("word.same")
    if difference.quantity is None:
        return words.points(difference.value, difference.standard_error)
    sign = "+" if difference.value > 0 else ""
    value, error = (words.amount(size) for size in (difference.value, difference.standard_error))
    return words.text("word.standard_error", share=f"{sign}{value}", error=error)


def _are_comparable(runs: Mapping[str, Run]) -> bool:
    """Whether the curves of all runs share one axis: the same step and start, and none longer than the first."""
    first, *others = (run.scenario for run in runs.values())
    return all((one.step, one.start) == (first.step, first.start) and one.periods <= first.periods for one in others)


def _side_by_side(teller: Teller, names: Mapping[str, str]) -> TextTable:
    """A row for each variant: chance, what it differs by, runway, need and the main quantity."""
    words, main, found = teller.words, plain_main(teller), teller.found
    base = found.base
    columns = [words.text("table.variants_first")]
    if base.has_ruin:
        columns.append(words.text("table.row_ruin", by=teller.by(base.scenario.periods)))
    if found.differences:
        columns.append(words.text("table.row_difference"))
    if base.has_ruin:
        columns.append(words.text("table.row_runway", share=words.share(0.25)))
    if base.needs:
        columns.append(words.text("table.row_need", share=words.share(0.95)))
    if main is not None:
        columns.append(words.text("table.row_value", quantity=worded(main)))
    rows = []
    for name, run in found.runs.items():
        cells = [names[name]]
        if base.has_ruin:
            chance = "–"
            if run.has_ruin:
                chance = words.probability(float(run.probability[-1]), float(run.error[-1]), run.independent)
            cells.append(chance)
        if found.differences:
            cells.append("" if run is base else difference_text(teller, found.differences.get(name)))
        if base.has_ruin:
            period = run.runway(0.25) if run.has_ruin else None
            beyond = words.text("word.beyond", span=teller.span(run.scenario.periods))
            cells.append(beyond if period is None else teller.span(period))
        if base.needs:
            cells.append(teller.money(run.needs[0.95]) if run.needs else "–")
        if main is not None:
            figure = next((one for one in run.horizon() if one.name == main and not one.labels), None)
            ends = [] if figure is None else [words.amount(one) for one in (figure.middle, figure.low, figure.high)]
            cells.append(words.text("word.range", middle=ends[0], low=ends[1], high=ends[2]) if ends else "–")
        rows.append(cells)
    return TextTable(words.text("table.variants_caption"), columns, rows)


def _changes(teller: Teller, names: Mapping[str, str]) -> list[list[Cell]]:
    base = teller.found.scenario.quantities
    rows: list[list[Cell]] = []
    for variant, run in teller.found.runs.items():
        changed: list[list[Cell]] = [
            [names[variant], worded(name), [Line(was, "code")] if was else "–", [Line(value_text(quantity), "code")]]
            for name, quantity in run.scenario.quantities.items()
            if (was := value_text(base[name]) if name in base else "") != value_text(quantity)
        ]
        if variant != "base":
            rows += changed or [[names[variant], teller.words.text("why.variants_same"), "", ""]]
    return rows[:MOST_CHANGES]
