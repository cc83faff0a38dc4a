"""The one look of burncast's charts: colours, axes, direct labels, encoding.

Colours are those of Okabe and Ito, *Color Universal Design* (2008), which people with any colour vision tell apart.
Charts are built on matplotlib's objects, never on pyplot: no global state, no display, safe in threads.
"""

from __future__ import annotations

import datetime
import io
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text as MplText
from matplotlib.ticker import Formatter, FuncFormatter, Locator, LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from burncast.outputs.charts.calendar_ticks import MOST, calendar_ticks, day_number
from burncast.outputs.files.store import CREATED_BY
from burncast.outputs.words.amounts import distinct_amounts, format_date

__all__ = [
    "BLUE",
    "COLOURS",
    "DARK",
    "GREY",
    "INK",
    "MARGIN",
    "ORANGE",
    "AmountMarks",
    "EndLabel",
    "TimeAxis",
    "cut",
    "cut_apart",
    "encode_figure",
    "fit_words",
    "house_style",
    "label_ends",
    "label_point",
    "line_style",
    "new_figure",
    "style_amounts",
    "style_time",
    "write_title",
]

BLUE = "#0072B2"
COLOURS = (BLUE, "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
ORANGE = COLOURS[1]
DARK = ("#0067A0", "#A94700", "#00735A", "#93527A", "#8A6100", "#2A6F97", "#000000")
"""The colours of words beside lines: as those of the lines, dark enough to be read (4.5 to 1 on white)."""
INK = "#222222"
GREY = "#6B6B6B"
_SETTINGS: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "figure.dpi": 100,
    "svg.hashsalt": "burncast",
    "text.parse_math": False,  # a dollar sign in a name is no formula
}
_STYLES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (2, 1.5)))
_LABEL_SIZE = 9.5
_MARK_WIDTH = 0.72
"""Inches that a mark of a time axis takes."""
MARGIN = 0.025
"""Between the title of a figure and its edges, as a share of its width."""

house_style = mpl.rc_context(_SETTINGS)
"""A decorator: what the function draws has the one look, whatever the settings of the process."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The periods 0 … T along a chart: by their dates, or by their numbers where ``dates`` is empty."""

    dates: tuple[datetime.date, ...]
    periods: int
    step: str

    @property
    def places(self) -> NDArray[np.float64]:
        """Where the periods stand on matplotlib's axis, f64[T+1]."""
        if self.dates:
            return np.asarray([day_number(date) for date in self.dates], dtype=np.float64)
        return np.arange(self.periods + 1, dtype=np.float64)

    def name(self, period: int) -> str:
        """A period as people name it: ``May 2024``, or ``month 12``."""
        return format_date(self.dates[period], self.step) if self.dates else f"{self.step} {period}"

    @property
    def markers(self) -> str:
        """Markers on short lines, where the points themselves matter."""
        return "o" if self.periods < 13 else ""


@dataclass(frozen=True, slots=True)
class EndLabel:
    """Words at the right end of a line that ends at height ``y`` in data units."""

    y: float
    text: str
    colour: str
    bold: bool = False


