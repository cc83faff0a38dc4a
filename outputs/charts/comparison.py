"""Variants and other results side by side in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import xarray as xr

from burncast.distributions.errors import InputError
from burncast.outputs.charts.drawing import Drawing
from burncast.outputs.charts.forecast_plots import medians_drawing, ruin_drawing
from burncast.outputs.results.provenance import each_variant
from burncast.outputs.results.result_parts import element_of, holds, unknown
from burncast.outputs.results.variables import tracked_names

__all__ = ["compared_results", "comparison_drawing"]


def compared_results(
    result: xr.Dataset, others: Mapping[str, xr.Dataset], variants: Sequence[str] | None
) -> dict[str, xr.Dataset]:
    """Name → result: the variants, or the result itself as ``base``, then the others, their variants after them.

    Raises InputError for a variant that is not there, where there is nothing to compare with, and where currency or
    step are not the same.
    """
    own = each_variant(result)
    for name in variants or ():
        if name not in own:
            raise unknown("variant", name, own)
    found = {name: one for name, one in own.items() if variants is None or name in variants}
    for name, other in others.items():
        several = "variant" in other.dims
        found |= {f"{name}: {part}" if several else name: one for part, one in each_variant(other).items()}
    if len(found) < 2:
        raise InputError("there is nothing to compare with: give other results, or simulate(..., variants=True)")
    first = next(iter(found.values())).attrs
    for name, one in found.items():
        for key in ("step", "currency"):
            if one.attrs[key] != first[key]:
                raise InputError(f"cannot be compared: the {key} of {name} is {one.attrs[key]!r}, not {first[key]!r}")
    return found


def comparison_drawing(results: Mapping[str, xr.Dataset], of: str, element: Mapping[str, str]) -> Drawing:
    """Probabilities of ruin, or medians of a tracked quantity, of all results that have them."""
    if of == "ruin_probability":
        if element:
            raise InputError("a probability of ruin has no elements")
        known = {name: one for name, one in results.items() if holds(one, of)}
        if not known:
            raise InputError("none of the scenarios has a [ruin]; compare a tracked quantity, of=...")
        return ruin_drawing(known)
    name = of.partition("[")[0].strip()
    known = {key: one for key, one in results.items() if name in tracked_names(one) and holds(one, name)}
    if not known:
        names = dict.fromkeys(each for one in results.values() for each in tracked_names(one))
        raise unknown("quantity", name, ["ruin_probability", *names])
    return medians_drawing(known, {key: element_of(one, of, element) for key, one in known.items()})
