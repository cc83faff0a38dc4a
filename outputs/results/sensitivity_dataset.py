"""Answers about sensitivity as labelled datasets, the strongest source first.

========== ========= ==================================================================================
method     dimension variables
========== ========= ==================================================================================
sobol      source    ``first_order`` and ``total``, each with ``_low`` and ``_high`` (95 %), ``kind``
           part      the same as ``part_first_order`` …, of all inputs and of all processes
           level     ``band``: quantiles over the inputs of the mean output given the inputs
shapley    source    ``effect`` with ``_low`` and ``_high``, ``kind``
tornado    input     ``value_low``, ``value_high`` (its 10 % and 90 % quantiles), ``input_unit``,
                     ``output_low``, ``output_high`` (the mean output there), ``swing``, ``swing_se``
========== ========= ==================================================================================

Attributes: what was asked, ``mean`` of the output (and ``standard_error`` or ``variance``), how it was computed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from burncast.engine.draws.addresses import STREAM_VERSION
from burncast.engine.questions.sensitivity import BAND, Question, Split
from burncast.engine.questions.shapley import ShapleyEffects
from burncast.engine.questions.tornado import Bar
from burncast.engine.statistics.resampling import Estimate
from burncast.outputs.files.store import CREATED_BY
from burncast.outputs.results.accessor import register_accessor
from burncast.outputs.results.figure_words import figure_words
from burncast.outputs.results.summary import as_plain

__all__ = ["plain_sensitivity", "shapley_dataset", "tornado_dataset", "variance_dataset"]


def variance_dataset(question: Question, split: Split) -> xr.Dataset:
    """Sobol indices."""
    shares = split.shares
    count = len(split.groups)
    order = np.argsort(-shares.total[0][:count], kind="stable")
    variables = _with_ends("first_order", "source", shares.first, order)
    variables |= _with_ends("total", "source", shares.total, order)
    names = [shares.names[place] for place in order]
    variables["kind"] = ("source", [question.kind(split.groups[name]) for name in names])
    coordinates: dict[str, Any] = {"source": names}
    if len(shares.names) > count:
        parts = np.arange(count, len(shares.names))
        variables |= _with_ends("part_first_order", "part", shares.first, parts)
        variables |= _with_ends("part_total", "part", shares.total, parts)
        coordinates["part"] = list(shares.names[count:])
    if split.band is not None:
        variables["band"] = ("level", list(split.band))
        coordinates["level"] = list(BAND)
    attributes = _attributes(question, "sobol", shares.mean) | {"variance": shares.variance}
    return xr.Dataset(variables, coordinates, attributes)


def shapley_dataset(question: Question, members: dict[str, tuple[str, ...]], found: ShapleyEffects) -> xr.Dataset:
    """Shapley effects; they add up to 1."""
    order = np.argsort(-found.effects[0], kind="stable")
    names = [found.names[place] for place in order]
    variables = _with_ends("effect", "source", found.effects, order)
    variables["kind"] = ("source", [question.kind(members[name]) for name in names])
    attributes = _attributes(question, "shapley", found.mean) | {"variance": found.variance}
    return xr.Dataset(variables, {"source": names}, attributes)


def tornado_dataset(question: Question, mean: float, error: float, bars: list[Bar]) -> xr.Dataset:
    """The bars of a tornado."""
    names = [f"{bar.name}[{','.join(bar.labels)}]" if bar.labels else bar.name for bar in bars]
    columns = {
        "value_low": [bar.values[0] for bar in bars],
        "value_high": [bar.values[1] for bar in bars],
        "output_low": [bar.outputs[0] for bar in bars],
        "output_high": [bar.outputs[1] for bar in bars],
        "swing": [bar.swing for bar in bars],
        "swing_se": [bar.swing_se for bar in bars],
    }
    variables: dict[str, Any] = {
        name: ("input", np.array(values, dtype=np.float64)) for name, values in columns.items()
    }
    variables["input_unit"] = ("input", [question.scenario.quantities[bar.name].unit or "" for bar in bars])
    attributes = _attributes(question, "tornado", mean) | {"standard_error": error}
    return xr.Dataset(variables, {"input": names}, attributes)


def plain_sensitivity(dataset: xr.Dataset) -> dict[str, Any]:
    """The dataset as what JSON can hold: the attributes, and a list of records for each dimension."""
    plain: dict[str, Any] = dict(dataset.attrs)
    for dimension, coordinate in dataset.coords.items():
        along = {name: values for name, values in dataset.data_vars.items() if values.dims == (dimension,)}
        plain[f"{dimension}s"] = [
            {str(dimension): label, **{str(name): values.values[place].item() for name, values in along.items()}}
            for place, label in enumerate(coordinate.values.tolist())
        ]
    found: dict[str, Any] = as_plain(plain)
    return found


def _with_ends(name: str, dimension: str, found: Estimate, order: NDArray[np.int64]) -> dict[str, Any]:
    ends = zip((name, f"{name}_low", f"{name}_high"), found, strict=True)
    return {label: (dimension, values[order]) for label, values in ends}


def _attributes(question: Question, method: str, mean: float) -> dict[str, Any]:
    register_accessor()
    scenario, target = question.scenario, question.target
    quantity = scenario.quantities[target.name] if target.name is not None else None
    unit = {"ruin": "", "runway": scenario.step, "need": scenario.currency or ""}.get(target.kind)
    return {
        "created_by": CREATED_BY,
        "title": scenario.title,
        "sha256": scenario.sha256,
        "output": target.text,
        "output_words": figure_words(scenario, target.text),
        "output_kind": target.kind,
        "unit": unit if unit is not None else (quantity.unit or "" if quantity is not None else ""),
        "method": method,
        "mean": mean,
        "trajectories": question.trajectories,
        "seed": question.seed,
        "stream_version": STREAM_VERSION,
    }
