"""What observations taught: prior and posterior of every input, the shocks of processes, and what strains."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.figures import Figure
from burncast.calibration.measurement import Measurement
from burncast.engine.compiler import compile_scenario
from burncast.engine.instructions.normals import Normals, renamed
from burncast.engine.normal_space.given import run_given
from burncast.engine.program import Program
from burncast.engine.questions.rare_ruin import until
from burncast.engine.scenario import Scenario
from burncast.engine.trajectories.sampling import sampler_for

__all__ = ["Learned", "Strain", "Summary", "drawn", "learned_inputs", "learned_processes", "strains_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean, standard deviation, and the 5, 50 and 95 % quantiles of one law."""

    mean: float
    sd: float
    p5: float
    p50: float
    p95: float

    @staticmethod
    def of(values: Floats) -> Summary:
        """Of float64[n] equally likely values, those that are finite."""
        values = values[np.isfinite(values)]
        mean = math.fsum(values) / len(values)
        sd = math.sqrt(math.fsum((values - mean) ** 2) / len(values))
        return Summary(mean, sd, *(float(one) for one in np.quantile(values, (0.05, 0.5, 0.95))))


@dataclass(frozen=True, slots=True)
class Learned:
    """An input, or an element of one, before and after.

    ``shift`` is how far its mean moved, in standard deviations of the prior; ``shrinkage`` the share of its variance
    that is gone (0: nothing was learned, 1: it is known; negative where it became less sure). ``values`` float64[N] are
    those of the particles, empty once summarised.
    """

    name: str
    prior: Summary
    posterior: Summary
    values: Floats = dataclasses.field(repr=False, compare=False)

    @property
    def shift(self) -> float:
        """(posterior mean − prior mean) / prior sd."""
        return (self.posterior.mean - self.prior.mean) / self.prior.sd

    @property
    def shrinkage(self) -> float:
        """1 − posterior variance / prior variance."""
        return 1.0 - (self.posterior.sd / self.prior.sd) ** 2

    @property
    def learned(self) -> float:
        """Relative entropy of the posterior to the prior in nats, as if both were normal."""
        ratio = max(self.posterior.sd / self.prior.sd, 1e-12)
        return 0.5 * (ratio * ratio + self.shift**2 - 1.0) - math.log(ratio)

    def without_values(self) -> Learned:
        """The summary alone."""
        return dataclasses.replace(self, values=np.empty(0))


@dataclass(frozen=True, slots=True)
class Strain:
    """One source of a figure against the posterior.

    ``prior`` and ``posterior`` are the laws of the true figure; ``prior_p`` and ``p``, before and after, the two-sided
    predictive probability of a report as far out as this one (of a bound: that it holds); ``distance`` is how far the
    report lies above the posterior mean, in standard deviations of both together; ``share`` the posterior probability
    that this source is the right one among those of its figure.
    """

    figure: str
    source: str
    said: str
    row: int | None
    prior: Summary
    posterior: Summary
    prior_p: float
    distance: float
    p: float
    share: float

    @property
    def strains(self) -> bool:
        """Whether it disagrees with the posterior: p below 5 %."""
        return self.p < 0.05


def drawn(program: Program, seed: int, count: int) -> Normals:
    """The normals that the streams give the first ``count`` trajectories."""
    sampler = sampler_for(program, "random", seed, count, in_memory=True)
    assert sampler is not None
    return sampler.normals(0, count)


def learned_inputs(scenario: Scenario, program: Program, normals: Normals, seed: int) -> tuple[Learned, ...]:
    """Every uncertain input that the observations have to do with, on the particles' normals (of ``program``)."""
    bare = dataclasses.replace(scenario, ruin=None, particles=None, variants={})
    names = tuple(name for name, quantity in scenario.quantities.items() if quantity.kind == "input")
    opening = until(compile_scenario(bare, names), 1)
    prior = drawn(opening, seed, len(normals))
    after, untouched = renamed(normals, program, opening), renamed(normals, program, opening)
    known = [place for place, name in enumerate(opening.draw_names) if name in program.draw_names]
    rest = [place for place in range(len(opening.draw_names)) if place not in known]
    after.inputs[rest] = prior.inputs[rest]
    untouched.inputs[rest] = prior.inputs[rest]
    untouched.inputs[known] = 0.0
    before, with_data, without = (_openings(opening, one, seed) for one in (prior, after, untouched))
    return tuple(
        Learned(name, Summary.of(before[:, place]), Summary.of(with_data[:, place]), with_data[:, place])
        for name, place in _elements(opening)
        if np.ptp(before[:, place]) > 0.0 and np.any(with_data[:, place] != without[:, place])
    )


def learned_processes(program: Program, normals: Normals, last: int) -> tuple[Learned, ...]:
    """The sums of the shocks of every stream up to ``last``, standardised: the prior is standard normal."""
    standard = Summary(0.0, 1.0, -1.6448536269514722, 0.0, 1.6448536269514722)
    sums = normals.shocks[:, :last].astype(np.float64).sum(axis=1) / math.sqrt(max(last, 1))
    found = [
        Learned(name, standard, Summary.of(values), np.empty(0))
        for name, values in zip(program.shock_names, sums, strict=True)
        if last > 0
    ]
    return tuple(sorted(found, key=lambda one: -one.learned))


def strains_of(figures: Sequence[Figure], prior: Floats, posterior: Floats) -> tuple[Strain, ...]:
    """Every source against the posterior; both are tracked values float64[n, elements, T + 1]."""
    found: list[Strain] = []
    for figure in figures:
        before, after = figure.truth(prior), figure.truth(posterior)
        whole = figure.log_likelihood(after)
        summaries = Summary.of(before), Summary.of(after)
        total = math.fsum(one.weight for one in figure.statements)
        for one in figure.statements:
            density = one.measurement.log_density(after) + math.log(one.weight / total)
            ratio = np.where(np.isfinite(density), np.minimum(density - whole, 0.0), -math.inf)
            share = math.fsum(math.exp(each) for each in ratio) / len(after)
            prior_p, p = (_two_sided(one.measurement, truth) for truth in (before, after))
            distance = _distance(one.measurement.deviations(after))
            found.append(
                Strain(figure.title, one.source, one.text, one.row, *summaries, prior_p, distance, p, min(share, 1.0))
            )
    return tuple(found)


def _two_sided(measurement: Measurement, truth: Floats) -> float:
    """The probability of a report as far out, either way; of a bound, that it holds."""
    known = truth[np.isfinite(truth)]
    below = math.fsum(measurement.probability_below(known)) / len(known)
    return below if measurement.is_bound else 2.0 * min(below, 1.0 - below)


def _distance(deviations: Floats) -> float:
    """How far the report lies above the truth, over both their spreads: deviations are of the truth from the report."""
    finite = deviations[np.isfinite(deviations)]
    if len(finite) == 0:
        return math.inf
    mean = math.fsum(finite) / len(finite)
    return -mean / math.sqrt(1.0 + math.fsum((finite - mean) ** 2) / len(finite))


def _openings(opening: Program, normals: Normals, seed: int) -> Floats:
    """Values of all elements in period 1, float64[N, elements]."""
    tracked = run_given(opening, normals, seed, keep_tracked=True).tracked
    assert tracked is not None
    return tracked[:, :, 1]


def _elements(program: Program) -> list[tuple[str, int]]:
    """The name of every tracked element, as people write it, and its place."""
    return [
        (f"{item.name}[{','.join(labels)}]" if labels else item.name, item.first_element + place)
        for item in program.tracked
        for place, labels in enumerate(itertools.product(*item.labels))
    ]
