"""A chart and what it says: drawn as a figure of its own, or on axes that somebody else arranges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from burncast.outputs.charts.chart_style import GREY, MARGIN, fit_words, house_style, new_figure, write_title

__all__ = ["Drawing", "draw_on", "figure_of"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """``draw`` draws the chart on axes; ``finding`` is what it shows, ``context`` what it is a chart of.

    ``labels`` is how many lines of words stand beside the axes. ``bars`` is how many bars stand below one another (0:
    none), and ``heading`` what they are.
    """

    draw: Callable[[Axes], None]
    finding: str
    context: str
    labels: int = 0
    bars: int = 0
    heading: str = ""


@house_style
def figure_of(drawing: Drawing, figure: Figure | None = None) -> Figure:
    """The picture as a figure in the one style, its finding above; ``figure`` is an empty one to draw in."""
    figure, (axes,) = new_figure(labels=drawing.labels, figure=figure)
    if drawing.bars:
        figure.set_size_inches(9.0, 1.9 + 0.34 * drawing.bars)
    above = write_title(figure, drawing.finding, drawing.context)
    drawing.draw(axes)
    if not drawing.heading:
        fit_words(figure, [axes], above)
        return figure
    fit_words(figure, [axes], above + 0.3)
    heading = axes.set_title(drawing.heading, loc="left", fontsize=9.5, color=GREY)
    now = figure.subplotpars
    if heading.get_window_extent().x1 > (1.0 - MARGIN) * figure.bbox.width:
        heading.set_x((MARGIN - now.left) / (now.right - now.left))
    return figure


def draw_on(drawing: Drawing, axes: Axes) -> None:
    """Draw the chart on axes of a figure that has its own style, without the finding.

    Words at the right take their room from the axes, unless the figure has a layout engine that makes room for them.
    """
    with mpl.rc_context({"text.parse_math": False}):
        drawing.draw(axes)
        if drawing.heading:
            axes.set_title(drawing.heading, loc="left", fontsize=9.5)
    figure = axes.get_figure(root=True)
    if figure is None or figure.get_layout_engine() is not None:
        return
    right = max((text.get_window_extent().x1 for text in axes.texts), default=0.0)
    beyond = (right - axes.bbox.x1) / axes.bbox.width
    if beyond > 0.0:
        box = axes.get_position()
        axes.set_position((box.x0, box.y0, box.width * max(1.0 - beyond, 0.3), box.height))
        axes.set_in_layout(True)
