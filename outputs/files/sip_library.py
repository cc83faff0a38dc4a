"""A result as a SIPmath 3.0 library, for Excel and every other tool that reads one.

Each tracked quantity at one period becomes a SIP (:mod:`burncast.distributions.sip_library` says what that is): a
metalog law fitted to its kept paths, or else to its saved quantiles, bounded at 0 (or between 0 and 1) where the result
shows nothing beyond. Kept paths also give the dependence between SIPs, a Gaussian copula with the correlation of their
normal scores. ``arrays`` writes the kept paths themselves, as trials. What does not vary, of kept paths in 99.8 of 100,
becomes a table of one value.

A quantity to which no metalog is as near as ``tolerance`` in probability is refused where it was asked for by name, and
left out where all were. The seeds of a SIP's
generator follow from the scenario and the name, so that the same quantity has the same trials in every export.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from burncast.distributions.errors import InputError
from burncast.distributions.metalog_fit import nearest_metalog
from burncast.distributions.sip_library import normal_scores
from burncast.outputs.files.store import CREATED_BY
from burncast.outputs.results.variables import mean_name, only, paths_name, tracked_names

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from burncast.distributions.metalog import Metalog

__all__ = ["TOLERANCE", "sip_library"]

TOLERANCE = 0.01
LEAST_PATHS = 100
GRID = 499
"""Quantiles of kept paths that a metalog is fitted to."""

DENSITIES = 25
"""Points of the sketch of the density that SIPmath tools draw."""

MOST_SEED = 10**8


@dataclass(frozen=True)
class _Marginal:
    """One quantity at one period: points of its distribution function, and its kept paths where there are any."""

    name: str
    p: NDArray[np.float64]
    values: NDArray[np.float64]
    paths: NDArray[np.float64] | None
    metadata: dict[str, Any]

    @property
    def constant(self) -> bool:
        return bool(np.all(self.values == self.values[0]))


def sip_library(
    result: xr.Dataset,
    quantities: Sequence[str] = (),
    period: int | None = None,
    *,
    arrays: bool = False,
    tolerance: float = TOLERANCE,
    entity: int = 1,
    date: datetime.date | None = None,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The library as plain data: ``quantities`` (all that are tracked) at ``period`` (the last); and the names of those
    SIPs that are left out.

    A quantity over a dimension becomes a SIP for each element. InputError where a quantity is not in the result, has no
    value then, or is not what a metalog can be.
    """
    if "variant" in result.dims:
        raise InputError("the result has variants; choose one")
    if not 0.0 <= tolerance <= 1.0:
        raise InputError(f"tolerance is {tolerance:g}; expected a probability, from 0 to 1")
    if entity not in range(1, MOST_SEED):
        raise InputError(f"entity is {entity}; expected a whole number from 1 to {MOST_SEED - 1:,}")
    only(result, quantities)
    last = int(result["period"].max())
    chosen = last if period is None else period
    if not 0 <= chosen <= last:
        raise InputError(f"there is no period {chosen}; the result has 0 to {last}")
    marginals = [one for name in quantities or tracked_names(result) for one in _marginals(result, name, chosen)]
    if not marginals:
        raise InputError("the result has no tracked quantity to export")
    kept = all(one.paths is not None for one in marginals)
    if arrays and not kept:
        raise InputError("arrays are kept paths, which this result has not; simulate with keep_paths")
    laws = {} if arrays else {one.name: _nearest(one, tolerance) for one in marginals if not one.constant}
    far = [one for one in marginals if one.name in laws and not _is_near(laws[one.name], tolerance)]
    if far and (quantities or len(far) == len(marginals)):
        raise _too_far(far[0], laws[far[0].name], tolerance)
    marginals, left_out = [one for one in marginals if one not in far], tuple(one.name for one in far)
    attributes = result.attrs
    sha256 = str(attributes.get("sha256", ""))
    seeds = {"entity": entity, "seed3": 0, "seed4": 0}
    generators = [
        {
            "name": f"hdr{place}",
            "function": "HDR_2_0",
            "arguments": {"counter": "PM_Index", **seeds, "varId": _seed(sha256, one.name)},
        }
        for place, one in enumerate(marginals, 1)
    ]
    library: dict[str, Any] = {
        "name": str(attributes.get("title", "")),
        "objectType": "sipModel",
        "libraryType": "SIPmath_3_0",
        "dateCreated": (date or datetime.date.today()).isoformat(),
        "provenance": _provenance(result, marginals, left_out, dependent=arrays or kept),
        "globalVariables": [],
        "U01": {"rng": generators},
        "sips": [],
        "version": "1",
    }
    varying = [place for place, one in enumerate(marginals) if not one.constant]
    if arrays:
        library["U01"] = {"rng": [{"name": "index", "function": "Index", "arguments": {"counter": "PM_Index"}}]}
        library["sips"] = [_array(one) for one in marginals]
        return library, left_out
    joined = kept and len(varying) > 1
    if joined:
        _add_copula(library, [marginals[place] for place in varying], [f"hdr{place + 1}" for place in varying])
    for place, one in enumerate(marginals):
        ref = {"source": "rng", "name": f"hdr{place + 1}"}
        if joined and place in varying:
            ref = {"source": "copula", "name": "Gaussian", "copulaLayer": f"c{varying.index(place) + 1}"}
        fitted = laws.get(one.name)
        library["sips"].append(_table(one, ref) if fitted is None else _metalog(one, ref, *fitted))
    return library, left_out


