"""The figures of a summary as tables for the terminal."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from burncast.outputs.results.summary import HorizonFigure, Summary
from burncast.outputs.tables.table_layout import add_texts, new_table
from burncast.outputs.words.amounts import format_amount, format_date, format_periods, format_probability

__all__ = ["compare_summaries", "present_summary"]

_Cells: TypeAlias = dict[tuple[float, str], str]
"""One scenario's line of a comparison: (order, column) → cell."""


def present_summary(summary: Summary) -> RenderableType:
    """One scenario: ruin, runway, funding need, the tracked quantities at the horizon, and how it was computed."""
    parts: list[RenderableType] = [Text(summary.title, style="bold")]
    if summary.ruin_probability:
        parts += [_ruin(summary), _runway(summary)]
    else:
        parts.append(Text("The scenario has no [ruin]: no runway, no funding need."))
    if summary.funding_need:
        parts.append(_need(summary))
    if summary.horizon:
        parts.append(_horizon(summary))
    parts.append(Text(_how(summary), style="dim"))
    if summary.stopping:
        parts.append(Text(summary.stopping.reason, style="dim"))
    parts += [Text(f"note: {note}", style="dim") for note in summary.notes]
    return Group(*_spaced(parts))


def compare_summaries(summaries: Mapping[str, Summary]) -> RenderableType:
    """Several scenarios one below the other, a line each in every table, in the order given.

    Quantities stand four to a table, so that it fits a page however many scenarios and quantities there are.
    """
    parts: list[RenderableType] = []
    for heading, section, columns in (
        ("Out of money by", _ruin_cells, 12),
        ("Runway", _runway_cells, 12),
        ("Funding that lasts", _need_cells, 12),
        ("At the end, mean (p5 to p95)", _horizon_cells, 4),
    ):
        cells = {name: section(summary) for name, summary in summaries.items()}
        keys = sorted(dict.fromkeys(key for found in cells.values() for key in found), key=lambda key: key[0])
        for first in range(0, len(keys), columns):
            group = keys[first : first + columns]
            table = new_table(heading, *(label for _, label in group))
            for name, found in cells.items():
                add_texts(table, (name, *(found.get(key, "–") for key in group)))
            parts.append(table)
    stops = [
        f"{name}: {summary.stopping.reason}" for name, summary in summaries.items() if summary.stopping is not None
    ]
    notes = [f"note, {name}: {note}" for name, summary in summaries.items() for note in summary.notes]
    return Group(*_spaced([*parts, *(Text(line, style="dim") for line in (_how(*summaries.values()), *stops, *notes))]))


def _ruin(summary: Summary) -> Table:
    table = new_table("Out of money by", "", "probability")
    for figure in summary.ruin_probability:
        at = format_periods(figure.period, summary.periods, summary.step)
        share = format_probability(figure.probability, figure.standard_error, summary.independent)
        table.add_row(at, _date(figure.date, summary.step), share)
    return table


def _runway(summary: Summary) -> Table:
    table = new_table("Runway", "", "ruined until then")
    for figure in summary.runway:
        at = format_periods(figure.periods, summary.periods, summary.step)
        table.add_row(at, _date(figure.date, summary.step), _percent(figure.quantile))
    return table


def _need(summary: Summary) -> Table:
    table = new_table("Funding that lasts", "confidence")
    for figure in summary.funding_need:
        table.add_row(_money(figure.amount, summary.currency), _percent(figure.confidence))
    return table


def _horizon(summary: Summary) -> Table:
    after = format_periods(summary.periods, summary.periods, summary.step)
    table = new_table(f"After {after}", "mean", "p5", "p50", "p95", "unit")
    for figure in summary.horizon:
        values = (figure.mean, figure.p5, figure.p50, figure.p95)
        add_texts(table, (_name(figure), *(format_amount(value) for value in values), figure.unit or ""))
    table.columns[-1].justify = "left"
    return table


def _ruin_cells(summary: Summary) -> _Cells:
    return {
        (float(figure.period), format_periods(figure.period, summary.periods, summary.step)): format_probability(
            figure.probability, figure.standard_error, summary.independent
        )
        for figure in summary.ruin_probability
    }


def _runway_cells(summary: Summary) -> _Cells:
    return {
        (figure.quantile, _percent(figure.quantile)): format_periods(figure.periods, summary.periods, summary.step)
        for figure in summary.runway
    }


def _need_cells(summary: Summary) -> _Cells:
    return {
        (figure.confidence, _percent(figure.confidence)): _money(figure.amount, summary.currency)
        for figure in summary.funding_need
    }


def _horizon_cells(summary: Summary) -> _Cells:
    return {
        (0.0, _name(figure)): (
            f"{format_amount(figure.mean)} ({format_amount(figure.p5)} to {format_amount(figure.p95)})"
        )
        for figure in summary.horizon
    }


def _how(first: Summary, *others: Summary) -> str:
    """How the figures were computed; scenarios side by side share everything but the time."""
    counts = [summary.trajectories for summary in (first, *others)]
    seconds = first.seconds + sum(summary.seconds for summary in others)
    each = " each" if others else ""
    quantities = len(first.control_variates)
    controls = f", {quantities} quantit{'y' if quantities == 1 else 'ies'} as control variates" * (quantities > 0)
    drawn = f"{counts[0]:,}" if len(set(counts)) == 1 else f"{min(counts):,} to {max(counts):,}"
    return (
        f"{drawn} trajectories{each}, seed {first.seed}, method {first.method}{controls}, "
        f"{seconds:.2f} s ({format_amount(sum(counts) / max(seconds, 1e-9))} trajectories/s)"
    )


def _spaced(parts: Sequence[RenderableType]) -> list[RenderableType]:
    """An empty line between tables; text lines stay together."""
    spaced: list[RenderableType] = []
    for part in parts:
        if spaced and (isinstance(part, Table) or isinstance(spaced[-1], Table)):
            spaced.append(Text(""))
        spaced.append(part)
    return spaced


def _name(figure: HorizonFigure) -> str:
    return f"{figure.name}[{', '.join(figure.element)}]" if figure.element else figure.name


def _money(amount: float, currency: str | None) -> str:
    return f"{currency} {format_amount(amount)}" if currency else format_amount(amount)


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _date(date: str | None, step: str) -> str:
    return format_date(datetime.date.fromisoformat(date), step) if date else ""
