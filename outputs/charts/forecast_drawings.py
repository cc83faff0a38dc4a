"""The charts of a forecast, drawn on axes that are given: ruin over time, fans, medians, runway and need.

The pictures of a run, the report and ``result.burncast.plot`` are all made of them; whoever calls them gives the words
around the axes their room. Nothing here knows of datasets or files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from burncast.outputs.charts.canvas import Canvas
from burncast.outputs.charts.chart_style import (
    BLUE,
    DARK,
    GREY,
    INK,
    ORANGE,
    AmountMarks,
    EndLabel,
    cut,
    label_ends,
    line_style,
    style_amounts,
    style_time,
)
from burncast.outputs.words.amounts import distinct_amounts

__all__ = [
    "LEVELS",
    "Line",
    "draw_fan",
    "draw_medians",
    "draw_need",
    "draw_ruin",
    "draw_runway",
    "draw_typical",
    "style_calendar",
    "style_shares",
]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles of a fan."""
HEADING = 9.5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """A line over the periods 0 … T (or fewer), ``words`` at its end, and a band around it where there is one."""

    values: Floats
    words: str
    low: Floats | None = None
    high: Floats | None = None


def draw_ruin(canvas: Canvas, axes: Axes, lines: Sequence[Line], outer: Floats | None = None) -> None:
    """Probability of ruin by the end of each period, with its Monte Carlo band; the first line is drawn strongest.

    ``outer`` f64[T+1, 3] is a band around the first line that comes from the inputs: low, middle, high.
    """
    places, ends, top = canvas.time.places, [], 0.0
    if outer is not None:
        axes.fill_between(places, 100 * outer[:, 0], 100 * outer[:, 2], color=BLUE, alpha=0.16, linewidth=0)
        top = 100 * float(outer[:, 2].max())
        if outer[-1, 2] > outer[-1, 0]:
            rims = (float(end) for end in outer[-1, [0, 2]])
            ends += [EndLabel(100 * rim, canvas.words.share(rim, 2), GREY) for rim in rims]
    for number, line in enumerate(lines):
        colour, dark, dashes = line_style(number)
        along = places[: len(line.values)]
        if line.low is not None and line.high is not None:
            strength = 0.35 if number == 0 else 0.2
            axes.fill_between(along, 100 * line.low, 100 * line.high, color=colour, alpha=strength, linewidth=0)
            top = max(top, 100 * float(line.high.max()))
        wide = 2.4 if number == 0 else 1.6
        markers = canvas.time.markers
        axes.plot(along, 100 * line.values, color=colour, lw=wide, ls=dashes, marker=markers, ms=4, clip_on=False)
        top = max(top, 100 * float(line.values.max()))
        ends.append(EndLabel(100 * float(line.values[-1]), line.words, dark, bold=number == 0))
    style_shares(canvas, axes, top)
    axes.set_title(canvas.words.text("ruin.curve_axis"), loc="left", fontsize=HEADING, color=GREY)
    style_calendar(canvas, axes)
    label_ends(axes, ends)


def draw_fan(canvas: Canvas, axes: Axes, quantiles: Floats, label: str, *, brief: bool = False) -> None:
    """Quantiles 5, 25, 50, 75 and 95 % of a quantity, f64[5, T+1], NaN where it has no value yet.

    ``brief`` leaves the words out that say which quantile ends where.
    """
    _fan(canvas, axes, quantiles, label)
    style_calendar(canvas, axes)
    label_ends(axes, _fan_ends(canvas, quantiles, brief or canvas.narrow))


