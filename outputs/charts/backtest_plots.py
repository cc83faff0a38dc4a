"""What a backtest found, as a picture: is the forecast calibrated, and is it better than what anybody can say?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray
from scipy.stats import binom

from burncast.outputs.charts.chart_style import BLUE, COLOURS, GREY, fit_words, house_style, new_figure, write_title

__all__ = ["HorizonFindings", "backtest_plot"]

Floats = NDArray[np.float64]

PIT_BINS = 10


@dataclass(frozen=True)
class HorizonFindings:
    """What was found at one horizon.

    ``pits`` float64[n] are the probability integral transforms of what came; ``coverage`` the share that the band of
    each level held; ``reliability`` float64[5, B] what was said, what happened, the lower and upper end of what could
    have happened by chance, and the number of forecasts of each bin (empty where there is no event); ``skill`` by
    baseline the skill in CRPS with its interval.
    """

    horizon: int
    pits: Floats
    coverage: Mapping[float, float]
    reliability: Floats
    skill: Mapping[str, tuple[float, float, float]]


@house_style
def backtest_plot(findings: Sequence[HorizonFindings], step: str, event: str | None, title: str) -> Figure:
    """Four charts: the histogram of transforms, coverage of bands, reliability of the event, and skill by horizon.

    Histogram and reliability are of the first horizon. ``step`` names the unit of horizons; ``event`` is what
    reliability is about, None to leave that chart out.
    """
    figure, panels = new_figure(4 if event is not None else 3, columns=2)
    first = findings[0]
    ahead = f"{first.horizon} {step}{'s' if first.horizon > 1 else ''} ahead"
    _draw_transforms(panels[0], first, ahead)
    _draw_coverage(panels[1], findings, step)
    _draw_skill(panels[2], findings, step)
    if event is not None:
        _draw_reliability(panels[3], first, f"{event}, {ahead}")
    held = 100 * first.coverage[0.9] if 0.9 in first.coverage else float("nan")
    heading = write_title(figure, f"Bands meant to hold 90 % of what came held {held:.0f} % {ahead}", title)
    fit_words(figure, panels, heading, 2)
    return figure


def _draw_transforms(axes: Axes, found: HorizonFindings, ahead: str) -> None:
    count = len(found.pits)
    heights, edges = np.histogram(found.pits, PIT_BINS, (0.0, 1.0))
    axes.bar(edges[:-1], heights, np.diff(edges), align="edge", color=BLUE, edgecolor="white")
    low, high = (binom.ppf(q, count, 1 / PIT_BINS) for q in (0.05, 0.95))
    axes.axhspan(low, high, color=GREY, alpha=0.25, linewidth=0)
    axes.set_title(
        f"where in the forecast it came, {ahead} (grey: 90 % of chance)", loc="left", fontsize=10, color=GREY
    )
    axes.set_xlim(0.0, 1.0)
    axes.xaxis.set_major_formatter(_percent(100.0))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))


def _draw_coverage(axes: Axes, findings: Sequence[HorizonFindings], step: str) -> None:
    axes.plot([0, 100], [0, 100], color=GREY, linewidth=1, linestyle="--")
    for place, found in enumerate(findings):
        levels = [100 * level for level in found.coverage]
        held = [100 * share for share in found.coverage.values()]
        axes.plot(
            levels, held, marker="o", markersize=4, color=COLOURS[place % len(COLOURS)], label=_label(found, step)
        )
    axes.set_title("what bands held, against what they should", loc="left", fontsize=10, color=GREY)
    axes.set_xlim(45, 100)
    axes.set_ylim(35, 101)
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(_percent(1.0))


def _draw_skill(axes: Axes, findings: Sequence[HorizonFindings], step: str) -> None:
    names = list(findings[0].skill)
    for place, name in enumerate(names):
        values = np.array([found.skill[name] for found in findings])
        places = np.arange(len(findings)) + 0.12 * (place - (len(names) - 1) / 2)
        errors = np.abs(values[:, 1:].T - values[:, 0])
        colour = COLOURS[place % len(COLOURS)]
        axes.errorbar(places, values[:, 0], errors, fmt="o", markersize=5, color=colour, capsize=2, label=name)
    axes.axhline(0.0, color=GREY, linewidth=1)
    axes.set_xticks(range(len(findings)), [_label(found, step) for found in findings])
    axes.set_xlim(-0.5, len(findings) - 0.5)
    axes.set_ylim(top=1.0, bottom=min(-0.2, axes.get_ylim()[0]))
    axes.set_title("skill in CRPS against (1: perfect, 0: no better)", loc="left", fontsize=10, color=GREY)
    axes.legend(frameon=False, fontsize=9, loc="upper left", ncols=min(3, len(names)))


def _draw_reliability(axes: Axes, found: HorizonFindings, about: str) -> None:
    said, happened, low, high, _ = found.reliability
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    axes.vlines(said, low, high, color=GREY, alpha=0.5, linewidth=6)
    axes.plot(said, happened, marker="o", markersize=5, color=BLUE)
    top = 1.05 * float(max(said.max(initial=0.1), happened.max(initial=0.1), high.max(initial=0.1)))
    axes.set_xlim(0.0, top)
    axes.set_ylim(0.0, top)
    axes.set_title(f"how often it happened, against what was said:\n{about}", loc="left", fontsize=10, color=GREY)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(_percent(100.0))


def _label(found: HorizonFindings, step: str) -> str:
    return f"{found.horizon} {step}{'s' if found.horizon > 1 else ''}"


def _percent(factor: float) -> FuncFormatter:
    return FuncFormatter(lambda value, _: f"{factor * value:g} %")
