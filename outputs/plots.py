"""The two pictures of a forecast: a fan of futures, and the probability of ruin over time.

Both are drawn from the dataset alone, so that a stored result can be drawn again, and say their finding in the title.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from burncast.outputs.amounts import format_amount, format_periods, format_probability, zero_count_bound
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
    write_title,
)

__all__ = ["draw_fan", "fan_chart", "ruin_curve", "time_axis"]

_BANDS = ((0.05, 0.95, 0.18), (0.25, 0.75, 0.36))
_MOST_PANELS = 8


def fan_chart(dataset: xr.Dataset, name: str) -> Figure:
    """Median, 50 % and 90 % bands of a tracked quantity; one panel for each of its (first eight) elements.

    ``dataset`` has no dimension ``variant`` and holds the quantiles 0.05, 0.25, 0.5, 0.75 and 0.95.
    """
    panels = _panels(dataset[name])
    figure, axes = new_figure(len(panels))
    time = time_axis(dataset)
    for panel, (label, values) in zip(axes, panels.items(), strict=True):
        draw_fan(panel, time, values, label, len(panels))
        style_time(panel, time)
    write_title(figure, _fan_finding(dataset, name, next(iter(panels.values()))), _context(dataset))
    return figure


def ruin_curve(dataset: xr.Dataset) -> Figure:
    """Probability of ruin by the end of each period with its 95 % Monte Carlo band; one line per variant."""
    figure, (axes,) = new_figure()
    time = time_axis(dataset)
    lines = _lines(dataset)
    bound = zero_count_bound(_independent(dataset))
    wide = 1.96 if dataset.attrs["method"] in ("random", "library") else 2.13  # Student, 15 degrees of freedom
    colours = {name: COLOURS[position % len(COLOURS)] for position, name in enumerate(lines)}
    for name, line in lines.items():
        probability, error = line["ruin_probability"].values, line["ruin_probability_se"].values
        low = np.where(probability == 1.0, 1.0 - bound, probability - wide * error)
        high = np.where(probability == 0.0, bound, probability + wide * error)
        axes.fill_between(time.places, 100 * low, 100 * high, color=colours[name], alpha=0.25, linewidth=0)
        style = "-" if list(lines).index(name) < len(COLOURS) else "--"
        axes.plot(time.places, 100 * probability, style, color=colours[name], lw=2, marker=time.markers, clip_on=False)
    highest = 100 * max(float(np.nanmax(dataset["ruin_probability"].values)), bound)
    top = 100.0 if highest > 50 else max(1.25 * highest, 1.0)
    axes.set_ylim(-0.02 * top, 1.02 * top)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
    axes.set_title("probability of having run out", loc="left", fontsize=10, color=GREY)
    style_time(axes, time)
    label_ends(axes, [_ruin_label(name, line, colours[name]) for name, line in lines.items()])
    write_title(figure, _ruin_finding(dataset, lines), _context(dataset))
    return figure


def draw_fan(
    axes: Axes, time: TimeAxis, values: xr.DataArray, label: str, panels: int = 1, room_for: Sequence[float] = ()
) -> None:
    """Median and bands of ``values`` over (period, quantile), words at their ends; the axis has ``room_for`` more."""
    quantiles = {level: values.sel(quantile=level).values for level in (0.05, 0.25, 0.5, 0.75, 0.95)}
    for low, high, strength in _BANDS:
        axes.fill_between(time.places, quantiles[low], quantiles[high], color=BLUE, alpha=strength, linewidth=0)
    axes.plot(time.places, quantiles[0.5], color=BLUE, linewidth=2.2, marker=time.markers, clip_on=False)
    style_amounts(axes, np.concatenate([*quantiles.values(), np.asarray(room_for)]), label)
    low, high = axes.get_ylim()
    if low < 0 < high:
        axes.axhline(0, color=INK, linewidth=1.0)
    ends = {level: float(path[-1]) for level, path in quantiles.items()}
    if ends[0.05] == ends[0.95]:
        label_ends(axes, [EndLabel(ends[0.5], f"{format_amount(ends[0.5])} in every future", BLUE, bold=True)])
        return
    words = {0.05: "5 % below", 0.25: "25 % below", 0.5: "median", 0.75: "25 % above", 0.95: "5 % above"}
    label_ends(
        axes,
        [
            EndLabel(end, f"{format_amount(end)}  {words[level]}", BLUE if level == 0.5 else GREY, bold=level == 0.5)
            for level, end in ends.items()
        ],
        panels,
    )


def _panels(values: xr.DataArray) -> dict[str, xr.DataArray]:
    """Label → values over (period, quantile), one for each of the first elements."""
    own = [str(dimension) for dimension in values.dims if dimension not in ("period", "quantile")]
    unit = f", {values.attrs['units']}" if values.attrs.get("units") else ""
    if not own:
        return {f"{_words(values.name)}{unit}": values}
    flat = values.stack(element=own).transpose("element", ...)
    return {
        f"{_words(values.name)} {', '.join(str(part) for part in element)}{unit}": flat.sel(element=element)
        for element in flat["element"].values[:_MOST_PANELS]
    }


def _fan_finding(dataset: xr.Dataset, name: str, values: xr.DataArray) -> str:
    """The median's way from its first value to its last, and the worst twentieth."""
    median = values.sel(quantile=0.5).values
    first, last = int(np.argmax(np.isfinite(median))), len(median) - 1
    low, high = (float(values.sel(quantile=level).values[last]) for level in (0.05, 0.95))
    begin, end = format_amount(float(median[first])), format_amount(float(median[last]))
    currency = str(dataset.attrs["currency"])
    unit = f" {currency}" if currency and values.attrs.get("units") == currency else ""
    when = time_axis(dataset).name(last)
    quantity = _words(name).capitalize()
    if "element" in values.coords:
        quantity += f" ({', '.join(str(part) for part in values['element'].item())})"
    empty = np.flatnonzero(median < 0)
    if begin == end:
        course = f"stays {'at' if low == high else 'near'} {end}{unit}"
    elif empty.size and median[first] > 0:
        course = f"falls from {begin}{unit} to below zero in {time_axis(dataset).name(int(empty[0]))}"
    else:
        course = f"goes from {begin} to {end}{unit} by {when}"
    if low == high:
        return f"{quantity} {course} in every future"
    spread = f"nine futures in ten end between {format_amount(low)} and {format_amount(high)}"
    return f"{quantity}: the median {course}; {spread}"


