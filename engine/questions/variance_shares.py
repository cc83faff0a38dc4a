"""Sobol indices: the share of an output's variance that each independent source of randomness explains.

For independent sources X₁ … X_k (an input, a process, a set of correlated ones) and an output Y with variance V:

* first order  S_i = Var(E[Y | X_i]) / V, what knowing X_i alone would take away;
* total        T_i = E[Var(Y | all but X_i)] / V, what would be left if all else were known; T_i ≥ S_i, and the
  difference are interactions.

With Y_A the output of the trajectories as they are, Y_B with everything redrawn and Y_i with X_i alone redrawn, as in
Y_B, S_i = E[Y_B (Y_i − Y_A)] / V (Saltelli et al. 2010, "Variance based sensitivity analysis of model output", table
2b) and T_i = E[(Y_A − Y_i)²] / 2V (Jansen 1999, "Analysis of variance designs for model output"). A source may be any
set of quantities that shares no randomness with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.engine.statistics.resampling import BLOCKS, Estimate, block_sums, estimate

__all__ = ["VarianceShares", "variance_shares"]

Floats = NDArray[np.float64]
Figures = Callable[[Collection[str]], Floats]
"""The output of the same n trajectories with the named quantities redrawn, f64[n]."""


@dataclass(frozen=True, slots=True)
class VarianceShares:
    """Mean and variance of the output, and first-order and total indices in the order of ``names``."""

    names: tuple[str, ...]
    mean: float
    variance: float
    first: Estimate
    total: Estimate


def variance_shares(
    redrawing: Figures, groups: Mapping[str, Collection[str]], everything: Collection[str], seed: int
) -> VarianceShares:
    """The indices of ``groups`` (name → quantities), which may overlap. Each costs a run; there are two more.

    ``everything`` are all quantities that are drawn. The variance is 0 where the output does not vary; the indices
    are NaN then.
    """
    as_is, renewed = redrawing(()), redrawing(everything)
    mean = float((as_is.sum() + renewed.sum()) / (2 * len(as_is)))
    as_is, renewed = as_is - mean, renewed - mean
    blocks = min(BLOCKS, len(as_is))
    columns = [np.ones(len(as_is)), 0.5 * (as_is + renewed), 0.5 * (as_is * as_is + renewed * renewed)]
    sums = [block_sums(column, blocks) for column in columns]
    for members in groups.values():
        partly = redrawing(members) - mean
        sums.append(block_sums(renewed * (partly - as_is), blocks))
        sums.append(block_sums(0.5 * (partly - as_is) * (partly - as_is), blocks))
    table = np.stack(sums, axis=1)
    count = table[:, 0].sum()
    variance = float(table[:, 2].sum() / count - (table[:, 1].sum() / count) ** 2)
    found, low, high = estimate(table, _shares, seed)
    first, total = ((found[part::2], low[part::2], high[part::2]) for part in (0, 1))
    return VarianceShares(tuple(groups), mean, max(variance, 0.0), first, total)


def _shares(means: Floats) -> Floats:
    variance = means[..., 1] - means[..., 0] * means[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(means[..., 2:] / variance[..., None])
