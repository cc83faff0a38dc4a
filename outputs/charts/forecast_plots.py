"""The pictures of a forecast, drawn from the dataset alone, so that a stored result can be drawn again.

Each says its finding in the title. A result is a dataset without the dimension ``variant``; several are a mapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from numpy.typing import NDArray

from burncast.outputs.charts.canvas import Canvas, canvas_of, time_axis
from burncast.outputs.charts.chart_style import (
    TimeAxis,
    cut,
    cut_apart,
    fit_words,
    house_style,
    new_figure,
    write_title,
)
from burncast.outputs.charts.drawing import Drawing, figure_of
from burncast.outputs.charts.forecast_drawings import (
    LEVELS,
    Line,
    draw_fan,
    draw_medians,
    draw_need,
    draw_ruin,
    draw_runway,
)
from burncast.outputs.results.provenance import each_variant
from burncast.outputs.results.result_parts import holds
from burncast.outputs.words.amounts import (
    distinct_amounts,
    format_amount,
    format_periods,
    format_probability,
    zero_count_bound,
)
from burncast.outputs.words.language import language

__all__ = [
    "fan_chart",
    "fan_drawing",
    "medians_drawing",
    "need_drawing",
    "ruin_curve",
    "ruin_drawing",
    "runway_drawing",
]

MOST_PANELS = 12
MOST_IN_A_COLUMN = 4
MOST_BANDS, MOST_BANDS_OF_ERROR = 3, 7
LONGEST_NAME = 28
LONGEST_PANEL = 44
LEAST_CONFIDENCE = 0.5

Floats = NDArray[np.float64]


@house_style
def fan_chart(dataset: xr.Dataset, name: str) -> Figure:
    """Median, 50 % and 90 % bands of a tracked quantity; one panel for each of its (first twelve) elements.

    ``dataset`` has no dimension ``variant`` and holds the quantiles 0.05, 0.25, 0.5, 0.75 and 0.95.
    """
    panels = _elements(dataset[name])
    if len(panels) == 1:
        return figure_of(fan_drawing(dataset, panels[0]))
    shown, canvas = panels[:MOST_PANELS], canvas_of(dataset)
    columns = 1 if len(shown) <= MOST_IN_A_COLUMN else 2
    figure, axes = new_figure(len(shown), columns)
    rest = f" · the first {len(shown)} of {len(panels)} elements" if len(shown) < len(panels) else ""
    explained = " · the median, the middle half, and nine futures in ten"
    heading = write_title(figure, _fan_finding(dataset, shown[0]), _context(dataset) + explained + rest)
    for panel, values in zip(axes, shown, strict=True):
        draw_fan(canvas, panel, _fan_quantiles(values), _panel_label(values), brief=True)
    fit_words(figure, axes, heading, columns)
    return figure


def ruin_curve(dataset: xr.Dataset) -> Figure:
    """Probability of ruin by the end of each period with its 95 % Monte Carlo band; one line per variant."""
    return figure_of(ruin_drawing(each_variant(dataset)))


def fan_drawing(dataset: xr.Dataset, values: xr.DataArray) -> Drawing:
    """Median and bands of ``values``, a tracked quantity of the result or one element of it."""
    canvas, quantiles = canvas_of(dataset), _fan_quantiles(values)
    return Drawing(
        lambda axes: draw_fan(canvas, axes, quantiles, _label(values)), _fan_finding(dataset, values), _context(dataset)
    )


def ruin_drawing(results: Mapping[str, xr.Dataset]) -> Drawing:
    """Probability of ruin over time with its 95 % Monte Carlo band, a line for each result that has one."""
    known = {name: one for name, one in results.items() if holds(one, "ruin_probability")}
    canvas = _common_canvas(known)
    short = _short_names(known)
    lines = [_ruin_line(short[name], one, canvas.time.periods, alone=len(known) == 1) for name, one in known.items()]
    if len(lines) > MOST_BANDS_OF_ERROR:
        lines = [Line(line.values, line.words) for line in lines]
    return Drawing(lambda axes: draw_ruin(canvas, axes, lines), _ruin_finding(known), _contexts(known), len(lines))


def runway_drawing(dataset: xr.Dataset) -> Drawing:
    """In which period futures run out of money, and how many have not at the horizon."""
    canvas, probability = canvas_of(dataset), _known(_ruin(dataset))
    shares, last = np.maximum(np.diff(probability), 0.0), float(probability[-1])
    error = float(dataset["ruin_probability_se"].values[len(probability) - 1])
    rest = canvas.words.chance(last, error, left=True) if last < 1.0 else ""
    if last == 0.0:
        finding = _ruin_finding({"": dataset})
    elif rest:
        finding = canvas.words.text("ruin.runway_finding", censored=rest, horizon=canvas.horizon)
    else:
        finding = canvas.words.text("ruin.runway_all", horizon=canvas.horizon)
    return Drawing(lambda axes: draw_runway(canvas, axes, shares, rest), finding.rstrip("."), _context(dataset))


def need_drawing(dataset: xr.Dataset) -> Drawing:
    """Funding that would have been enough, by the share of futures that it carries through, from half of them on."""
    canvas, found = canvas_of(dataset), dataset["funding_need"].sortby("quantile")
    found = found.sel(quantile=found["quantile"] >= LEAST_CONFIDENCE)
    confidences, amounts = found["quantile"].values, found.values
    marked = [place for place in range(len(amounts)) if amounts[place] > 0.0 and confidences[place] != 0.75]
    confidence = canvas.words.share(float(confidences[-1]))
    if amounts[-1] > 0.0:
        amount = canvas.words.money(float(amounts[-1]), canvas.currency)
        finding = canvas.words.text("ruin.need_finding", amount=amount, confidence=confidence)
    else:
        finding = canvas.words.text("ruin.need_none", confidence=confidence)
    return Drawing(
        lambda axes: draw_need(canvas, axes, confidences, amounts, marked), finding.rstrip("."), _context(dataset)
    )


def medians_drawing(results: Mapping[str, xr.Dataset], values: Mapping[str, xr.DataArray]) -> Drawing:
    """Medians over time of ``values``, one for each of the results, with their middle halves where there are few."""
    canvas, first = _common_canvas(results), next(iter(values.values()))
    lines, has_bands, short = [], len(values) <= MOST_BANDS, _short_names(values)
    for name, one in values.items():
        low, median, high = (_known(one.sel(quantile=level).values) for level in (0.25, 0.5, 0.75))
        lines.append(Line(median, short[name], low, high) if has_bands else Line(median, short[name]))
    finals = {name: line.values[-1] for name, line in zip(values, lines, strict=True)}
    least, most = min(finals, key=lambda name: finals[name]), max(finals, key=lambda name: finals[name])
    quantity, when = _quantity(first), canvas.time.name(canvas.time.periods)
    if finals[least] == finals[most]:
        finding = f"{quantity}: the median by {when} is {format_amount(finals[most])} in all of them"
    else:
        amounts = distinct_amounts([finals[least], finals[most]])
        ends = [f"{amount} ({short[name]})" for name, amount in zip((least, most), amounts, strict=True)]
        finding = f"{quantity}: the median by {when} ranges from {ends[0]} to {ends[1]}"
    label = f"{_label(first)}: median{' and middle half' if has_bands else ''}"
    return Drawing(lambda axes: draw_medians(canvas, axes, lines, label), finding, _contexts(results), len(lines))


def _elements(values: xr.DataArray) -> list[xr.DataArray]:
    """Values over (period, quantile), one for each element."""
    own = [str(dimension) for dimension in values.dims if dimension not in ("period", "quantile")]
    if not own:
        return [values]
    flat = values.stack(element=own).transpose("element", ...)
    return [flat.isel(element=place) for place in range(flat.sizes["element"])]


def _labels(values: xr.DataArray) -> str:
    """The labels of an element: those coordinates that are one label."""
    kept = [name for name in values.coords if name not in ("period", "quantile", "date", "element", "variant")]
    return ", ".join(str(values[name].item()) for name in kept if values[name].ndim == 0)


def _quantity(values: xr.DataArray) -> str:
    labels = _labels(values)
    words = _words(values.name)
    return f"{words[:1].upper()}{words[1:]}" + (f" ({labels})" if labels else "")


def _label(values: xr.DataArray) -> str:
    unit = f", {values.attrs['units']}" if values.attrs.get("units") else ""
    return f"{_words(values.name)} {_labels(values)}".rstrip() + unit


def _panel_label(values: xr.DataArray) -> str:
    """Without the name of the quantity, which the title has, where that would be too long."""
    label = _label(values)
    return label if len(label) <= LONGEST_PANEL else cut(_labels(values), LONGEST_PANEL)


def _fan_quantiles(values: xr.DataArray) -> Floats:
    return np.stack([values.sel(quantile=level).values for level in LEVELS])


def _fan_finding(dataset: xr.Dataset, values: xr.DataArray) -> str:
    """The median's way from its first value to its last, and the worst twentieth."""
    median = values.sel(quantile=0.5).values
    first, last = int(np.argmax(np.isfinite(median))), len(median) - 1
    low, high = (float(values.sel(quantile=level).values[last]) for level in (0.05, 0.95))
    begin, end, least, most = (format_amount(float(value)) for value in (median[first], median[last], low, high))
    currency = str(dataset.attrs["currency"])
    unit = f" {currency}" if currency and values.attrs.get("units") == currency else ""
    time = time_axis(dataset)
    quantity = _quantity(values)
    empty = np.flatnonzero(median < 0)
    if begin == end:
        course = f"stays {'at' if low == high else 'near'} {end}{unit}"
    elif empty.size and median[first] > 0:
        course = f"falls from {begin}{unit} to below zero in {_during(time, int(empty[0]))}"
    else:
        course = f"goes from {begin} to {end}{unit} by {time.name(last)}"
    if low == high:
        return f"{quantity} {course} in every future"
    if least == most:
        return f"{quantity} {course} in nearly every future"
    spread = f"nine futures in ten end between {least} and {most}"
    return f"{quantity}: the median {course}; {spread}"


