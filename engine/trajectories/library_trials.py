"""The trials of SIPmath libraries as draws: trajectory t takes trial t + 1 of every SIP, as other tools do.

The normal of a trial is what the library's generators and its copula give (:mod:`burncast.distributions.sip_library`).
A program mixes the draws of correlated inputs by a Cholesky factor of its own order; so the draws that it is given are
those which this factor mixes into the library's normals. Everything that is from no library is drawn as under
``random``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from burncast.distributions.correlation import cholesky_factor
from burncast.distributions.errors import InputError
from burncast.distributions.families import FAMILIES
from burncast.distributions.hdr import MOST
from burncast.distributions.law import FloatArray
from burncast.distributions.sip_library import Sip, correlation_of
from burncast.engine.instructions.normals import Normals
from burncast.engine.language import expression_nodes as tree
from burncast.engine.language.expression_nodes import Expression
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.reading.sip_inputs import elements_of, sip_key

__all__ = ["LibraryTrials", "library_trials"]

ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class LibraryTrials:
    """``sips`` by the streams that draw them, in the order of their names, and the ``factor`` float64[k, k] that mixes
    these streams in a program."""

    streams: tuple[str, ...]
    sips: tuple[Sip, ...]
    factor: FloatArray

    @property
    def most(self) -> int:
        """How many trials there are."""
        return min([len(sip.array) for sip in self.sips if sip.array], default=MOST)

    def fill(self, normals: Normals, draw_names: tuple[str, ...], first: int) -> None:
        """Put the trials from ``first`` + 1 on in place of what was drawn; beyond the last one, the last stands."""
        trials = np.minimum(np.arange(first + 1, first + 1 + len(normals)), self.most)
        draws = np.zeros((len(self.sips), len(normals)))
        for row, sip in enumerate(self.sips):
            rest = sip.normals(trials) - np.sum(self.factor[row, :row, None] * draws[:row], axis=0)
            if self.factor[row, row] > 0:
                draws[row] = rest / self.factor[row, row]
            if self.streams[row] in draw_names:
                normals.inputs[draw_names.index(self.streams[row])] = draws[row]


def library_trials(scenario: Scenario, trajectories: int) -> LibraryTrials:
    """The trials of the SIPs that are inputs of ``scenario``.

    InputError where there are none, where a SIP has no trials or too few, or where an input is mixed otherwise than in
    its library.
    """
    sips = _sips(scenario)
    if not sips:
        raise InputError("method is 'library'; expected a scenario with inputs from SIPmath libraries, sip(...)")
    streams = tuple(sorted(sips))
    ordered = tuple(sips[stream] for stream in streams)
    matrix = _matrix(scenario, streams)
    for row, column in np.argwhere(np.abs(matrix - correlation_of(ordered)) > ROUNDING):
        raise InputError(
            f"method is 'library'; {streams[row]} and {streams[column]} are correlated otherwise than in their library"
        )
    found = LibraryTrials(streams, ordered, cholesky_factor(matrix))
    if trajectories > found.most:
        raise InputError(f"trajectories is {trajectories:,}; the library has {found.most:,} trials")
    for sip in ordered:
        sip.normals(np.array([1]))
    return found


def _sips(scenario: Scenario) -> dict[str, Sip]:
    """The SIPs by stream."""
    found: dict[str, Sip] = {}
    for name, quantity in scenario.quantities.items():
        for labels, expression in elements_of(quantity):
            key = sip_key(quantity, expression)
            if key is None or key not in scenario.sips:
                continue
            stream = f"{name}[{','.join(labels)}]" if labels else name
            if _draws(expression) > 1:
                raise InputError(f"method is 'library'; {stream} draws more than its SIP")
            found[stream] = scenario.sips[key]
    return found


def _draws(expression: Expression) -> int:
    """How many laws an expression draws from; those that a law is made of do not count."""
    if isinstance(expression, tree.Call) and expression.function in FAMILIES:
        return 1
    return sum(_draws(child) for child in tree.children(expression))


def _matrix(scenario: Scenario, streams: tuple[str, ...]) -> FloatArray:
    """The correlations of the streams in the scenario."""
    places: Mapping[str, int] = {stream: place for place, stream in enumerate(streams)}
    matrix = np.eye(len(streams))
    for correlation in scenario.correlations:
        members = [
            f"{member.name}[{','.join(member.labels)}]" if isinstance(member, tree.Index) else member.name
            for member in correlation.between
        ]
        known = [member for member in members if member in places]
        if not known or (correlation.is_independence and len(known) < len(members)):
            continue
        other = next((member for member in members if member not in places), None)
        if other is not None or correlation.copula != "gaussian":
            what = (
                f"{known[0]} is correlated with {other}" if other else f"{known[0]} has a {correlation.copula} copula"
            )
            raise InputError(f"method is 'library'; {what}, otherwise than in its library")
        for i, one in enumerate(members):
            for j, another in enumerate(members):
                matrix[places[one], places[another]] = correlation.matrix[i][j]
    return matrix
