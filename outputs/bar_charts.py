"""The frame of charts with one bar below the other: names at the left, the finding above."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from burncast.outputs.chart_style import GREY, INK, new_figure, write_title

__all__ = ["finish_bars", "new_bars"]

MOST_LETTERS = 44


def new_bars(names: Sequence[str]) -> tuple[Figure, Axes]:
    """A figure with room for a bar for each name; bar i stands at height i, the first on top."""
    figure, (axes,) = new_figure()
    figure.set_size_inches(9.0, 1.9 + 0.34 * len(names))
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color="#E4E4E4", linewidth=0.8)
    shortened = [name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…" for name in names]
    axes.set_yticks(np.arange(len(names)), shortened, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(len(names) - 0.4, -0.6)
    return figure, axes


def finish_bars(figure: Figure, axes: Axes, finding: str, heading: str, context: str) -> Figure:
    """Write what the bars say, what they are and whose they are, and give the names their room."""
    figure.subplots_adjust(bottom=0.62 / figure.get_size_inches()[1])
    write_title(figure, finding, context)
    widest = max(label.get_window_extent().width for label in axes.get_yticklabels()) / figure.bbox.width
    left, right = min(0.5, 0.035 + widest), 0.93
    figure.subplots_adjust(left=left, right=right)
    title = axes.set_title(heading, loc="left", fontsize=10, color=GREY)
    title.set_x((0.025 - left) / (right - left))
    return figure
