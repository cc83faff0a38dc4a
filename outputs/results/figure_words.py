"""A figure that was asked for, ``cash_mean[36]``, as people say it, with its unit and its value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from burncast.outputs.results.conditions import parse_figure
from burncast.outputs.words.amounts import format_amount, format_periods

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario

__all__ = ["figure_text", "figure_unit", "figure_words"]


def figure_words(scenario: Scenario, figure: str) -> str:
    """What a figure is, such as ``mean cash after 36 months``; runways and needs without an index are means."""
    asked = parse_figure(figure)
    if asked.name in ("runway", "funding_need"):
        words = asked.name.replace("_", " ")
        return f"mean {words}" if asked.at is None else f"{words} at {100 * asked.at:g} %"
    period = scenario.periods if asked.at is None else asked.at
    span = format_periods(period, scenario.periods, scenario.step)
    if asked.name == "ruin_probability":
        return f"probability of ruin within {span}"
    name = asked.name if asked.name in scenario.quantities else asked.name.removesuffix("_mean")
    element = f" ({', '.join(asked.labels)})" if asked.labels else ""
    return f"mean {name.replace('_', ' ')}{element} after {span}"


def figure_unit(scenario: Scenario, figure: str) -> str:
    """The unit of a figure; nothing for a probability, which is shown in per cent."""
    name = parse_figure(figure).name
    if name == "runway":
        return f"{scenario.step}s"
    if name == "funding_need":
        return scenario.currency or ""
    quantity = scenario.quantities.get(name) or scenario.quantities.get(name.removesuffix("_mean"))
    return quantity.unit or "" if quantity is not None else ""


def figure_text(figure: str, value: float) -> str:
    """A value of a figure such as ``ruin_probability[24]``: in per cent where it is a probability."""
    return f"{100 * value:.3g} %" if figure.startswith("ruin_probability") else format_amount(value, digits=4)
