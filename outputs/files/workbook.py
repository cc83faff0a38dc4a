"""A result as an Excel workbook.

============================ ============================================================================
sheet                        holds
============================ ============================================================================
Summary                      the answer; ruin, runway, funding need, the end of the horizon; two charts
Ruin by period               the probability of ruin at each period's end, its standard error, its curve
Runway, Funding need         all quantiles; a runway beyond the horizon is a text, ``> 36 months``
a sheet for each quantity    mean, standard error, standard deviation and quantiles by period, and its fan
Assumptions                  every assumption of the scenario, with unit, source and note
About                        digest of the scenario, seed, trajectories, versions, how to repeat it
Chart data                   the thickness of the bands of the fans
============================ ============================================================================

Numbers are numbers to 16 digits, dates are dates; nothing is a formula. The same result gives the same bytes, so the
date of creation is a fixed one. Needs xlsxwriter (extra ``excel``).
"""

from __future__ import annotations

import datetime
import io
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from burncast.distributions.errors import BurncastError
from burncast.outputs.files.extras import require
from burncast.outputs.files.number_formats import axis_format, number_format
from burncast.outputs.files.workbook_charts import (
    MOST_SERIES,
    Cells,
    Line,
    fan_chart,
    line_chart,
    need_chart,
    time_axis,
)
from burncast.outputs.files.workbook_front import fill_front
from burncast.outputs.files.workbook_pages import (
    Book,
    new_workbook,
    write_sheet,
)
from burncast.outputs.files.workbook_tables import (
    AS_STATED,
    BY_ROW,
    MOST_IN_LABEL,
    Block,
    Column,
    Forecasts,
    SheetTable,
    need_table,
    quantity_table,
    ruin_table,
    runway_table,
    some,
)
from burncast.outputs.results.provenance import provenance
from burncast.outputs.results.variables import quantile_label, tracked_names

if TYPE_CHECKING:
    import xarray as xr
    from xlsxwriter.chart import Chart

__all__ = ["encode_workbook"]

CREATED = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC)
CHART_DATA = "Chart data"


def encode_workbook(result: xr.Dataset) -> bytes:
    """The xlsx file of a forecast. InputError where xlsxwriter is missing."""
    xlsxwriter = require("xlsxwriter", "excel", "writing workbooks")
    carried = provenance(result)
    content = io.BytesIO()
    with new_workbook(xlsxwriter, content) as workbook:
        _write_sheets(Book(workbook, f"{carried['title'][:80]} · {carried['sha256'][:12]}"), Forecasts.of(result))
        created = str(result.attrs.get("created_by", ""))
        told = "\n".join([created, *(f"{key} {value}" for key, value in carried.items() if key != "title")])
        properties = {"title": carried["title"][:255], "author": created, "comments": told, "created": CREATED}
        workbook.set_properties(properties)
        for key, value in carried.items():
            workbook.set_custom_property(key, value[:255], "text")
    return content.getvalue()


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What charts need to know: the workbook, the axis of time, and the columns of fans that were drawn so far."""

    book: Book
    axis: dict[str, Any]
    dated: bool
    fans: list[Column] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A table that fills a sheet of this name."""

    sheet: str
    table: SheetTable

    def cells(self, heading: str, block: Block) -> Cells:
        """The cells of a block in a column."""
        place = self.table.place(heading)
        return [self.sheet, block.first + 1, place, block.last + 1, place]


def _write_sheets(book: Book, shown: Forecasts) -> None:
    """All sheets; the first is written last, for it shows charts of the others."""
    horizon = max(one.periods for one in shown.summaries.values())
    axis = time_axis(shown.longest_dates, horizon, shown.first.step)
    drawing = _Drawing(book, axis, bool(shown.longest_dates))
    front = book.add_sheet("Summary")
    book.names.append(CHART_DATA)
    charts: list[Chart] = []
    if "ruin_probability" in shown.result:
        ruin = _Placed("Ruin by period", ruin_table(shown))
        write_sheet(book, ruin.sheet, ruin.table, [_ruin_chart(drawing, shown, ruin)])
        charts.append(_ruin_chart(drawing, shown, ruin))
        write_sheet(book, "Runway", runway_table(shown, usual=False))
    if "funding_need" in shown.result:
        need = _Placed("Funding need", need_table(shown, usual=False))
        write_sheet(book, need.sheet, need.table, [_need_chart(drawing, shown, need)])
    names = tracked_names(shown.result)
    for name in names:
        table = quantity_table(shown, name)
        placed = _Placed(book.free_name(name), table)
        write_sheet(book, name, table, _quantity_charts(drawing, shown, name, placed))
        if name == ("cash" if "cash" in names else names[0]):
            charts += _quantity_charts(drawing, shown, name, placed)[:1]
    fill_front(book, front, shown, charts)
    write_sheet(book, "Assumptions", _assumptions(shown))
    write_sheet(book, "About", _about(shown))
    if drawing.fans:
        book.names.remove(CHART_DATA)
        write_sheet(book, CHART_DATA, SheetTable(tuple(drawing.fans))).hide()
    front.activate()


