"""Mean and standard deviation: when they exist, and by quadrature where no closed form is at hand.

E[g(X)] = ∫₀¹ g(Q(p)) dp is taken by tanh–sinh quadrature (Takahasi & Mori, Publ. RIMS 9, 1974), the lower half through
the quantile and the upper half through the upper quantile, down to probabilities of 1e-101, so that heavy tails whose
moments just exist are still summed. Pieces end at the law's breakpoints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from burncast.distributions.portable import exp, sinh

if TYPE_CHECKING:
    from burncast.distributions.law import FloatArray, Law

__all__ = ["moments_by_quadrature", "moments_that_exist"]

_GRID = np.arange(-5.0, 5.0 + 1 / 64, 1 / 32)
_SINH = sinh(_GRID)
_SHARES = 1 / (1 + exp(-np.pi * _SINH))
_WEIGHTS = np.pi * np.sqrt(1 + _SINH * _SINH) / 32 * _SHARES / (1 + exp(np.pi * _SINH))


def moments_that_exist(tail_indices: tuple[float, float], mean: float, sd: float) -> tuple[float, float]:
    """The mean and sd, replaced by infinity or nan where tails of these powers are too heavy for them."""
    lower, upper = tail_indices
    if lower <= 1 and upper <= 1:
        return np.nan, np.nan
    if min(lower, upper) <= 1:
        return (-np.inf if lower <= 1 else np.inf), np.inf
    return mean, (sd if min(lower, upper) > 2 else np.inf)


def moments_by_quadrature(law: Law) -> tuple[float, float]:
    """Mean and standard deviation of a continuous law whose quantile is smooth between its breakpoints.

    Relative error about 1e-10; 1e-4 in an sd that hardly exists (a tail index near 2).
    """
    points = np.array(law.breakpoints)
    if law.inverted:
        # Such a law may have many bumps: more and shorter pieces.
        between = np.linspace(float(law.quantile(1e-3)), float(law.quantile_upper(1e-3)), 17)
        points = np.unique(np.concatenate([points, between, law.quantile(np.arange(1, 16) / 16)]))
    lower, upper = np.unique(law.cdf(points)), np.unique(law.sf(points))
    nodes = [_pieces(ends[(ends > 0) & (ends < 0.5)]) for ends in (lower, upper)]
    x = np.concatenate([law.quantile(nodes[0][0]), law.quantile_upper(nodes[1][0])])
    weights = np.concatenate([nodes[0][1], nodes[1][1]])
    indices = law.tail_indices
    if min(indices) <= 1:
        return moments_that_exist(indices, np.nan, np.nan)
    mean = float(np.sum(weights * x))
    sd = float(np.sqrt(np.sum(weights * (x - mean) ** 2))) if min(indices) > 2 else np.inf
    return mean, sd


def _pieces(inner: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights over [0, 1/2], cut at ``inner``."""
    ends = np.concatenate([[0.0], inner, [0.5]])
    lengths = np.diff(ends)[:, None]
    return (ends[:-1, None] + lengths * _SHARES).ravel(), (lengths * _WEIGHTS).ravel()
