"""The charts of what was asked about a forecast, drawn on axes that are given: frontiers, tornados, shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from burncast.outputs.charts.canvas import Canvas
from burncast.outputs.charts.chart_style import (
    COLOURS,
    DARK,
    GREY,
    INK,
    AmountMarks,
    EndLabel,
    cut_apart,
    label_ends,
    line_style,
)
from burncast.outputs.words.language import Language

__all__ = ["draw_frontier", "draw_shares", "draw_tornado", "style_bars"]

MOST_LETTERS, MOST_LETTERS_NARROW = 44, 17


def draw_frontier(canvas: Canvas, axes: Axes, dataset: xr.Dataset) -> None:
    """Survival by money added at the start, one curve for each period, with its 95 % Monte Carlo band."""
    amounts, ends = dataset["amount"].values, []
    for place, period in enumerate(int(period) for period in dataset["period"].values):
        colour, dark, dashes = line_style(place)
        share, error = (100 * dataset[name].values[:, place] for name in ("survival", "survival_se"))
        axes.fill_between(amounts, share - 1.96 * error, share + 1.96 * error, color=colour, alpha=0.25, linewidth=0)
        axes.plot(amounts, share, color=colour, lw=2, ls=dashes, marker="o", markersize=3.5, clip_on=False)
        words = canvas.words.span(period, str(dataset.attrs["step"]))
        if not canvas.narrow:
            words = f"{canvas.words.chance(float(share[-1]) / 100, float(error[-1]) / 100)}  {words}"
        ends.append(EndLabel(float(share[-1]), words, dark, bold=True))
    lowest = 100 * float(dataset["survival"].min())
    axes.set_ylim(0.0 if lowest < 50 else 10 * np.floor(lowest / 10 - 0.01), 101.0)
    if len(amounts) > 1:
        axes.set_xlim(float(amounts.min()), float(amounts.max()))
        axes.xaxis.set_major_locator(MaxNLocator(4 if canvas.narrow else 7))
    else:
        axes.set_xticks(amounts)
    axes.xaxis.set_major_formatter(AmountMarks(canvas.words.amount))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.words.share(value / 100)))
    across = canvas.words.text("ruin.frontier_across")
    axes.set_xlabel(f"{across}, {canvas.currency}" if canvas.currency else across, color=GREY)
    axes.set_title(canvas.words.text("ruin.frontier_axis"), loc="left", fontsize=9.5, color=GREY)
    label_ends(axes, ends)


def style_bars(axes: Axes, names: Sequence[str], longest: int = MOST_LETTERS) -> None:
    """Axes for a bar for each name; bar i stands at height i, the first on top."""
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color="#E4E4E4", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_yticks(np.arange(len(names)), cut_apart(names, longest), color=INK)
    axes.tick_params(axis="y", length=0)
    axes.spines[["left", "top", "right"]].set_visible(False)
    axes.set_ylim(len(names) - 0.4, -0.6)


def draw_tornado(words: Language, axes: Axes, dataset: xr.Dataset, names: Sequence[str], *, narrow: bool) -> None:
    """The output with each input, by its name, at its 10 % and at its 90 % quantile, the widest bar on top.

    ``names`` are what the first inputs are called; only they are drawn.
    """
    shown = dataset.isel(input=slice(0, len(names)))
    is_ruin = dataset.attrs["output_kind"] == "ruin"
    factor = 100.0 if is_ruin else 1.0
    mean = factor * float(dataset.attrs["mean"])
    style_bars(axes, names, MOST_LETTERS_NARROW if narrow else MOST_LETTERS)
    places = np.arange(len(names))
    ends = [factor * shown[f"output_{end}"].values for end in ("low", "high")]
    for values, end, place in zip(ends, ("low", "high"), (0, 1), strict=True):
        axes.barh(places, values - mean, left=mean, height=0.62, color=COLOURS[place])
        for row, value in enumerate(values.tolist()):
            other = float(ends[1 - place][row])
            right = value > other or (value == other and end == "high")
            axes.annotate(
                words.amount(float(shown[f"value_{end}"].values[row])),
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
    margin = _room(axes, [text.get_text() for text in axes.texts]) * float(np.ptp(every)) or 0.1 * abs(mean) or 1.0
    axes.set_xlim(float(every.min()) - margin, float(every.max()) + margin)
    axes.xaxis.set_major_locator(MaxNLocator(4 if narrow else 7, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(_share_marks(words)) if is_ruin else AmountMarks(words.amount))


def _room(axes: Axes, words: Sequence[str]) -> float:
    """What words at both ends of the longest bar take, each as a share of that bar.

    The names of the bars will take their room from the width of the figure, at 0.08 inches a letter.
    """
    figure = axes.get_figure(root=True)
    names = max(len(label.get_text()) for label in axes.get_yticklabels())
    whole = figure.get_figwidth() if figure is not None else 8.0
    width = max(min(axes.get_position().width * whole, whole - 0.08 * names), 1.5)
    taken = min((0.075 * max(map(len, words)) + 0.1) / width, 0.35)
    return taken / (1.0 - 2.0 * taken)


def draw_shares(words: Language, axes: Axes, dataset: xr.Dataset, names: Sequence[str], *, narrow: bool) -> None:
    """Shares of variance with their 95 % intervals: Shapley effects, or Sobol indices alone and with others.

    ``names`` are what the first sources are called; only they are drawn.
    """
    shown = dataset.isel(source=slice(0, len(names)))
    style_bars(axes, names, MOST_LETTERS_NARROW if narrow else MOST_LETTERS)
    places, widest = np.arange(len(names)), 0.0
    series = [("first_order", 0, -0.19, 0.36), ("total", 1, 0.19, 0.36)]
    if dataset.attrs["method"] == "shapley":
        series = [("effect", 0, 0.0, 0.62)]
    for name, colour, offset, height in series:
        found, low, high = (100 * np.clip(shown[f"{name}{end}"].values, 0.0, 1.0) for end in ("", "_low", "_high"))
        axes.barh(places + offset, found, height=height, color=COLOURS[colour])
        axes.hlines(places + offset, low, high, color=INK, linewidth=1.0)
        widest = max(widest, float(np.nanmax(np.fmax(found, high))))
        for place, share, end in zip(places + offset, found.tolist(), high.tolist(), strict=True):
            axes.annotate(
                words.share(round(share / 100, 3 if share < 9.95 else 2), 2),
                (float(np.fmax(share, end)), place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5 if len(series) == 1 else 7.5,
                color=DARK[colour],
            )
    axes.set_xlim(0.0, 1.05 * widest or 1.0)
    axes.xaxis.set_major_locator(MaxNLocator(4 if narrow else 7, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(_share_marks(words)))


def _share_marks(words: Language) -> Callable[[float, int], str]:
    return lambda value, _: words.share(value / 100) if -1e-9 <= value <= 100.0 + 1e-9 else ""
