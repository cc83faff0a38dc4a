"""``result.burncast``: what a dataset of burncast shows of itself: pictures, a table of figures, a notebook's view.

>>> import burncast
>>> result = burncast.simulate({
...     "scenario": {"periods": 12, "currency": "USD"},
...     "inputs": {"burn": "normal(mean=1, sd=0.2)"},
...     "stocks": {"cash": {"start": 12, "next": "cash - burn", "unit": "USD"}},
...     "ruin": {"when": "cash < 0", "need": "-cash"},
... }, trajectories=10_000, seed=7)
>>> from matplotlib.figure import Figure
>>> result.burncast.plot.fan("cash", ax=Figure().subplots()).get_title(loc="left")
'cash, USD'
>>> float(result.burncast.summary().loc[("ruin_probability", 12), "mean"].round(1))
0.5

:func:`register_accessor` is called by whatever makes or reads a dataset.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from burncast.distributions.errors import InputError
from burncast.outputs.results.provenance import each_variant, one_variant
from burncast.outputs.results.result_parts import check_levels, element_of, holds, kind_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from burncast.outputs.charts.drawing import Drawing

__all__ = ["Accessor", "Plots", "register_accessor"]


class Accessor:
    """A dataset that burncast made: a forecast, an answer about sensitivity, or a frontier of survival."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def __repr__(self) -> str:
        return f"burncast: {kind_of(self._dataset)}, {self._dataset.attrs.get('title', 'without a title')}"

    @property
    def plot(self) -> Plots:
        """The pictures of the dataset."""
        return Plots(self._dataset)

    def summary(
        self,
        quantities: str | Sequence[str] | None = None,
        periods: int | Sequence[int] | None = None,
        *,
        quantiles: float | Sequence[float] = (0.05, 0.5, 0.95),
        variant: str | None = None,
    ) -> pd.DataFrame:
        """The figures of a forecast as a table: what it is and its period (from 0) name a row.

        Columns: ``date`` (where the scenario has dates), ``mean``, ``se`` (the Monte Carlo standard error of the mean),
        ``sd`` (over futures), ``quantiles`` (``p5``, ``p50`` …) and ``unit``. The mean of ``ruin_probability`` is the
        share of futures ruined by then. ``runway`` (in periods; inf beyond the horizon) and ``funding_need`` have
        quantiles alone, and stand at the horizon.

        ``quantities`` are ``ruin_probability``, ``runway``, ``funding_need`` and tracked ones, or one of their
        elements, ``users[plus]``; all where left out. ``periods`` are 6, 12, 18, 24, 36 and the horizon where left out,
        of what is tracked the horizon alone. The rows of several variants begin with the variant's name.

        Raises InputError for a name or a period that is not there, with the nearest name.
        """
        from burncast.outputs.results.summary_table import summary_table

        _check_kind(self._dataset, "a forecast", "summary()")
        named = [quantities] if isinstance(quantities, str) else quantities
        asked = None if periods is None else np.atleast_1d(periods).tolist()
        levels = np.atleast_1d(quantiles).tolist()
        several = variant is None and "variant" in self._dataset.dims
        results = each_variant(self._dataset) if several else {"": one_variant(self._dataset, variant)}
        return summary_table(results, named, asked, levels)

    def _repr_html_(self) -> str:
        from burncast.outputs.results.dataset_view import dataset_view

        return dataset_view(self._dataset)