def new_figure(
    panels: int = 1, columns: int = 1, labels: int = 0, figure: Figure | None = None
) -> tuple[Figure, list[Axes]]:
    """A figure of ``panels`` charts, with room for a title above and direct labels at the right.

    In one column they stand under one another and share their axis; in several they are read row by row. One chart is
    as tall as so many ``labels`` one above the other need. ``figure`` is an empty one to draw in.
    """
    with mpl.rc_context(_SETTINGS):
        rows = -(-panels // columns)
        height = max(5.0, 1.6 + 0.19 * labels) if rows == 1 else 1.4 + (2.3 if columns == 1 else 2.9) * rows
        figure = Figure() if figure is None else figure
        figure.set_size_inches(9.0 if columns == 1 else 11.0, height)
        figure.set_dpi(_SETTINGS["figure.dpi"])
        figure.set_facecolor("white")
        grid = figure.subplots(rows, columns, sharex=columns == 1, squeeze=False)
        figure.subplots_adjust(left=0.085, right=0.88, bottom=0.5 / height, hspace=0.35)
        if columns > 1:
            figure.subplots_adjust(left=0.05, right=0.97, hspace=0.45, wspace=0.16)
    axes = list(grid.ravel())
    for unused in axes[panels:]:
        unused.remove()
    del axes[panels:]
    for panel in axes:
        panel.grid(axis="y", color="#E4E4E4", linewidth=0.8)
        panel.set_axisbelow(True)
        panel.tick_params(length=3)
    return figure, axes


def write_title(figure: Figure, finding: str, context: str) -> float:
    """What the chart shows as a sentence, and below it what it is a chart of; the height that both take, in inches.

    ``context`` begins with a title, which is cut where it is too long for the line, and goes on after ``·``.
    """
    width, height = figure.get_size_inches()
    finding = finding.replace(" %", "\N{NO-BREAK SPACE}%")
    said = figure.text(MARGIN, 1 - 0.14 / height, finding, ha="left", va="top", fontsize=12.5, fontweight="bold")
    letters = int(9 * width)
    while _is_too_wide(said, figure) and letters > 20:
        said.set_text(textwrap.fill(finding, letters))
        letters -= 2
    below = 0.14 + 0.235 * (1 + said.get_text().count("\n"))
    about = figure.text(MARGIN, 1 - below / height, context, ha="left", va="top", color=GREY)
    title, separator, rest = context.partition(" · ")
    while len(title) > 8 and _is_too_wide(about, figure):
        title = cut(title, len(title) - 4)
        about.set_text(title + separator + rest)
    figure.subplots_adjust(top=1 - (below + 0.55) / height)
    return float(below + 0.28)


def fit_words(
    figure: Figure, axes: Sequence[Axes], heading: float = 0.0, columns: int = 1, margin: float = MARGIN
) -> None:
    """Give every word of charts, in so many columns, its room below a ``heading`` of so many inches.

    ``margin`` is the room at the edges, as a share of the width. Done twice, since the marks of an axis depend on its
    length.
    """
    size = figure.bbox
    pad = margin * size.width
    for _ in range(2):
        boxes = [box for panel in axes if (box := panel.get_tightbbox()) is not None]
        inner = [panel.bbox for panel in axes]
        before, after, below, above = (
            max(sign * (getattr(box, end) - getattr(own, end)) for box, own in zip(boxes, inner, strict=True))
            for end, sign in (("x0", -1), ("x1", 1), ("y0", -1), ("y1", 1))
        )
        left, right = (before + pad) / size.width, 1.0 - (after + pad) / size.width
        bottom, top = (below + 0.5 * pad) / size.height, 1.0 - (above + heading * figure.dpi) / size.height
        gap, gap_above = (before + after + pad) / size.width, (below + above + pad) / size.height
        wide = max((right - left - gap * (columns - 1)) / columns, 0.2 / columns)
        figure.subplots_adjust(left=left, right=max(right, left + 0.2), bottom=bottom, top=max(top, bottom + 0.1))
        rows = -(-len(axes) // columns)
        tall = max((top - bottom - gap_above * (rows - 1)) / rows, 0.1 / rows)
        figure.subplots_adjust(wspace=gap / wide, hspace=gap_above / tall)


def line_style(place: int) -> tuple[str, str, Any]:
    """The colour of the line number ``place`` (from 0), that of words beside it, and its dashes."""
    colour = place % len(COLOURS)
    return COLOURS[colour], DARK[colour], _STYLES[place // len(COLOURS) % len(_STYLES)]


def cut_apart(names: Iterable[str], longest: int) -> list[str]:
    """At most so many letters of each name, those in the middle left out where names begin alike.

    >>> cut_apart(["price_war", "a longer name of one", "a longer name of two"], 12)
    ['price_war', 'a long…f one', 'a long…f two']
    """
    known = list(names)
    short = [cut(name, longest) for name in known]
    if len(set(short)) == len(set(known)):
        return short
    head = longest // 2
    return [
        name if len(name) <= longest else f"{name[:head]}…{name[len(name) - (longest - 1 - head) :]}" for name in known
    ]


def cut(name: str, longest: int) -> str:
    """At most so many letters of a name.

    >>> cut("a long name", 7)
    'a long…'
    """
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def style_time(axes: Axes, time: TimeAxis, say: Callable[[str], str] = str) -> None:
    """Dates along the axis where the scenario has a start; otherwise periods, counted from 0.

    There are as many marks as the axis has room for; ``say`` puts a mark into another language.
    """
    if time.dates:
        marks = _CalendarMarks(time.dates[0], time.dates[-1])
        axes.xaxis.set_major_locator(marks)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda place, _: say(marks.labels.get(place, ""))))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(9 if axes.bbox.width > 400 else 5, integer=True))
        axes.set_xlabel(f"{time.step}s from the start", color=GREY)
    axes.set_xlim(time.places[0], time.places[-1])


class _CalendarMarks(Locator):
    """Marks between two dates, as many as the axis has room for; ``labels`` are their words by place."""

    def __init__(self, first: datetime.date, last: datetime.date) -> None:
        self._dates = first, last
        self.labels: dict[float, str] = {}

    def __call__(self) -> list[float]:
        room = MOST
        if isinstance(self.axis, Axis) and (figure := self.axis.get_figure(root=True)) is not None:
            room = int(self.axis.axes.bbox.width / (_MARK_WIDTH * figure.dpi))
        self.labels = dict(calendar_ticks(*self._dates, min(max(room, 2), MOST)))
        return list(self.labels)