def _marginals(result: xr.Dataset, name: str, period: int) -> list[_Marginal]:
    """A quantity at a period, for each element of its dimensions."""
    quantiles = result[name].sel(period=period).dropna("quantile")
    if not quantiles.sizes["quantile"]:
        raise InputError(f"{name} has no value at period {period}; expected a period from 1 on")
    paths = result.get(paths_name(name))
    found = []
    dims = [dim for dim in quantiles.dims if dim != "quantile"]
    stacked = [dict(zip(dims, labels, strict=True)) for labels in np.ndindex(*(quantiles.sizes[dim] for dim in dims))]
    for place in stacked:
        labels = [str(quantiles[dim].values[index]) for dim, index in place.items()]
        p = quantiles["quantile"].values.astype(np.float64)
        values = quantiles.isel(place).values.astype(np.float64)
        order = np.argsort(p)
        p, values = p[order], values[order]
        kept = None
        if paths is not None and paths.sizes["trajectory"] >= LEAST_PATHS:
            kept = paths.sel(period=period).isel(place).values.astype(np.float64)
            p = np.arange(1, GRID + 1) / (GRID + 1)
            values = np.quantile(kept, p, method="hazen")
        metadata: dict[str, Any] = {
            "period": period,
            "mean": float(result[mean_name(name)].sel(period=period).isel(place)),
        }
        if "date" in result.coords:
            metadata["date"] = str(result["date"].sel(period=period).values)[:10]
        if "units" in result[name].attrs:
            metadata["unit"] = result[name].attrs["units"]
        metadata |= {f"P{100 * one:g}": float(value) for one, value in zip(p, values, strict=True) if one in _SHOWN}
        found.append(_Marginal("_".join([name, *labels, str(period)]), p, values, kept, metadata))
    return found


_SHOWN = (0.05, 0.25, 0.5, 0.75, 0.95)


def _is_near(fitted: tuple[Metalog, float] | None, tolerance: float) -> bool:
    return fitted is not None and fitted[1] <= tolerance


def _too_far(one: _Marginal, fitted: tuple[Metalog, float] | None, tolerance: float) -> InputError:
    how = "no metalog law is" if fitted is None else f"the nearest metalog law is {100 * fitted[1]:.2g} % off, not"
    return InputError(
        f"{one.name}: {how} within {100 * tolerance:g} % of probability; expected a larger tolerance, or arrays, "
        f"the kept paths themselves{'' if one.paths is not None else ', of a result that has them'}"
    )


