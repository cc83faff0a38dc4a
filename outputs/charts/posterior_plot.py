"""What observations taught, as a picture: inputs before and after, and how far each report lies from the posterior."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from burncast.outputs.charts.chart_style import (
    BLUE,
    COLOURS,
    GREY,
    INK,
    fit_words,
    house_style,
    new_figure,
    write_title,
)

__all__ = ["posterior_plot"]

MOST_INPUTS = 14
LEAST_LIMIT, MOST_LIMIT = 4.0, 12.0


@house_style
def posterior_plot(plain: Mapping[str, Any]) -> Figure:
    """Above, the central 90 % of the inputs of which most was learned, in standard deviations of the prior from its
    mean: before in grey, after in blue. Below, how far each report lies above the posterior prediction, in standard
    deviations of that.

    ``plain`` is what ``posterior.json`` holds.
    """
    inputs, reports = plain["inputs"][:MOST_INPUTS], plain["observations"]
    figure, (above, below) = new_figure(2)
    height = 2.6 + 0.27 * (len(inputs) + len(reports))
    figure.set_size_inches(9.0, height)
    for axes, count in ((above, len(inputs)), (below, len(reports))):
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", color="#E4E4E4", linewidth=0.8)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(count - 0.4, -0.6)
        axes.axvline(0.0, color=GREY, linewidth=0.8)
    spec = above.get_subplotspec()
    if spec is not None:
        spec.get_gridspec().set_height_ratios([len(inputs) + 1.0, len(reports) + 1.0])
    ends = [abs(_scaled(one, end)) for one in inputs for end in ("p5", "p95")]
    limit = float(
        np.clip(max([*ends, *(abs(one["distance"] or 0.0) for one in reports)]) + 0.4, LEAST_LIMIT, MOST_LIMIT)
    )
    _draw_inputs(above, inputs)
    _draw_reports(below, reports, limit)
    below.set_xlim(-limit, limit)
    above.set_title(
        "inputs, in standard deviations of the prior: before (grey), after (blue), 90 % and median", **_HEADING
    )
    below.set_title(
        "reports against the posterior prediction, in its standard deviations; orange: it strains", **_HEADING
    )
    strained = sum(1 for one in reports if one["strains"])
    strains = f"{strained} of {len(reports)} reports strain" if strained else "no report strains"
    first = inputs[0]["name"].replace("_", " ") if inputs else "nothing"
    how = f"{plain['particles']:,} particles, worth {plain['effective_sample_size']:,.0f}; R-hat {plain['r_hat']:.3f}"
    figure.subplots_adjust(bottom=0.4 / height, hspace=0.6 / max(height - 2.6, 1.0))
    heading = write_title(figure, f"Most was learned of {first}; {strains}", f"{plain['title']} · {how}")
    fit_words(figure, [above, below], heading)
    return figure


_HEADING: Any = {"loc": "right", "fontsize": 10, "color": GREY}


def _draw_inputs(axes: Axes, inputs: list[Mapping[str, Any]]) -> None:
    for law, colour, offset in (("prior", "#B8B8B8", -0.14), ("posterior", BLUE, 0.14)):
        low, middle, high = ([_scaled(one, end, law) for one in inputs] for end in ("p5", "p50", "p95"))
        places = np.arange(len(inputs)) + offset
        axes.hlines(places, low, high, color=colour, linewidth=4)
        axes.plot(middle, places, "o", color=INK if law == "posterior" else colour, markersize=4)
    axes.set_yticks(np.arange(len(inputs)), [_short(one["name"]) for one in inputs], color=INK)


def _scaled(one: Mapping[str, Any], end: str, law: str = "posterior") -> float:
    """A quantile in standard deviations of the prior from its mean."""
    return float((one[law][end] - one["prior"]["mean"]) / one["prior"]["sd"])


def _draw_reports(axes: Axes, reports: list[Mapping[str, Any]], limit: float) -> None:
    axes.axvspan(-2.0, 2.0, color="#F0F0F0", linewidth=0)
    for place, one in enumerate(reports):
        distance = limit if one["distance"] is None else float(np.clip(one["distance"], -limit, limit))
        axes.plot([distance], [place], "o", color=COLOURS[1] if one["strains"] else BLUE, markersize=7, clip_on=False)
    axes.set_yticks(np.arange(len(reports)), [_short(one["figure"]) for one in reports], color=INK)


def _short(name: str) -> str:
    return name if len(name) <= 36 else f"{name[:35]}…"
