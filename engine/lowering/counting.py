"""Poisson counts as nodes: a table of steps where the mean is known and small, else an instruction of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from burncast.distributions.discrete import discrete
from burncast.distributions.law import Law
from burncast.distributions.portable import exp
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node, Rate

__all__ = ["poisson_count"]

MOST_TABULATED = 10.0
BEYOND = 1e-12
"""Probability of the counts that a table leaves out: fewer than a 32-bit uniform can reach."""


def poisson_count(graph: Graph, z: Node, mean: Node) -> Node:
    """The Poisson count with ``mean`` at the quantile of the standard normal ``z``."""
    if mean.dims or mean.rate is not Rate.CONST or not mean.holds(_is_tabulated):
        return graph.apply("poisson", z, mean, rate=Rate.STEP)
    law = graph.law("poisson", _counts, mean)
    return graph.apply("transport", z, payload=law, rate=Rate.STEP)


def _is_tabulated(mean: NDArray[np.float64]) -> bool:
    return bool(0.0 < mean[0, 0] <= MOST_TABULATED)


def _counts(mean: NDArray[np.float64]) -> Law:
    known = float(mean[0, 0])
    counts = np.arange(200.0)
    counts = counts[: int(np.argmax(special.pdtrc(counts, known) < BEYOND)) + 1]
    chances = exp(special.xlogy(counts, known) - known - special.gammaln(counts + 1.0))
    return discrete(list(counts), list(chances))