class Plots:
    """Pictures of a dataset. Each takes ``ax``, axes to draw on, and returns them.

    Without ``ax`` the picture is a new figure of pyplot in burncast's own style, with what it shows as its title; on
    given axes it takes the style of their figure. Where a result has variants, pictures are of the first, or of the
    ``variant`` named. Raises InputError for a name that is not there, with the nearest one.
    """

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def fan(self, quantity: str, *, variant: str | None = None, ax: Axes | None = None, **element: str) -> Axes:
        """Median, middle half and central 90 % of a tracked quantity over time.

        Of a quantity with a dimension one element is drawn: ``fan("users", product="plus")`` or ``fan("users[plus]")``.
        """
        from burncast.outputs.charts.forecast_plots import fan_drawing

        result = self._forecast("fan()", variant)
        check_levels(result, "fan()")
        return _drawn(fan_drawing(result, element_of(result, quantity, element)), ax)

    def ruin(self, *, variant: str | None = None, ax: Axes | None = None) -> Axes:
        """Probability of ruin by the end of each period, with its 95 % Monte Carlo band."""
        from burncast.outputs.charts.forecast_plots import ruin_drawing

        result = self._about_ruin("ruin()", variant, "ruin_probability")
        return _drawn(ruin_drawing({"": result}), ax)

    def runway(self, *, variant: str | None = None, ax: Axes | None = None) -> Axes:
        """In which period futures run out of money, and how many last beyond the horizon."""
        from burncast.outputs.charts.forecast_plots import runway_drawing

        return _drawn(runway_drawing(self._about_ruin("runway()", variant, "ruin_probability")), ax)

    def need(self, *, variant: str | None = None, ax: Axes | None = None) -> Axes:
        """Funding that would have been enough, by the share of futures that it carries through."""
        from burncast.outputs.charts.forecast_plots import need_drawing

        return _drawn(need_drawing(self._about_ruin("need()", variant, "funding_need")), ax)

    def compare(
        self,
        others: Mapping[str, xr.Dataset] | None = None,
        *,
        of: str = "ruin_probability",
        variants: Sequence[str] | None = None,
        ax: Axes | None = None,
        **element: str,
    ) -> Axes:
        """Variants and other results on one axis: probabilities of ruin over time, or medians of a tracked quantity.

        ``others`` are results by the name that they shall bear; ``variants`` are those to show (all). ``of`` is
        ``ruin_probability`` or a tracked quantity, or an element of one.
        """
        from burncast.outputs.charts.comparison import compared_results, comparison_drawing

        _check_kind(self._dataset, "a forecast", "compare()")
        for name, other in (others or {}).items():
            _check_kind(other, "a forecast", f"compare() with {name!r}")
        return _drawn(comparison_drawing(compared_results(self._dataset, others or {}, variants), of, element), ax)

    def tornado(self, *, ax: Axes | None = None) -> Axes:
        """Which inputs move the output most: of a result of ``burncast.sensitivity(..., method="tornado")``."""
        return self._sensitivity("a tornado", "tornado()", ax)

    def shares(self, *, ax: Axes | None = None) -> Axes:
        """Where the variance of the output comes from: of Sobol's or Shapley's result of ``burncast.sensitivity``."""
        return self._sensitivity("shares of variance", "shares()", ax)

    def frontier(self, *, ax: Axes | None = None) -> Axes:
        """Survival by money added at the start: of a result of ``burncast.frontier``."""
        from burncast.outputs.charts.frontier_plot import frontier_drawing

        _check_kind(self._dataset, "a frontier", "frontier()")
        return _drawn(frontier_drawing(self._dataset), ax)

    def _forecast(self, asking: str, variant: str | None) -> xr.Dataset:
        _check_kind(self._dataset, "a forecast", asking)
        return one_variant(self._dataset, variant)

    def _about_ruin(self, asking: str, variant: str | None, needed: str) -> xr.Dataset:
        result = self._forecast(asking, variant)
        if not holds(result, needed):
            lacking = "[ruin]" if needed == "ruin_probability" else "ruin.need"
            raise InputError(f"{asking} needs {needed}; the scenario has no {lacking}")
        return result

    def _sensitivity(self, kind: str, asking: str, ax: Axes | None) -> Axes:
        from burncast.outputs.charts.sensitivity_plots import sensitivity_drawing

        _check_kind(self._dataset, kind, asking)
        if not self._dataset.sizes["input" if kind == "a tornado" else "source"]:
            raise InputError("the output depends on nothing that is uncertain: there are no bars to draw")
        return _drawn(sensitivity_drawing(self._dataset), ax)


@functools.cache
def register_accessor() -> None:
    """Make ``.burncast`` an attribute of datasets, once."""
    register: Any = xr.register_dataset_accessor
    register("burncast")(Accessor)


_MADE_BY = {
    "a forecast": "burncast.simulate",
    "a tornado": 'burncast.sensitivity(..., method="tornado")',
    "shares of variance": "burncast.sensitivity",
    "a frontier": "burncast.frontier",
}


def _check_kind(dataset: xr.Dataset, wanted: str, asking: str) -> None:
    found = kind_of(dataset)
    if found != wanted:
        raise InputError(f"{asking} shows {wanted}, what {_MADE_BY[wanted]} returns; this dataset is {found}")


def _drawn(drawing: Drawing, ax: Axes | None) -> Axes:
    from burncast.outputs.charts.drawing import draw_on, figure_of

    if ax is not None:
        draw_on(drawing, ax)
        return ax
    from matplotlib import pyplot

    axes: Axes = figure_of(drawing, pyplot.figure()).axes[0]
    return axes
