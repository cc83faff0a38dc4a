"""The one look of burncast's charts: colours, axes, direct labels, encoding.

Colours are those of Okabe and Ito, *Color Universal Design* (2008), which people with any colour vision tell apart.
Charts are built on matplotlib's objects, never on pyplot: no global state, no display, safe in threads.
"""

from __future__ import annotations

import datetime
import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from burncast.outputs.amounts import format_amount, format_date
from burncast.outputs.calendar_ticks import calendar_ticks, day_number
from burncast.outputs.store import CREATED_BY

__all__ = [
    "BLUE",
    "COLOURS",
    "GREY",
    "INK",
    "EndLabel",
    "TimeAxis",
    "encode_figure",
    "label_ends",
    "label_point",
    "new_figure",
    "style_amounts",
    "style_time",
    "write_title",
]

BLUE = "#0072B2"
COLOURS = (BLUE, "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
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
}


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


def new_figure(panels: int = 1, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure of ``panels`` charts, with room for a title above and direct labels at the right.

    In one column they stand under one another and share their axis; in several they are read row by row.
    """
    with mpl.rc_context(_SETTINGS):
        rows = -(-panels // columns)
        height = 5.0 if rows == 1 else 1.4 + (2.3 if columns == 1 else 2.9) * rows
        figure = Figure(figsize=(9.0 if columns == 1 else 11.0, height), facecolor="white")
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


def write_title(figure: Figure, finding: str, context: str) -> None:
    """What the chart shows as a sentence in at most two lines, and below it what it is a chart of."""
    height = figure.get_size_inches()[1]
    lines = textwrap.wrap(finding, 78)
    figure.text(0.025, 1 - 0.14 / height, "\n".join(lines), ha="left", va="top", fontsize=12.5, fontweight="bold")
    below = 0.14 + 0.235 * len(lines)
    shortened = textwrap.shorten(context, 120, placeholder=" …")
    figure.text(0.025, 1 - below / height, shortened, ha="left", va="top", color=GREY)
    figure.subplots_adjust(top=1 - (below + 0.55) / height)


def style_time(axes: Axes, time: TimeAxis) -> None:
    """Dates along the axis where the scenario has a start; otherwise periods, counted from 0."""
    if time.dates:
        ticks = calendar_ticks(time.dates[0], time.dates[-1])
        axes.set_xticks([place for place, _ in ticks], [label for _, label in ticks])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(9, integer=True))
        axes.set_xlabel(f"{time.step}s from the start")
    axes.set_xlim(time.places[0], time.places[-1])


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
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_amount(value)))
    axes.set_title(label, loc="left", fontsize=10, color=GREY)


def label_ends(axes: Axes, labels: Sequence[EndLabel], panels: int = 1) -> None:
    """Write each label beside the end of its line, moved apart where they would overlap, and make room for them.

    ``panels`` is how many charts share the figure: the more there are, the more of its height a label takes.
    """
    ordered = sorted(labels, key=lambda label: label.y)
    to_axes = axes.transData + axes.transAxes.inverted()
    spacing = 0.052 if panels == 1 else 0.11
    places = _spread([float(to_axes.transform((0.0, label.y))[1]) for label in ordered], spacing)
    for label, place in zip(ordered, places, strict=True):
        axes.text(
            1.0,
            place,
            f"  {label.text}",
            transform=axes.transAxes,
            va="center",
            ha="left",
            color=label.colour,
            fontsize=9.5,
            fontweight="bold" if label.bold else "normal",
        )
    figure = axes.get_figure(root=True)
    if figure is not None:
        widest = max(text.get_window_extent().width for text in axes.texts) / figure.bbox.width
        figure.subplots_adjust(right=min(figure.subplotpars.right, 0.985 - widest))


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
    """Ascending ``places`` moved apart to stand ``spacing`` from each other; overlapping groups share the move."""
    groups: list[list[float]] = []
    for place in places:
        groups.append([place])
        while len(groups) > 1 and _top(groups[-2], spacing) + spacing > _bottom(groups[-1], spacing):
            last = groups.pop()
            groups[-1] = groups[-1] + last
    return [_bottom(group, spacing) + spacing * position for group in groups for position in range(len(group))]


def _bottom(group: list[float], spacing: float) -> float:
    return sum(group) / len(group) - spacing * (len(group) - 1) / 2


def _top(group: list[float], spacing: float) -> float:
    return _bottom(group, spacing) + spacing * (len(group) - 1)