def _ruin_chart(drawing: _Drawing, shown: Forecasts, ruin: _Placed) -> Chart:
    lines = _lines(drawing, ruin, "probability of ruin", "probability of ruin")
    most = float(shown.result["ruin_probability"].max())
    axis: dict[str, Any] = {"num_format": "0%" if most >= 0.05 or most == 0.0 else "0.0##%", "min": 0}
    if most > 0.5 or most == 0.0:
        axis["max"] = 1
    return line_chart(drawing.book.workbook, "Probability of having run out of money", lines, drawing.axis, axis)


def _need_chart(drawing: _Drawing, shown: Forecasts, need: _Placed) -> Chart:
    lines = [
        Line(_name(need, block, "funding need"), need.cells("confidence", block), need.cells("amount", block))
        for block in need.table.blocks
    ]
    currency = f", {shown.first.currency}" if shown.first.currency else ""
    axis = {"num_format": axis_format(shown.result["funding_need"].values.ravel().tolist()), "min": 0}
    return need_chart(drawing.book.workbook, f"Funding that would have been enough{currency}", lines, axis)


def _quantity_charts(drawing: _Drawing, shown: Forecasts, name: str, placed: _Placed) -> list[Chart]:
    """The fan of the first variant and element that is uncertain, and the medians of all where there are several: the
    means where every median is zero; of more than a chart has room for, those that are not zero.
    """
    workbook, blocks = drawing.book.workbook, placed.table.blocks
    unit = str(shown.result[name].attrs.get("units", ""))
    words = name.replace("_", " ").capitalize() + (f", {unit}" if unit else "")
    pairs = _pairs(shown.result["quantile"].values.tolist())
    known = [column.heading for column in placed.table.columns]
    middle = "p50" if "p50" in known else "mean"
    charts = []
    first = _first_uncertain(placed, blocks, pairs) if pairs and blocks else None
    if first is not None:
        of = f" · {first.label}" if first.label else ""
        median = Line(
            "median" if middle == "p50" else "mean", _times(drawing, placed, first), placed.cells(middle, first)
        )
        axis = {"num_format": axis_format(_levels(placed, [quantile_label(edge) for edge in pairs[0]], first))}
        base, *bands = _fan_lines(drawing, placed, name, first, pairs)
        charts.append(fan_chart(workbook, f"{words}{of}", median, base, bands, drawing.axis, axis))
    if len(blocks) > 1 or not charts:
        levels = np.asarray(placed.table.columns[placed.table.place(middle)].cells, dtype=np.float64)
        if "mean" in known and not levels.any():
            middle = "mean"
            levels = np.asarray(placed.table.columns[placed.table.place(middle)].cells, dtype=np.float64)
        title = f"{words}: {'medians' if middle == 'p50' else 'means'}"
        seen = tuple(block for block in blocks if levels[block.first : block.last + 1].any())
        if len(blocks) > MOST_SERIES and 1 < len(seen) < len(blocks):
            title += " that are not zero"
            placed = _Placed(placed.sheet, replace(placed.table, blocks=seen))
        axis = {"num_format": axis_format(levels.tolist())}
        charts.append(line_chart(workbook, title, _lines(drawing, placed, middle, middle), drawing.axis, axis))
    return charts


def _levels(placed: _Placed, headings: Sequence[str], block: Block) -> list[float]:
    """The numbers of a block in columns with these headings."""
    columns = [placed.table.columns[placed.table.place(heading)] for heading in headings]
    return np.asarray([column.cells[block.first : block.last + 1] for column in columns], np.float64).ravel().tolist()


def _first_uncertain(placed: _Placed, blocks: Sequence[Block], pairs: Sequence[tuple[float, float]]) -> Block | None:
    """The first block whose outer quantiles differ somewhere; where none does, one that stands alone, or None."""
    low, high = (placed.table.columns[placed.table.place(quantile_label(edge))].cells for edge in pairs[0])
    for block in blocks:
        rows = slice(block.first, block.last + 1)
        if low[rows] != high[rows]:
            return block
    return blocks[0] if len(blocks) == 1 else None