def draw_typical(canvas: Canvas, axes: Axes, quantiles: Floats, path: Floats, ruined: int, label: str) -> None:
    """One trajectory f64[T+1], ruined in the period ``ruined``, in the fan of all."""
    _fan(canvas, axes, quantiles, label, path)
    places = canvas.time.places
    axes.plot(places[: ruined + 1], path[: ruined + 1], color=ORANGE, linewidth=2.2)
    axes.plot(places[ruined:], path[ruined:], color=ORANGE, linewidth=1.6, linestyle=(0, (3, 2)))
    axes.plot(places[ruined], path[ruined], "o", color=ORANGE, markersize=8, clip_on=False)
    done = ruined / canvas.time.periods
    side = -1 if done < 0.35 else 1 if done > 0.65 else 0
    low, high = axes.get_ylim()
    is_low = axes.get_yscale() == "linear" and path[ruined] < low + 0.12 * (high - low)
    axes.annotate(
        canvas.words.text("why.typical_label", when=canvas.period(ruined)),
        (float(places[ruined]), float(path[ruined])),
        xytext=(-6 * side, 10 if is_low else -16),
        textcoords="offset points",
        ha=("center", "right", "left")[side],
        color=DARK[1],
        fontweight="bold",
        path_effects=[withStroke(linewidth=3, foreground="white")],
    )
    style_calendar(canvas, axes)
    label_ends(axes, _fan_ends(canvas, quantiles, canvas.narrow))


def draw_medians(canvas: Canvas, axes: Axes, lines: Sequence[Line], label: str) -> None:
    """Medians over time, each with its band where it has one, on one axis."""
    ends, every = [], []
    amounts = distinct_amounts((float(line.values[-1]) for line in lines), canvas.words.amount)
    for number, (line, amount) in enumerate(zip(lines, amounts, strict=True)):
        colour, dark, dashes = line_style(number)
        along = canvas.time.places[: len(line.values)]
        if line.low is not None and line.high is not None:
            axes.fill_between(along, line.low, line.high, color=colour, alpha=0.14, linewidth=0)
            every += [line.low, line.high]
        wide = 2.4 if number == 0 else 1.6
        markers = canvas.time.markers
        axes.plot(along, line.values, color=colour, lw=wide, ls=dashes, marker=markers, ms=4, clip_on=False)
        every.append(line.values)
        ends.append(EndLabel(float(line.values[-1]), f"{amount}  {line.words}", dark, bold=number == 0))
    style_amounts(axes, np.concatenate(every), label)
    _say_amounts(canvas, axes, label)
    _mark_zero(axes)
    style_calendar(canvas, axes)
    label_ends(axes, ends)


def draw_runway(canvas: Canvas, axes: Axes, shares: Floats, rest: str) -> None:
    """Share of futures that are ruined in each period 1 … T, f64[T], and in words the ``rest`` of them, if any."""
    places = canvas.time.places
    words = canvas.words.text("ruin.runway_rest", censored=rest, horizon=canvas.horizon)
    if not shares.any():
        style_calendar(canvas, axes)
        _say_alone(axes, canvas.words.text("ruin.runway_axis"), words)
        return
    widths = np.diff(places)
    axes.bar(places[1:] - widths / 2, 100 * shares, width=0.8 * widths, color=ORANGE, linewidth=0)
    style_shares(canvas, axes, 100 * float(shares.max()))
    axes.set_title(canvas.words.text("ruin.runway_axis"), loc="left", fontsize=HEADING, color=GREY)
    style_calendar(canvas, axes)
    if rest:
        axes.text(0.99, 0.97, words, transform=axes.transAxes, ha="right", va="top", color=INK, fontweight="bold")
        low, high = axes.get_ylim()
        axes.set_ylim(low, high * 1.15)


