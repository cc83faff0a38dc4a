"""Native charts of a workbook, which change with the cells they show: lines over time, fans, need against confidence.

A fan is a stack of areas: what lies below the lowest quantile is left clear, and each band on top of it is as thick as
the distance between two quantiles. Excel and LibreOffice add up stacked areas with their signs, so that a fan may cross
zero. Titles and names of series hold what a stranger may have written; what xlsxwriter would take for a reference to a
cell there (``cmd!A0``, with a sign of equality or without) gets a space before the cell.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart
    from xlsxwriter.workbook import Workbook

__all__ = [
    "CHART_HEIGHT",
    "CHART_WIDTH",
    "FIRST_YEAR",
    "FONT_NAME",
    "MOST_SERIES",
    "Cells",
    "Line",
    "fan_chart",
    "line_chart",
    "need_chart",
    "time_axis",
]

MOST_SERIES = 12
MOST_IN_NAME = {False: 40, True: 24}
"""Characters of the name of a line in a legend below, or beside the lines."""

MOST_BELOW = 180
"""Characters of all names of a legend below a chart."""

FIRST_YEAR = 1900
"""What Excel takes for a date begins then; earlier ones are texts."""

FONT_NAME = "Arial"
"""Of charts and cells: a font that has a twin of the same widths wherever there is a spreadsheet, so that columns and
pages are as wide everywhere.
"""

Cells: TypeAlias = list[str | int]
"""A column of cells as xlsxwriter names it: sheet, first row, column, last row, column."""

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DASHES = ("solid", "dash", "round_dot")
_BANDS = {1: ("#8FC1E3",), 2: ("#C6DFF1", "#8FC1E3"), 3: ("#DCEBF7", "#B5D6EE", "#8FC1E3")}
_BESIDE = {"x": 0.61, "y": 0.14, "width": 0.38, "height": 0.8}
_LEFT_OF_LEGEND = {"x": 0.09, "y": 0.16, "width": 0.5, "height": 0.68}
_GREY, _PALE = "#595959", "#D9D9D9"
CHART_WIDTH, CHART_HEIGHT = 630, 350
"""Pixels."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its name, and the cells of its categories and values."""

    name: str
    categories: Cells
    values: Cells


def line_chart(
    workbook: Workbook, title: str, lines: Sequence[Line], x_axis: dict[str, Any], y_axis: dict[str, Any]
) -> Chart:
    """Lines over time, twelve at most; one needs no legend."""
    chart = workbook.add_chart({"type": "line"})
    beside = _is_long(lines)
    for place, line in enumerate(lines[:MOST_SERIES]):
        chart.add_series(_series(line, place, MOST_IN_NAME[beside]))
    shown = title if len(lines) <= MOST_SERIES else f"{title} (the first {MOST_SERIES} of {len(lines)})"
    _finish(chart, shown, x_axis, y_axis, legend=None if len(lines) == 1 else [], beside=beside)
    return chart


def fan_chart(
    workbook: Workbook,
    title: str,
    median: Line | None,
    base: Line,
    bands: Sequence[Line],
    x_axis: dict[str, Any],
    y_axis: dict[str, Any],
) -> Chart:
    """Bands from the lowest to the highest, an odd number of them, on a clear base, and the median as a line."""
    chart = workbook.add_chart({"type": "area", "subtype": "stacked"})
    clear = {"fill": {"none": True}, "border": {"none": True}}
    chart.add_series({"name": _words(base.name), "categories": base.categories, "values": base.values, **clear})
    middle = len(bands) // 2
    for place, band in enumerate(bands):
        colour = _BANDS[middle + 1][middle - abs(place - middle)]
        look = {"fill": {"color": colour}, "border": {"none": True}}
        chart.add_series({"name": _words(band.name), "categories": band.categories, "values": band.values, **look})
    if median is not None:
        lines = workbook.add_chart({"type": "line"})
        lines.add_series(_series(median, 0))
        chart.combine(lines)
    # A band above the middle has the colour and the name of its fellow below.
    hidden = [0, *range(middle + 2, len(bands) + 1)]
    _finish(chart, title, x_axis, y_axis, legend=hidden)
    return chart


