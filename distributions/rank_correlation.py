"""Rank correlations of draws, and the correlation of the normals behind them."""

from __future__ import annotations

import math

__all__ = ["normal_correlation"]


def normal_correlation(value: float, measure: str, df: float | None = None) -> float:
    """The correlation of the normals behind two draws whose rank correlation is ``value``.

    ``measure`` is ``"pearson"`` (of the normals themselves), ``"kendall"`` (sin(π·τ/2), of every elliptical copula;
    Lindskog, McNeil and Schmock 2003) or ``"spearman"`` (2·sin(π·ρ/6), of the Gaussian copula; Kruskal 1958). With
    ``df`` the copula is Student's t, and Spearman's rho is inverted numerically.

    >>> normal_correlation(1 / 3, "kendall"), round(normal_correlation(0.5, "spearman"), 4)
    (0.49999999999999994, 0.5176)
    """
    if measure == "kendall":
        return math.sin(math.pi * value / 2.0)
    if measure == "spearman":
        if df is None:
            return 2.0 * math.sin(math.pi * value / 6.0)
        from burncast.distributions.spearman_of_t import correlation_of_t  # imports SciPy

        return correlation_of_t(value, df)
    return value
