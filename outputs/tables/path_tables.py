"""One trajectory over time, for the terminal and as data."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from burncast.outputs.results.summary import as_plain
from burncast.outputs.tables.table_layout import add_texts, new_table
from burncast.outputs.words.amounts import format_amount, format_date, format_periods

if TYPE_CHECKING:
    import xarray as xr

    from burncast.engine.scenario import Scenario

__all__ = [
    "date_text",
    "path_columns",
    "path_series",
    "period_name",
    "plain_path",
    "present_path",
    "span_name",
    "unit_of",
]

MOST_PERIODS = 13
MOST_COLUMNS = 5


def path_columns(scenario: Scenario, named: Sequence[str] = ()) -> list[str]:
    """The quantities of a path that are shown: those ``named``, or what ruin is about and what is tracked."""
    from burncast.engine.language.expressions import names

    if named:
        return list(dict.fromkeys(named))
    about = sorted(names(scenario.ruin.when)) if scenario.ruin is not None else []
    stocks = [name for name, quantity in scenario.quantities.items() if quantity.kind == "stock"]
    kept = [name for name in (*about, *(scenario.track or stocks)) if name in scenario.quantities]
    return list(dict.fromkeys(kept))


def present_path(
    scenario: Scenario, path: xr.Dataset, columns: Sequence[str], last: int, ruined_in: int | None = None
) -> RenderableType:
    """Quantities over time, about a dozen periods, that of ruin among them."""
    series = list(path_series(path, columns).items())
    heads = [f"{label}, {unit}" if (unit := unit_of(scenario, label)) else label for label, _ in series[:MOST_COLUMNS]]
    table = new_table("", *heads)
    gap = max(1, math.ceil(last / (MOST_PERIODS - 1)))
    shown = {*range(0, last + 1, gap), last} | ({ruined_in} if ruined_in is not None else set())
    for period in sorted(shown):
        name = f"{period_name(scenario, period)}{', ruined' if period == ruined_in else ''}"
        add_texts(table, (name, *(format_amount(values[period]) for _, values in series[:MOST_COLUMNS])))
    more = len(series) - MOST_COLUMNS
    return Group(table, *([Text(f"… and {more} more", style="dim")] if more > 0 else []))


def plain_path(scenario: Scenario, path: xr.Dataset, columns: Sequence[str], last: int) -> list[dict[str, Any]]:
    """Every period's values, by quantity and element."""
    series = path_series(path, columns)
    return [
        {
            "period": period,
            "date": date_text(scenario, period),
            **{label: as_plain(values[period]) for label, values in series.items()},
        }
        for period in range(last + 1)
    ]


def path_series(path: xr.Dataset, columns: Sequence[str]) -> dict[str, list[float]]:
    """Label → values by period, an entry for each element."""
    found: dict[str, list[float]] = {}
    for name in columns:
        values = path[name].transpose(..., "period")
        own = values.dims[:-1]
        for labels in itertools.product(*(values[dim].values.tolist() for dim in own)):
            element = values.sel(dict(zip(own, labels, strict=True)))
            found[f"{name}[{','.join(map(str, labels))}]" if labels else name] = element.values.tolist()
    return found


def unit_of(scenario: Scenario, label: str) -> str:
    """The unit of a quantity, or of the one that ``users[plus]`` is an element of."""
    return scenario.quantities[label.partition("[")[0]].unit or ""


def period_name(scenario: Scenario, period: int) -> str:
    """A period with its date."""
    dates = scenario.dates()
    return f"{scenario.step} {period}" + (f", {format_date(dates[period], scenario.step)}" if dates else "")


def span_name(scenario: Scenario, by: int) -> str:
    """The time until the end of a period, with its date."""
    dates = scenario.dates()
    until = f" (by {format_date(dates[by], scenario.step)})" if dates else ""
    return f"{format_periods(by, by, scenario.step)}{until}"


def date_text(scenario: Scenario, period: int) -> str | None:
    """The last day of a period, None without a calendar."""
    dates = scenario.dates()
    return dates[period].isoformat() if dates else None