def need_chart(workbook: Workbook, title: str, lines: Sequence[Line], y_axis: dict[str, Any]) -> Chart:
    """Funding need against the confidence that it is enough."""
    chart = workbook.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
    beside = _is_long(lines)
    for place, line in enumerate(lines[:MOST_SERIES]):
        colour = _COLOURS[place % len(_COLOURS)]
        marker = {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}
        chart.add_series({**_series(line, place, MOST_IN_NAME[beside]), "marker": marker})
    x_axis = {"name": "confidence that it is enough", "num_format": "0%", "min": 0, "max": 1, "major_unit": 0.1}
    _finish(chart, title, x_axis, y_axis, legend=None if len(lines) == 1 else [], beside=beside)
    return chart


def time_axis(dates: Sequence[datetime.date], periods: int, step: str) -> dict[str, Any]:
    """The axis of the calendar, or of numbered periods where there are no dates; about eight marks."""
    if not dates or dates[0].year < FIRST_YEAR:
        return {"name": step, "interval_unit": max(1, -(-(periods + 1) // 9)), "interval_tick": 1}
    days = (dates[-1] - dates[0]).days
    if days <= 100:
        unit = next(unit for unit in (7, 14, 28) if days <= 8 * unit or unit == 28)
        return {"date_axis": True, "num_format": "d mmm yyyy", "major_unit": unit, "major_unit_type": "days"}
    months = next(unit for unit in (1, 2, 3, 6, 12, 24, 60, 120) if days <= 31 * 9 * unit or unit == 120)
    return {"date_axis": True, "num_format": "mmm yyyy", "major_unit": months, "major_unit_type": "months"}


def _series(line: Line, place: int, most: int = MOST_IN_NAME[False]) -> dict[str, Any]:
    """A line with a colour of its own and, past seven, another dash."""
    look = {
        "color": _COLOURS[place % len(_COLOURS)],
        "width": 2.25,
        "dash_type": _DASHES[place // len(_COLOURS) % len(_DASHES)],
    }
    return {"name": _words(_short(line.name, most)), "categories": line.categories, "values": line.values, "line": look}


def _is_long(lines: Sequence[Line]) -> bool:
    """Whether the names of lines, below them, would take more than three rows."""
    return sum(min(len(line.name), MOST_IN_NAME[False]) for line in lines[:MOST_SERIES]) > MOST_BELOW


def _short(name: str, most: int) -> str:
    """A name that leaves room for others in a legend: of a long one its two ends."""
    return name if len(name) <= most else f"{name[: most // 2 - 2].rstrip()}…{name[most // 2 - 1 - most :].lstrip()}"


def _words(text: str) -> str:
    """Text that is no reference to a cell."""
    return re.sub(r"!(?=\$?[A-Z]+\$?\d)", "! ", text)


def _finish(
    chart: Chart,
    title: str,
    x_axis: dict[str, Any],
    y_axis: dict[str, Any],
    legend: list[int] | None,
    beside: bool = False,
) -> None:
    """``legend`` are the series that it leaves out, None for no legend; ``beside`` the lines or below them."""
    font = {"name": FONT_NAME, "color": _GREY, "size": 9, "bold": False}
    title_font = {"name": FONT_NAME, "size": 12, "color": "#222222", "bold": True}
    chart.set_title({"name": _words(title), "overlay": False, "name_font": title_font})
    common = {"num_font": font, "name_font": font}
    # Less room for marks beside a legend: they stand aslant.
    marks = {"num_font": font | {"rotation": -45}} if beside else {}
    chart.set_x_axis({**common, "line": {"color": _GREY}, "label_position": "low", **marks, **x_axis})
    grid = {"visible": True, "line": {"color": _PALE, "width": 0.75}}
    chart.set_y_axis({**common, "line": {"none": True}, "major_gridlines": grid, **y_axis})
    if legend is None:
        chart.set_legend({"none": True})
    elif beside:
        # Places are given: left to themselves spreadsheets put two columns of names here, and no room for the lines.
        chart.set_legend({"position": "right", "delete_series": legend, "font": font, "layout": _BESIDE})
        chart.set_plotarea({"layout": _LEFT_OF_LEGEND})
    else:
        chart.set_legend({"position": "bottom", "delete_series": legend, "font": font})
    chart.show_blanks_as("gap")
    chart.show_hidden_data()
    chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
