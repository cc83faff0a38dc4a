"""The charts of the report: in its language, without titles, which the page has, wide or narrow.

Each function draws one figure; ``narrow`` is for a screen of some 330 CSS pixels, where text keeps its size.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from burncast.outputs.bar_charts import new_bars
from burncast.outputs.chart_style import (
    BLUE,
    COLOURS,
    GREY,
    INK,
    EndLabel,
    TimeAxis,
    label_ends,
    new_figure,
    style_amounts,
    style_time,
)
from burncast.outputs.language import Language

__all__ = ["Canvas", "fan", "frontier", "need", "ruin_curve", "ruin_curves", "runway", "shares", "tornado", "typical"]

ORANGE = COLOURS[1]
DARK = ("#0067A0", "#A94700", "#00735A", "#93527A", "#8A6100", "#2A6F97", "#000000")
"""The colours of words beside lines: as those of the lines, dark enough to be read (4.5 to 1 on white)."""
_STYLES = ("-", (0, (5, 2)), (0, (2, 1.5)))
_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Canvas:
    """What every chart needs: the language, the periods, the unit of money, whether it is narrow."""

    words: Language
    time: TimeAxis
    currency: str | None
    narrow: bool = False

    def period(self, place: int) -> str:
        """A period as people name it."""
        if self.time.dates:
            return self.words.date(self.time.dates[place], self.time.step)
        unit = self.words.texts[f"word.{self.time.step}"][0]
        return self.words.text("word.period", unit=unit, number=place)


def ruin_curve(canvas: Canvas, probability: Floats, error: Floats, band: Floats | None) -> Figure:
    """Probability of ruin by the end of each period, with its 95 % Monte Carlo band and the band over the inputs."""
    with _frame(canvas) as (figure, axes):
        places = canvas.time.places
        top = 100 * float(np.max(probability + 1.96 * error))
        if band is not None:
            axes.fill_between(places, 100 * band[:, 0], 100 * band[:, 2], color=BLUE, alpha=0.16, linewidth=0)
            top = max(top, 100 * float(band[:, 2].max()))
        low, high = 100 * (probability - 1.96 * error), 100 * (probability + 1.96 * error)
        axes.fill_between(places, low, high, color=BLUE, alpha=0.35, linewidth=0)
        axes.plot(places, 100 * probability, color=BLUE, linewidth=2.2, marker=canvas.time.markers, clip_on=False)
        _style_shares(canvas, axes, top)
        _style_time(canvas, axes)
        ends = [EndLabel(100 * float(probability[-1]), canvas.words.share(float(probability[-1])), DARK[0], bold=True)]
        if band is not None and band[-1, 2] > band[-1, 0]:
            low_end, high_end = (float(end) for end in band[-1, [0, 2]])
            ends += [EndLabel(100 * end, canvas.words.share(end, 2), GREY) for end in (low_end, high_end)]
        label_ends(axes, ends, 2)
    return figure


def ruin_curves(canvas: Canvas, curves: Mapping[str, Floats]) -> Figure:
    """Probability of ruin over time of each variant; the first is drawn strongest."""
    with _frame(canvas, 1.25 if len(curves) > 6 else 1.0) as (figure, axes):
        ends = []
        for place, (name, curve) in enumerate(curves.items()):
            colour, style = place % len(COLOURS), _STYLES[place // len(COLOURS) % len(_STYLES)]
            width = 2.6 if place == 0 else 1.6
            axes.plot(
                canvas.time.places[: len(curve)], 100 * curve, color=COLOURS[colour], linestyle=style, linewidth=width
            )
            longest = 13 if canvas.narrow else 26
            short = name if len(name) <= longest else f"{name[: longest - 1]}…"
            words = f"{canvas.words.share(float(curve[-1]))} {short}"
            ends.append(EndLabel(100 * float(curve[-1]), words, DARK[colour], bold=place == 0))
        _style_shares(canvas, axes, 100 * max(float(curve.max()) for curve in curves.values()))
        _style_time(canvas, axes)
        label_ends(axes, ends, 2) if len(ends) <= 6 else label_ends(axes, ends)
    return figure


def runway(canvas: Canvas, shares: Floats, rest: float) -> Figure:
    """Share of futures that are ruined in each period 1 … T, and what is left over, in words."""
    with _frame(canvas) as (figure, axes):
        places = canvas.time.places
        widths = 0.8 * np.diff(places)
        axes.bar(places[1:] - np.diff(places) / 2, 100 * shares, width=widths, color=ORANGE, linewidth=0)
        _style_shares(canvas, axes, 100 * float(shares.max()))
        axes.set_title(canvas.words.text("ruin.runway_axis"), loc="left", fontsize=9.5, color=GREY)
        _style_time(canvas, axes)
        horizon = canvas.words.span(canvas.time.periods, canvas.time.step)
        if rest > 0.0:
            words = canvas.words.text("ruin.runway_rest", censored=canvas.words.share(rest), horizon=horizon)
            axes.text(0.99, 0.97, words, transform=axes.transAxes, ha="right", va="top", color=INK, fontweight="bold")
            low, high = axes.get_ylim()
            axes.set_ylim(low, high * 1.12)
    return figure


def need(canvas: Canvas, confidences: Floats, amounts: Floats, marked: Sequence[int]) -> Figure:
    """Funding that carries so many futures through; the ``marked`` points are labelled."""
    with _frame(canvas) as (figure, axes):
        axes.plot(100 * confidences, amounts, color=BLUE, linewidth=2.2)
        _style_money(canvas, axes, amounts, canvas.words.text("ruin.need_axis"))
        axes.set_xlim(100 * float(confidences[0]), 100 * float(confidences[-1]))
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.words.share(value / 100)))
        axes.set_xlabel(canvas.words.text("ruin.need_across"))
        for place in marked:
            point = (100 * float(confidences[place]), float(amounts[place]))
            axes.plot(*point, "o", color=BLUE, markersize=6, clip_on=False)
            axes.annotate(
                canvas.words.amount(point[1]),
                point,
                xytext=(-7, 6),
                textcoords="offset points",
                ha="right",
                color=DARK[0],
                fontweight="bold",
            )
    return figure


def frontier(canvas: Canvas, dataset: xr.Dataset) -> Figure:
    """Survival by money added at the start, one curve for each period."""
    with _frame(canvas) as (figure, axes):
        amounts, ends = dataset["amount"].values, []
        for place, period in enumerate(int(period) for period in dataset["period"].values):
            colour = place % len(COLOURS)
            share, error = (100 * dataset[name].values[:, place] for name in ("survival", "survival_se"))
            low, high = share - 1.96 * error, share + 1.96 * error
            axes.fill_between(amounts, low, high, color=COLOURS[colour], alpha=0.25, linewidth=0)
            axes.plot(amounts, share, color=COLOURS[colour], linewidth=2, marker="o", markersize=3.5, clip_on=False)
            words = canvas.words.span(period, canvas.time.step)
            ends.append(EndLabel(float(share[-1]), words, DARK[colour], bold=True))
        lowest = 100 * float(dataset["survival"].min())
        axes.set_ylim(0.0 if lowest < 50 else 10 * np.floor(lowest / 10 - 0.01), 101.0)
        axes.set_xlim(float(amounts.min()), float(amounts.max()))
        axes.xaxis.set_major_locator(MaxNLocator(4 if canvas.narrow else 7))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.words.amount(value)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.words.share(value / 100)))
        across = canvas.words.text("ruin.frontier_across")
        axes.set_xlabel(f"{across}, {canvas.currency}" if canvas.currency else across)
        axes.set_title(canvas.words.text("ruin.frontier_axis"), loc="left", fontsize=9.5, color=GREY)
        label_ends(axes, ends, 2)
    return figure


def fan(canvas: Canvas, quantiles: Floats, label: str) -> Figure:
    """Quantiles 5, 25, 50, 75 and 95 % of a quantity, f64[5, T+1], NaN where it has no value yet."""
    with _frame(canvas) as (figure, axes):
        _draw_fan(canvas, axes, quantiles, label)
        _style_time(canvas, axes)
        label_ends(axes, _fan_ends(canvas, quantiles), 2)
    return figure


def typical(canvas: Canvas, quantiles: Floats, path: Floats, ruined: int, label: str) -> Figure:
    """One trajectory, ruined in the period ``ruined``, in the fan of all."""
    with _frame(canvas) as (figure, axes):
        _draw_fan(canvas, axes, quantiles, label, path)
        places = canvas.time.places
        axes.plot(places[: ruined + 1], path[: ruined + 1], color=ORANGE, linewidth=2.2)
        axes.plot(places[ruined:], path[ruined:], color=ORANGE, linewidth=1.6, linestyle=(0, (3, 2)))
        axes.plot(places[ruined], path[ruined], "o", color=ORANGE, markersize=8)
        done = ruined / canvas.time.periods
        side = -1 if done < 0.35 else 1 if done > 0.65 else 0
        axes.annotate(
            canvas.words.text("why.typical_label", when=canvas.period(ruined)),
            (float(places[ruined]), float(path[ruined])),
            xytext=(-6 * side, -16),
            textcoords="offset points",
            ha=("center", "right", "left")[side],
            color=DARK[1],
            fontweight="bold",
            bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1.5},
        )
        _style_time(canvas, axes)
        label_ends(axes, _fan_ends(canvas, quantiles), 2)
    return figure


def tornado(canvas: Canvas, dataset: xr.Dataset, names: Sequence[str], heading: str) -> Figure:
    """The output with each input, by its name, at its 10 % and at its 90 % quantile, the widest bar on top."""
    shown = dataset.isel(input=slice(0, len(names)))
    is_ruin = dataset.attrs["output_kind"] == "ruin"
    factor = 100.0 if is_ruin else 1.0
    mean = factor * float(dataset.attrs["mean"])
    longest = 17 if canvas.narrow else 40
    names = [_shortened(name, longest) for name in names]
    with mpl.rc_context({"text.parse_math": False}):
        figure, axes = new_bars(names)
        figure.set_size_inches(4.4 if canvas.narrow else 7.2, 0.75 + 0.3 * len(names))
        places = np.arange(len(names))
        ends = [factor * shown[f"output_{end}"].values for end in ("low", "high")]
        for values, end, place in zip(ends, ("low", "high"), (0, 1), strict=True):
            axes.barh(places, values - mean, left=mean, height=0.62, color=COLOURS[place])
            for row, value in enumerate(values.tolist()):
                other = float(ends[1 - place][row])
                right = value > other or (value == other and end == "high")
                axes.annotate(
                    canvas.words.amount(float(shown[f"value_{end}"].values[row])),
                    (max(value, mean) if right else min(value, mean), row),
                    xytext=(3 if right else -3, 0),
                    textcoords="offset points",
                    ha="left" if right else "right",
                    va="center",
                    fontsize=8.5,
                    color=DARK[place],
                )
        axes.axvline(mean, color=INK, linewidth=1.0)
        every = np.concatenate([*ends, [mean]])
        margin = (0.3 if canvas.narrow else 0.16) * float(np.ptp(every)) or 1.0
        axes.set_xlim(float(every.min()) - margin, float(every.max()) + margin)
        axes.xaxis.set_major_locator(MaxNLocator(4 if canvas.narrow else 7, steps=[1, 2, 2.5, 5, 10]))

        def mark(value: float, _: object) -> str:
            if is_ruin:
                return canvas.words.share(value / 100) if value >= -1e-9 else ""
            return canvas.words.amount(value)

        axes.xaxis.set_major_formatter(FuncFormatter(mark))
        axes.set_xlabel(heading if not canvas.narrow else "", fontsize=9.5)
        _fit(figure, axes)
    return figure


def shares(canvas: Canvas, dataset: xr.Dataset, names: Sequence[str], heading: str) -> Figure:
    """Sobol indices (alone and with others) or Shapley effects of sources, by their names, with 95 % intervals."""
    series = [("first_order", 0, -0.19, 0.36), ("total", 1, 0.19, 0.36)]
    if dataset.attrs["method"] == "shapley":
        series = [("effect", 0, 0.0, 0.62)]
    longest = 17 if canvas.narrow else 40
    with mpl.rc_context({"text.parse_math": False}):
        figure, axes = new_bars([_shortened(name, longest) for name in names])
        figure.set_size_inches(4.4 if canvas.narrow else 7.2, 0.75 + (0.3 if len(series) == 1 else 0.42) * len(names))
        places, widest = np.arange(len(names)), 0.0
        for name, colour, offset, height in series:
            found, low, high = (100 * np.maximum(dataset[f"{name}{end}"].values, 0.0) for end in ("", "_low", "_high"))
            axes.barh(places + offset, found, height=height, color=COLOURS[colour])
            axes.hlines(places + offset, low, high, color=INK, linewidth=1.0)
            widest = max(widest, float(np.nanmax(np.maximum(found, high))))
            for place, share, end in zip(places + offset, found.tolist(), high.tolist(), strict=True):
                axes.annotate(
                    canvas.words.share(round(share / 100, 3 if share < 9.95 else 2), 2),
                    (max(share, end) if np.isfinite(end) else share, place),
                    xytext=(4, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=8.5,
                    color=DARK[colour],
                )
        axes.set_xlim(0.0, 1.12 * widest or 1.0)
        axes.xaxis.set_major_locator(MaxNLocator(4 if canvas.narrow else 7, steps=[1, 2, 2.5, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.words.share(value / 100)))
        axes.set_xlabel(heading if not canvas.narrow else "", fontsize=9.5)
        _fit(figure, axes)
    return figure


@contextlib.contextmanager
def _frame(canvas: Canvas, taller: float = 1.0) -> Iterator[tuple[Figure, Axes]]:
    """A figure to draw one chart in, whose margins fit its words at the end; a name's dollar sign is no formula."""
    with mpl.rc_context({"text.parse_math": False, "font.size": 10}):
        figure, (axes,) = new_figure()
        figure.set_size_inches(*((4.4, 3.3 * taller) if canvas.narrow else (7.2, 3.7 * taller)))
        figure.subplots_adjust(left=0.14, right=0.8, top=0.9, bottom=0.14)
        yield figure, axes
        _fit(figure, axes)