def _ruin_finding(dataset: xr.Dataset, lines: dict[str, xr.Dataset]) -> str:
    horizon = dataset.sizes["period"] - 1
    span = format_periods(horizon, horizon, str(dataset.attrs["step"]))
    if len(lines) > 1:
        final = {name: float(line["ruin_probability"].dropna("period").values[-1]) for name, line in lines.items()}
        least, most = min(final, key=lambda name: final[name]), max(final, key=lambda name: final[name])
        if final[least] == final[most]:
            return f"Within {span} all variants run out equally often: {100 * final[most]:.3g} %"
        return (
            f"Within {span} the risk of running out is from {100 * final[least]:.3g} % ({least}) "
            f"to {100 * final[most]:.3g} % ({most})"
        )
    probability = next(iter(lines.values()))["ruin_probability"].values
    trajectories = int(dataset.attrs["trajectories"])
    if probability[-1] == 0.0:
        bound = f"below {100 * zero_count_bound(_independent(dataset)):.2g} % at 95 % confidence"
        return f"Never out of money within {span} in {trajectories:,} trajectories (the risk is {bound})"
    half = np.flatnonzero(probability >= 0.5)
    time = time_axis(dataset)
    when = time.name(horizon)
    if probability[-1] == 1.0:
        return f"Every trajectory runs out within {span}, half of them by {time.name(int(half[0]))}"
    if half.size:
        return f"Even odds of running out by {time.name(int(half[0]))}; {100 * probability[-1]:.3g} % by {when}"
    return f"{100 * probability[-1]:.3g} % risk of running out by {when}"


def _ruin_label(name: str, line: xr.Dataset, colour: str) -> EndLabel:
    known = line.dropna("period", subset=["ruin_probability"])
    probability = float(known["ruin_probability"].values[-1])
    error = float(known["ruin_probability_se"].values[-1])
    share = f"{100 * probability:.3g} %"
    if not name and 0.0 < probability < 1.0:
        share = format_probability(probability, error, _independent(line))
    ends_early = known.sizes["period"] < line.sizes["period"]
    until = f" (to {known.sizes['period'] - 1})" if ends_early else ""
    short = name if len(name) <= 24 else f"{name[:23]}…"
    return EndLabel(100 * probability, f"{share}  {short}{until}".rstrip(), colour, bold=True)


def _independent(dataset: xr.Dataset) -> int:
    """How many independent draws a result rests on."""
    return int(dataset.attrs.get("independent", dataset.attrs["trajectories"]))


def _lines(dataset: xr.Dataset) -> dict[str, xr.Dataset]:
    """Variant → its curve; one nameless line where the dataset has no variants."""
    curves = dataset[["ruin_probability", "ruin_probability_se"]]
    if "variant" not in dataset.dims:
        return {"": curves}
    known = curves.dropna("variant", how="all", subset=["ruin_probability"])
    return {str(name): known.sel(variant=name) for name in known["variant"].values}


def time_axis(dataset: xr.Dataset) -> TimeAxis:
    """The dates of the periods, or their numbers where there is no one date for each."""
    dates: tuple[datetime.date, ...] = ()
    if "date" in dataset.coords and dataset["date"].dims == ("period",):
        days = dataset["date"].values.astype("datetime64[D]")
        dates = tuple(datetime.date.fromisoformat(str(day)) for day in days)
    return TimeAxis(dates, dataset.sizes["period"] - 1, str(dataset.attrs["step"]))


def _context(dataset: xr.Dataset) -> str:
    return f"{dataset.attrs['title']} · {int(dataset.attrs['trajectories']):,} trajectories"


def _words(name: object) -> str:
    return str(name).replace("_", " ")