def _during(time: TimeAxis, period: int) -> str:
    return f"the week to {time.name(period)}" if time.dates and time.step == "week" else time.name(period)


def _ruin_finding(results: Mapping[str, xr.Dataset]) -> str:
    time = _common_canvas(results).time
    span = format_periods(time.periods, time.periods, time.step)
    if len(results) > 1:
        short = _short_names(results)
        final = {name: float(_known(_ruin(one))[-1]) for name, one in results.items()}
        least, most = min(final, key=lambda name: final[name]), max(final, key=lambda name: final[name])
        if final[least] == final[most]:
            return f"Within {span} all of them run out equally often: {100 * final[most]:.3g} %"
        return (
            f"Within {span} the risk of running out ranges from {100 * final[least]:.3g} % ({short[least]}) "
            f"to {100 * final[most]:.3g} % ({short[most]})"
        )
    (dataset,) = results.values()
    probability = _known(_ruin(dataset))
    trajectories = int(dataset.attrs["trajectories"])
    drawn = f"{trajectories:,} trajector{'y' if trajectories == 1 else 'ies'}"
    if probability[-1] == 0.0:
        bound = f"below {100 * zero_count_bound(_independent(dataset)):.2g} % at 95 % confidence"
        return f"Never out of money within {span} in {drawn} (the risk is {bound})"
    half = np.flatnonzero(probability >= 0.5)
    when = time.name(len(probability) - 1)
    if probability[-1] == 1.0 and trajectories > 1:
        return f"Every trajectory runs out within {span}, half of them by {time.name(int(half[0]))}"
    if half.size and probability[-1] < 1.0 and half[0] < len(probability) - 1:
        return f"Even odds of running out by {time.name(int(half[0]))}; {100 * probability[-1]:.3g} % by {when}"
    return f"{100 * probability[-1]:.3g} % risk of running out by {when}"