def _fan_lines(
    drawing: _Drawing, placed: _Placed, name: str, block: Block, pairs: Sequence[tuple[float, float]]
) -> list[Line]:
    """The clear base and the bands of a fan; their thickness goes to the sheet of chart data."""
    edges = [pair[0] for pair in pairs] + [pair[1] for pair in reversed(pairs)]
    rows = slice(block.first, block.last + 1)
    levels = []
    for edge in edges:
        column = placed.table.columns[placed.table.place(quantile_label(edge))]
        levels.append(np.asarray(column.cells[rows], dtype=np.float64))
    times = _times(drawing, placed, block)
    lines = []
    for place, (edge, level) in enumerate(zip(edges, levels, strict=True)):
        thickness = level if place == 0 else level - levels[place - 1]
        below = quantile_label(edge) if place == 0 else f"{quantile_label(edges[place - 1])} to {quantile_label(edge)}"
        outer = pairs[min(place - 1, len(edges) - 1 - place)] if place else pairs[0]
        called = f"{quantile_label(outer[0])} to {quantile_label(outer[1])}"
        number = len(drawing.fans)
        heading = f"{name} {below}"
        if heading not in [column.heading for column in drawing.fans]:
            drawing.fans.append(Column(heading, thickness.tolist(), number_format(thickness.tolist())))
        else:
            number = [column.heading for column in drawing.fans].index(heading)
        lines.append(Line(called, times, [CHART_DATA, 1, number, len(thickness), number]))
    return lines


def _pairs(probabilities: Sequence[float]) -> list[tuple[float, float]]:
    """Quantiles as far from the top as from the bottom, the outer pair first: at 5 and 25 % if known, else any two."""
    pairs = [
        (low, high)
        for low in sorted(probabilities)
        for high in probabilities
        if low < 0.5 and abs(low + high - 1) < 1e-9
    ]
    usual = [pair for pair in pairs if pair[0] in (0.05, 0.25)]
    return usual or pairs[:2]


def _lines(drawing: _Drawing, placed: _Placed, heading: str, alone: str) -> list[Line]:
    """A column over time, a line for each block."""
    return [
        Line(_name(placed, block, alone), _times(drawing, placed, block), placed.cells(heading, block))
        for block in placed.table.blocks
    ]


def _name(placed: _Placed, block: Block, alone: str) -> str:
    """What a line is called: as its variant and element, where there are several."""
    return alone if len(placed.table.blocks) == 1 else block.label


def _times(drawing: _Drawing, placed: _Placed, block: Block) -> Cells:
    return placed.cells("date" if drawing.dated else "period", block)


def _assumptions(shown: Forecasts) -> SheetTable:
    """The assumptions of the scenario that the result carries, or why they cannot be told."""
    from burncast.engine.scenario import load
    from burncast.outputs.assumptions.rows import assumption_rows

    try:
        rows = assumption_rows(load(tomllib.loads(str(shown.result.attrs.get("scenario", "")))))
    except (BurncastError, tomllib.TOMLDecodeError) as error:
        said = "The scenario reads files that are not beside it here, so its assumptions cannot be told again:"
        return SheetTable((Column("assumptions", [said, *str(error).splitlines()]),))
    texts = ("variant", "section", "name", "element", "sort", "value", "unit")
    figures = ("lowest", "highest", "p5", "median", "p95")
    heads = {"sort": "kind", "moves_with": "moves with"}
    most = {"variant": MOST_IN_LABEL, "source": 36, "note": 36, "value": 30, "name": 26, "moves_with": 24}
    columns: list[Column] = []
    for key in (*texts, *figures, "source", "note", "moves_with"):
        look = BY_ROW if key in figures else AS_STATED
        columns += some(heads.get(key, key), [getattr(row, key) for row in rows], look, most=most.get(key, 20))
    return SheetTable(tuple(columns), 1 + [column.heading for column in columns].index("name"))


def _about(shown: Forecasts) -> SheetTable:
    """Where the result comes from, and how to repeat it."""
    carried = {name: provenance(one) for name, one in shown.variants.items()}
    common = {key: told for key, told in carried[next(iter(carried))].items() if _same(key, carried.values())}
    rows: list[tuple[str, str]] = list(common.items())
    for name, told in carried.items():
        rows += [("variant", name)] if shown.several else []
        rows += [(key, value) for key, value in told.items() if key not in common]
    attributes = shown.result.attrs
    keys = ("independent", "step", "currency", "control_variates", "stopped", "notes")
    rows += [(key.replace("_", " "), str(attributes[key])) for key in keys if attributes.get(key) not in (None, "")]
    packages = ("python", "numpy", "scipy", "numba", "xarray")
    rows += [(key, str(attributes[key])) for key in packages if key in attributes]
    once = provenance(shown.result)
    again = f"burncast run FILE -n {once['trajectories']} --seed {once['seed']} --method {once['method']}"
    rows.append(("to repeat it", again + (" --variants" if shown.several else "")))
    rows.append(("standard error", "of the simulation: more trajectories make it smaller; it is not about assumptions"))
    rows.append(("p5", "one future in twenty lies below; so p95: one in twenty lies above"))
    return SheetTable((Column("about", [key for key, _ in rows]), Column("", [value for _, value in rows], most=90)))


def _same(key: str, carried: Iterable[Mapping[str, str]]) -> bool:
    """Whether all carry the same under a key."""
    return len({one.get(key) for one in carried}) == 1