def _metalog(one: _Marginal, ref: dict[str, str], law: Metalog, misfit: float) -> dict[str, Any]:
    """The SIP of a metalog law and how far it is off."""
    ends = {"lowerBound": law.low, "upperBound": law.high}
    first, last = law.quantile([0.01, 0.99])
    density = law.density(np.linspace(float(first), float(last), DENSITIES))
    return {
        "name": one.name,
        "ref": ref,
        "function": "Metalog_1_0",
        "arguments": {
            **{key: end for key, end in ends.items() if np.isfinite(end)},
            "aCoefficients": list(law.coefficients),
        },
        "metadata": {**one.metadata, "misfit": misfit, "density": density.tolist()},
    }


def _nearest(one: _Marginal, tolerance: float) -> tuple[Metalog, float] | None:
    """The nearest law with the narrowest ends that come near enough, else the nearest of all."""
    low, high = float(one.values[0]), float(one.values[-1])
    ends = [(0.0, 1.0)] if low > 0 and high < 1 else []
    ends += [(0.0, np.inf)] if low > 0 else []
    found = []
    for pair in [*ends, (-np.inf, np.inf)]:
        fitted = nearest_metalog(one.p, one.values, tolerance / 4, *pair)
        if fitted is not None and fitted[1] <= tolerance:
            return fitted
        found += [fitted] if fitted is not None else []
    return min(found, key=lambda fitted: fitted[1], default=None)


def _table(one: _Marginal, ref: dict[str, str]) -> dict[str, Any]:
    value = float(one.values[0])
    return {
        "name": one.name,
        "ref": ref,
        "function": "Lookup_Table",
        "arguments": {"value": [[1.0, value]]},
        "metadata": one.metadata,
    }


def _array(one: _Marginal) -> dict[str, Any]:
    assert one.paths is not None
    return {
        "name": one.name,
        "ref": {"source": "rng", "name": "index"},
        "function": "SIP_Array",
        "arguments": {"type": "array", "value": one.paths.tolist()},
        "metadata": one.metadata,
    }


def _add_copula(library: dict[str, Any], marginals: list[_Marginal], generators: list[str]) -> None:
    """The correlation of the kept paths' normal scores, as a Gaussian copula."""
    scores = np.stack([normal_scores(one.paths) for one in marginals if one.paths is not None])
    matrix = np.clip(np.sum(scores[:, None, :] * scores[None, :, :], axis=-1), -1.0, 1.0)
    names = [one.name for one in marginals]
    cells = [
        {"row": names[i], "col": names[j], "value": 1.0 if i == j else float(matrix[i, j])}
        for i in range(len(names))
        for j in range(i + 1)
    ]
    value = {"columns": names, "rows": names, "matrix": cells}
    library["globalVariables"] = [{"name": "correlationMatrix", "value": value}]
    library["U01"]["copula"] = [
        {
            "name": "Gaussian",
            "function": "GaussianCopula",
            "arguments": {
                "correlationMatrix": {"type": "globalVariables", "value": "correlationMatrix"},
                "rng": generators,
            },
            "copulaLayer": [f"c{place}" for place in range(1, len(names) + 1)],
        }
    ]


def _provenance(result: xr.Dataset, sips: list[_Marginal], left_out: tuple[str, ...], *, dependent: bool) -> str:
    attributes = result.attrs
    source = "; ".join(
        f"{key.replace('_', ' ')} {attributes[key]}"
        for key in ("sha256", "seed", "trajectories", "method", "stream_version")
        if key in attributes
    )
    note = "; each SIP by itself, their dependence is not in the result (no kept paths)"
    note = note if len(sips) > 1 and not dependent else ""
    note += f"; left out, for no metalog law is near: {', '.join(left_out)}" if left_out else ""
    return f"{CREATED_BY} from the scenario {attributes.get('title', '')!r}: {source}{note}"


def _seed(sha256: str, name: str) -> int:
    """A varId from 1 to 10⁸."""
    digest = hashlib.blake2b(f"{sha256}:{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") % MOST_SEED + 1