def _fit(figure: Figure, axes: Axes) -> None:
    """Give every word its room, twice, since the marks of an axis depend on its length."""
    for _ in range(2):
        box, size = axes.get_tightbbox(), figure.bbox
        if box is None:
            return
        pad, now = 5.0, figure.subplotpars
        left = now.left + (pad - box.x0) / size.width
        right = now.right + (size.width - pad - box.x1) / size.width
        bottom = now.bottom + (pad - box.y0) / size.height
        top = now.top + (size.height - pad - box.y1) / size.height
        if right - left < 0.2:
            right = left + 0.2
        figure.subplots_adjust(left=left, right=right, bottom=bottom, top=top)


def _style_time(canvas: Canvas, axes: Axes) -> None:
    style_time(axes, canvas.time)
    if not canvas.time.dates:
        unit = canvas.words.texts[f"word.{canvas.time.step}"][1]
        axes.set_xlabel(canvas.words.text("ruin.from_start", unit=unit))
        axes.xaxis.set_major_locator(MaxNLocator(5 if canvas.narrow else 9, integer=True))
        return
    places = axes.get_xticks()
    labels = [canvas.words.tick(label.get_text()) for label in axes.get_xticklabels()]
    if canvas.narrow and len(places) > 5:
        years = [place for place, label in enumerate(labels) if label.isdigit()]
        first = years[0] % 2 if years else 0
        places, labels = places[first::2], labels[first::2]
    axes.set_xticks(places, labels)


