"""Inputs correlated with processes: innovations whose course an input foretells in part.

An input is drawn once and a process has an innovation every period. Their correlation is that of the input's normal
with the sum of the process's T standard normal innovations, divided by √T: for a random walk, with the normal behind
its end. So every innovation has ρ/√T of it. Innovations stay independent of one another over time, and the law of each
quantity by itself is what it was.

With ξ the independent normals behind the inputs and η_t those behind the innovations of period t, Cov(η_t, ξ) = H/√T
for every t. Given the past, what the inputs still foretell is y_t = ξ − Hᵀ(η_1 + … + η_{t−1})/√T, of covariance
V_t = I − HᵀH·(t − 1)/T, so that η_t is normal with mean H·V_t⁻¹·y_t/√T and covariance I − H·V_t⁻¹·Hᵀ/T (conditioning of
normals, as in the Kalman filter). V_t is never singular: HᵀH ≤ I exactly where the matrix of the inputs and the sums of
innovations is a correlation matrix.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from burncast.distributions.correlation import cholesky_factor
from burncast.distributions.law import FloatArray
from burncast.distributions.symmetric import product
from burncast.engine.dependence.copulas import weighted
from burncast.engine.graph.graph import Graph
from burncast.engine.graph.nodes import Node

__all__ = ["anticipating", "innovation_weights"]


def anticipating(graph: Graph, names: Sequence[str], inputs: Sequence[str], matrix: FloatArray) -> dict[str, Node]:
    """The normals of ``names``, of which ``inputs`` are drawn once and the others every period, by name.

    ``matrix`` is the correlation of the inputs and of the scaled sums of the others, in the order of ``names``.
    """
    processes = [name for name in names if name not in inputs]
    places = [list(names).index(name) for name in (*inputs, *processes)]
    ordered = matrix[np.ix_(places, places)]
    count, periods = len(inputs), graph.periods
    draws = [graph.draw((name,)) for name in inputs]
    factor = cholesky_factor(ordered)
    nodes = {name: weighted(graph, draws, factor[row, :count]) for row, name in enumerate(inputs)}

    states = [graph.state(f"what {name} foretells") for name in inputs]
    for state, draw in zip(states, draws, strict=True):
        state.start = draw
    sources = [*(state.read for state in states), *(graph.shock((name,)) for name in processes)]
    weights = innovation_weights(ordered, count, periods)
    paths = np.concatenate([weights[:1], weights]).transpose(1, 2, 0)
    rows = [weighted(graph, sources, [graph.path(each[None, :]) for each in row]) for row in paths]
    for state, row in zip(states, rows[:count], strict=True):
        state.next = row
    nodes.update(zip(processes, rows[count:], strict=True))
    return nodes


def innovation_weights(matrix: FloatArray, inputs: int, periods: int) -> FloatArray:
    """What the innovations of each period, and what is then left of the inputs, are made of: f64[periods, k, k].

    Columns are what was left of the ``inputs`` before, then independent normals; rows are what is left of the inputs,
    then the innovations, whose scaled sums have with the inputs the correlations ``matrix`` [k, k].
    """
    size = len(matrix)
    within = cholesky_factor(matrix[inputs:, inputs:])
    foretold = product(_inverse(within), cholesky_factor(matrix)[inputs:, :inputs])  # H
    weights = np.zeros((periods, size, size))
    for period in range(periods):
        left = np.eye(inputs) - product(foretold.T, foretold) * (period / periods)
        inverse = _inverse(cholesky_factor(left))
        gain = product(product(foretold, inverse.T), inverse) / math.sqrt(periods)
        fresh = cholesky_factor(np.eye(size - inputs) - product(gain, foretold.T) / math.sqrt(periods))
        innovation = np.concatenate([gain, fresh], axis=1)
        weights[period, inputs:] = product(within, innovation)
        weights[period, :inputs] = product(foretold.T, innovation) / -math.sqrt(periods)
        weights[period, :inputs, :inputs] += np.eye(inputs)
    return weights


def _inverse(factor: FloatArray) -> FloatArray:
    """The inverse of a lower-triangular factor; rows whose pivot is 0 count for nothing."""
    size = len(factor)
    inverse = np.zeros_like(factor)
    for row in range(size):
        if factor[row, row] > 0.0:
            known = np.eye(size)[row] - np.sum(factor[row, :row, None] * inverse[:row], axis=0)
            inverse[row] = known / factor[row, row]
    return inverse