def _ruin_line(name: str, dataset: xr.Dataset, periods: int, *, alone: bool) -> Line:
    """The curve of a result with its band; where nothing or everything is ruined, the exact bound."""
    probability = _known(_ruin(dataset))
    error = dataset["ruin_probability_se"].values[: len(probability)]
    bound = zero_count_bound(_independent(dataset))
    wide = 1.96 if dataset.attrs["method"] in ("random", "library") else 2.13  # Student, 15 degrees of freedom
    low = np.where(probability == 1.0, 1.0 - bound, np.maximum(probability - wide * error, 0.0))
    high = np.where(probability == 0.0, bound, np.minimum(probability + wide * error, 1.0))
    last = float(probability[-1])
    share = f"{100 * last:.3g} %"
    if alone:
        share = format_probability(last, float(error[-1]), _independent(dataset))
    until = f" (to {len(probability) - 1})" if len(probability) <= periods else ""
    return Line(probability, share if alone else f"{share}  {name}{until}", low, high)


def _ruin(dataset: xr.Dataset) -> Floats:
    return np.asarray(dataset["ruin_probability"].values, dtype=np.float64)


def _known(values: Floats) -> Floats:
    """Values over the periods up to the last one that is known."""
    return values[: int(np.flatnonzero(np.isfinite(values))[-1]) + 1]


def _independent(dataset: xr.Dataset) -> int:
    """How many independent draws a result rests on."""
    return int(dataset.attrs.get("independent", dataset.attrs["trajectories"]))


def _common_canvas(results: Mapping[str, xr.Dataset]) -> Canvas:
    """A canvas for all of the results: with the dates of the longest, where all have the same."""
    longest = max(results.values(), key=lambda one: one.sizes["period"])
    canvas = canvas_of(longest)
    dates = canvas.time.dates
    if all(dates[: one.sizes["period"]] == time_axis(one).dates for one in results.values()):
        return canvas
    undated = canvas_of(longest.drop_vars("date", errors="ignore"))
    return Canvas(language("en"), undated.time, canvas.currency)


def _contexts(results: Mapping[str, xr.Dataset]) -> str:
    return _context(next(iter(results.values())))


def _context(dataset: xr.Dataset) -> str:
    trajectories = int(dataset.attrs["trajectories"])
    return f"{dataset.attrs['title']} · {trajectories:,} trajector{'y' if trajectories == 1 else 'ies'}"


def _short_names(names: Iterable[str]) -> dict[str, str]:
    known = list(names)
    return dict(zip(known, cut_apart([_words(name) for name in known], LONGEST_NAME), strict=True))


def _words(name: object) -> str:
    return str(name).replace("_", " ")