def _style_shares(canvas: Canvas, axes: Axes, top: float) -> None:
    """Per cent up the axis, from nothing to just above ``top``."""
    height = 100.0 if top > 50 else max(1.15 * top, 0.01)
    axes.set_ylim(0.0, 1.02 * height)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.words.share(value / 100)))


def _style_money(canvas: Canvas, axes: Axes, values: Floats, label: str) -> None:
    style_amounts(axes, values, f"{label}, {canvas.currency}" if canvas.currency else label)
    _say_amounts(canvas, axes, f"{label}, {canvas.currency}" if canvas.currency else label)


def _say_amounts(canvas: Canvas, axes: Axes, label: str) -> None:
    """Amounts and the name of the axis in the canvas's language."""
    label = _shortened(label, 38 if canvas.narrow else 80)
    if axes.get_yscale() == "log":
        label = f"{label} ({canvas.words.text('ruin.log')})"
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.words.amount(value)))
    axes.set_title(label, loc="left", fontsize=9.5, color=GREY)


def _draw_fan(canvas: Canvas, axes: Axes, quantiles: Floats, label: str, also: Floats | None = None) -> None:
    places = canvas.time.places
    for low, high, strength in ((0, 4, 0.18), (1, 3, 0.36)):
        axes.fill_between(places, quantiles[low], quantiles[high], color=BLUE, alpha=strength, linewidth=0)
    axes.plot(places, quantiles[2], color=BLUE, linewidth=2.2, marker=canvas.time.markers, clip_on=False)
    every = np.concatenate([quantiles.ravel(), also if also is not None else np.empty(0)])
    style_amounts(axes, every, label)
    _say_amounts(canvas, axes, label)
    bottom, top = axes.get_ylim()
    if bottom < 0 < top:
        axes.axhline(0, color=INK, linewidth=1.0)


def _fan_ends(canvas: Canvas, quantiles: Floats) -> list[EndLabel]:
    ends = [float(end) for end in quantiles[:, -1]]
    if ends[0] == ends[-1]:
        return [EndLabel(ends[0], canvas.words.amount(ends[0]), DARK[0], bold=True)]
    keys = ("below", "below", "", "above", "above")
    labels = []
    for level, key, end in zip(_LEVELS, keys, ends, strict=True):
        share = canvas.words.share(min(level, 1 - level))
        words = canvas.words.text("ruin.median") if not key else canvas.words.text(f"ruin.{key}", share=share)
        text = canvas.words.amount(end) if canvas.narrow else f"{canvas.words.amount(end)}  {words}"
        labels.append(EndLabel(end, text, GREY if key else DARK[0], bold=not key))
    return labels


def _shortened(name: str, longest: int) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