class AmountMarks(Formatter):
    """Amounts along an axis, to as many digits as tell them apart; ``say`` writes one to so many digits."""

    def __init__(self, say: Callable[[float, int], str] | None = None) -> None:
        self._say = say

    def __call__(self, value: float, _: int | None = None) -> str:
        """One mark alone."""
        return distinct_amounts([value], self._say)[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """The marks of an axis, all to the same number of digits."""
        return distinct_amounts([float(value) for value in values], self._say)


def style_amounts(axes: Axes, values: NDArray[np.float64], label: str) -> None:
    """Readable amounts up the axis over the range of ``values``, which may be constant, and its name above it.

    The axis is logarithmic where the values are positive and span more than three powers of ten.
    """
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if low > 0 and high > 1000 * low:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(numticks=8))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_ylim(low / 1.5, high * 1.5)
        label += " (log scale)"
    else:
        margin = 0.05 * (high - low) or 0.1 * abs(high) or 1.0
        axes.set_ylim(0.0 if 0 <= low < margin < high else low - margin, high + margin)
        axes.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(AmountMarks())
    axes.set_title(label, loc="left", fontsize=10, color=GREY)


def label_ends(axes: Axes, labels: Sequence[EndLabel]) -> None:
    """Write each label beside the end of its line, at the right of the axes, moved apart where they would overlap."""
    ordered = sorted(labels, key=lambda label: label.y)
    to_axes = axes.transData + axes.transAxes.inverted()
    figure = axes.get_figure(root=True)
    dpi = figure.dpi if figure is not None else 100.0
    spacing = 1.3 * _LABEL_SIZE * dpi / 72 / axes.bbox.height
    heights = [float(np.clip(to_axes.transform((0.0, label.y))[1], -0.02, 1.02)) for label in ordered]
    for label, place in zip(ordered, _spread(heights, spacing), strict=True):
        axes.text(
            1.0,
            place,
            f"  {label.text}",
            transform=axes.transAxes,
            va="center",
            ha="left",
            color=label.colour,
            fontsize=_LABEL_SIZE,
            fontweight="bold" if label.bold else "normal",
        )


def label_point(axes: Axes, place: tuple[float, float], text: str, colour: str, right: bool, above: bool) -> None:
    """Words beside a point, legible over lines and areas."""
    axes.annotate(
        text,
        place,
        xytext=(10 if right else -10, 12 if above else -12),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        color=colour,
        fontweight="bold",
        path_effects=[withStroke(linewidth=3, foreground="white")],
    )


def encode_figure(figure: Figure, kind: str, origin: str = "") -> bytes:
    """The figure as an ``svg`` or ``png`` file that bears burncast's mark and says what it is of, its ``origin``.

    The same figure gives the same bytes.
    """
    metadata = {"Creator": CREATED_BY, "Date": None} if kind == "svg" else {"Software": CREATED_BY}
    if origin:
        metadata["Description"] = origin
    buffer = io.BytesIO()
    with mpl.rc_context(_SETTINGS):
        figure.savefig(buffer, format=kind, dpi=160, metadata=metadata)
    return buffer.getvalue()


def _spread(places: list[float], spacing: float) -> list[float]:
    """Ascending ``places`` moved apart to stand ``spacing`` from each other; overlapping groups share the move.

    They stay between 0 and 1, or as near as so many can.
    """
    groups: list[list[float]] = []
    for place in places:
        groups.append([place])
        while len(groups) > 1 and _top(groups[-2], spacing) + spacing > _bottom(groups[-1], spacing):
            last = groups.pop()
            groups[-1] = groups[-1] + last
    apart = [_bottom(group, spacing) + spacing * position for group in groups for position in range(len(group))]
    highest = len(apart) - 1
    lifted = [max(place, min(places[0], 0.0) + spacing * position) for position, place in enumerate(apart)]
    return [min(place, max(places[-1], 1.0) - spacing * (highest - position)) for position, place in enumerate(lifted)]


def _is_too_wide(text: MplText, figure: Figure) -> bool:
    return bool(text.get_window_extent().x1 > (1.0 - MARGIN) * figure.bbox.width)


def _bottom(group: list[float], spacing: float) -> float:
    return sum(group) / len(group) - spacing * (len(group) - 1) / 2


def _top(group: list[float], spacing: float) -> float:
    return _bottom(group, spacing) + spacing * (len(group) - 1)