def draw_need(canvas: Canvas, axes: Axes, confidences: Floats, amounts: Floats, marked: Sequence[int]) -> None:
    """Funding that carries so many futures through, by ascending ``confidences``; ``marked`` points are labelled, the
    last ones first, as far as there is room.
    """
    label = canvas.words.text("ruin.need_axis")
    label = f"{label}, {canvas.currency}" if canvas.currency else label
    if not amounts.any():
        none = canvas.words.text("ruin.need_none", confidence=canvas.words.share(float(confidences[-1])))
        axes.set_xticks([])
        _say_alone(axes, label, none.rstrip("."))
        return
    axes.plot(100 * confidences, amounts, color=BLUE, linewidth=2.2, clip_on=False)
    style_amounts(axes, np.append(amounts, 0.0), label)
    _say_amounts(canvas, axes, label)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.05 * (high - low))
    axes.set_xlim(100 * float(confidences[0]), 100 * float(confidences[-1]))
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.words.share(value / 100)))
    axes.set_xlabel(canvas.words.text("ruin.need_across"), color=GREY)
    words: list[Annotation] = []
    for place in reversed(marked):
        point = (100 * float(confidences[place]), float(amounts[place]))
        axes.plot(*point, "o", color=BLUE, markersize=6, clip_on=False)
        mark = axes.annotate(
            canvas.words.amount(point[1]),
            point,
            xytext=(-7, 6) if place else (4, 9),
            textcoords="offset points",
            ha="right" if place else "left",
            color=DARK[0],
            fontweight="bold",
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )
        if any(mark.get_window_extent().expanded(1.1, 1.0).overlaps(one.get_window_extent()) for one in words):
            mark.remove()
        else:
            words.append(mark)


def style_shares(canvas: Canvas, axes: Axes, top: float) -> None:
    """Per cent up the axis, from nothing to just above ``top``."""
    height = 100.0 if top > 50 else max(1.15 * top, 0.01)
    axes.set_ylim(0.0, 1.02 * height)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.words.share(value / 100)))


def style_calendar(canvas: Canvas, axes: Axes) -> None:
    """The time axis in the canvas's language."""
    style_time(axes, canvas.time, canvas.words.tick)
    if not canvas.time.dates:
        unit = canvas.words.texts[f"word.{canvas.time.step}"][1]
        axes.set_xlabel(canvas.words.text("ruin.from_start", unit=unit), color=GREY)


def _say_alone(axes: Axes, label: str, words: str) -> None:
    """Words in the place of a chart that has nothing to show."""
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_title(label, loc="left", fontsize=HEADING, color=GREY)
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color=INK, fontweight="bold")


def _say_amounts(canvas: Canvas, axes: Axes, label: str) -> None:
    """Amounts and the name of the axis in the canvas's language."""
    label = cut(label, 38 if canvas.narrow else 80)
    if axes.get_yscale() == "log":
        label = f"{label} ({canvas.words.text('ruin.log')})"
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(AmountMarks(canvas.words.amount))
    axes.set_title(label, loc="left", fontsize=HEADING, color=GREY)


def _fan(canvas: Canvas, axes: Axes, quantiles: Floats, label: str, also: Floats | None = None) -> None:
    places = canvas.time.places
    for low, high, strength in ((0, 4, 0.18), (1, 3, 0.36)):
        axes.fill_between(places, quantiles[low], quantiles[high], color=BLUE, alpha=strength, linewidth=0)
    axes.plot(places, quantiles[2], color=BLUE, linewidth=2.2, marker=canvas.time.markers, ms=4, clip_on=False)
    every = np.concatenate([quantiles.ravel(), also if also is not None else np.empty(0)])
    style_amounts(axes, every, label)
    _say_amounts(canvas, axes, label)
    _mark_zero(axes)


def _mark_zero(axes: Axes) -> None:
    low, high = axes.get_ylim()
    if low < 0 < high:
        axes.axhline(0, color=INK, linewidth=1.0)


def _fan_ends(canvas: Canvas, quantiles: Floats, brief: bool) -> list[EndLabel]:
    ends = [float(end) for end in quantiles[:, -1]]
    if ends[0] == ends[-1]:
        always = "" if brief else f"  {canvas.words.text('ruin.every_future')}"
        return [EndLabel(ends[0], f"{canvas.words.amount(ends[0])}{always}", DARK[0], bold=True)]
    keys = ("below", "below", "", "above", "above")
    labels, amounts = [], distinct_amounts(ends, canvas.words.amount)
    for level, key, end, amount in zip(LEVELS, keys, ends, amounts, strict=True):
        share = canvas.words.share(min(level, 1 - level))
        words = canvas.words.text("ruin.median") if not key else canvas.words.text(f"ruin.{key}", share=share)
        text = amount if brief else f"{amount}  {words}"
        labels.append(EndLabel(end, text, GREY if key else DARK[0], bold=not key))
    return labels
