"""Where a result comes from: what every exported file carries, and each of several variants by itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import InputError, nearest_name

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["check_forecast", "each_variant", "one_variant", "provenance"]

_CARRIED = ("title", "sha256", "seed", "trajectories", "method", "stream_version")


def provenance(result: xr.Dataset) -> dict[str, str]:
    """What it takes to know a result again: title, digest of the scenario, seed and so on, as text.

    ``burncast`` is the version that simulated.
    """
    carried = {key: str(result.attrs[key]) for key in _CARRIED if key in result.attrs}
    return carried | {"burncast": str(result.attrs.get("created_by", "")).rpartition(" ")[2]}


def check_forecast(result: xr.Dataset) -> None:
    """Raise an InputError where ``result`` is not what :func:`burncast.simulate` returned."""
    if "sha256" not in getattr(result, "attrs", {}) or not {"period", "quantile"} <= set(result.dims):
        raise InputError("this is no forecast; expected what burncast.simulate returns, or burncast run --out writes")


def each_variant(result: xr.Dataset) -> dict[str, xr.Dataset]:
    """Every variant by name, as if it had been simulated alone; ``base`` where there is but one."""
    if "variant" not in result.dims:
        return {"base": result}
    return {str(name): one_variant(result, str(name)) for name in result["variant"].values}


def one_variant(result: xr.Dataset, name: str | None) -> xr.Dataset:
    """The variant called ``name``, the first where None, with its own attributes and periods.

    InputError where there is none.
    """
    if "variant" not in result.dims:
        if name is not None:
            raise InputError("the result has no variants")
        return result
    known = [str(one) for one in result["variant"].values]
    chosen = known[0] if name is None else name
    if chosen not in known:
        nearest = nearest_name(chosen, known)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        raise InputError(f"there is no variant {chosen!r}; expected one of {', '.join(known)}{hint}")
    one = result.sel(variant=chosen, drop=True)
    reached = [one[key].notnull().any([dim for dim in one[key].dims if dim != "period"]) for key in one.data_vars]
    periods = [
        present["period"].values[present.values].max()
        for present in reached
        if "period" in present.dims and present.values.any()
    ]
    if periods:
        one = one.sel(period=slice(None, max(periods)))
    of_all = {key: value for key, value in one.attrs.items() if not str(key).startswith("variant_")}
    one.attrs = of_all | _attributes(result, known.index(chosen), chosen)
    return one


def _attributes(result: xr.Dataset, place: int, name: str) -> dict[str, Any]:
    own = (
        {"sha256": str(result.attrs["variant_sha256"]).splitlines()[place]} if "variant_sha256" in result.attrs else {}
    )
    told: dict[str, dict[str, Any]] = json.loads(result.attrs.get("variant_attributes", "{}"))
    return own | told.get(name, {})
