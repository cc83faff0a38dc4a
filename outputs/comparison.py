"""Variants and other results side by side in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import xarray as xr

from burncast.distributions.errors import InputError
from burncast.outputs.drawing import Drawing
from burncast.outputs.plots import medians_drawing, ruin_drawing
from burncast.outputs.result_parts import element_of, tracked_in, unknown, variants_of

__all__ = ["compared_results", "comparison_drawing"]


def compared_results(
    result: xr.Dataset, others: Mapping[str, xr.Dataset], variants: Sequence[str] | None
) -> dict[str, xr.Dataset]:
    """Name → result: the variants, or the result itself as ``base``, then the others, their variants after them.

    Raises InputError for a variant that is not there, where there is nothing to compare with, and where currency or
    step are not the same.
    """
    own = dict(variants_of(result)) if "variant" in result.dims else {"base": result}
    for name in variants or ():
        if name not in own:
            raise unknown("variant", name, own)
    found = {name: one for name, one in own.items() if variants is None or name in variants}
    for name, other in others.items():
        parts = dict(variants_of(other)) if "variant" in other.dims else {"": other}
        found |= {f"{name}: {part}" if part else name: one for part, one in parts.items()}
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
        if not any("ruin_probability" in one and one["ruin_probability"].notnull().any() for one in results.values()):
            raise InputError("none of the scenarios has a [ruin]; compare a tracked quantity, of=...")
        return ruin_drawing({name: one for name, one in results.items() if "ruin_probability" in one})
    name = of.partition("[")[0].strip()
    known = {key: one for key, one in results.items() if name in tracked_in(one)}
    if not known:
        names = dict.fromkeys(each for one in results.values() for each in tracked_in(one))
        raise unknown("quantity", name, ["ruin_probability", *names])
    return medians_drawing(known, {key: element_of(one, of, element) for key, one in known.items()})
