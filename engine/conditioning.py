"""Trajectories under a condition: one sampler in normal space, for rare ruin and for calibration.

Sequential Monte Carlo (Del Moral, Doucet and Jasra 2006, "Sequential Monte Carlo samplers"): many particles, each a
point in normal space, go through a sequence of conditions that tighten from none to the one that is meant. At each
level particles are weighted, resampled, and moved by preconditioned Crank–Nicolson steps that leave the law under the
condition invariant. With the conditions {score ≥ level} this is subset simulation (Au and Beck 2001; Cérou, Del Moral,
Furon and Guyader 2012, "Sequential Monte Carlo for rare event estimation"); with a likelihood raised to a power that
grows to 1 it draws from a posterior. The product of the mean weights estimates the probability, or the evidence.

A condition is a log-weight on trajectories, whatever they mean: the sampler knows nothing of ruin. Process shocks and
policies that react to the state are part of it: every move runs the machine again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.portable import exp
from burncast.engine.draws.streams_numpy import philox
from burncast.engine.instructions.normals import Normals, empty_normals, used_draws
from burncast.engine.normal_space.condition import Condition, Likelihood
from burncast.engine.normal_space.given import GivenOutcomes, Machine
from burncast.engine.normal_space.informed_moves import Reference, Residuals, fit_reference
from burncast.engine.numerics.kernels import crank_nicolson
from burncast.engine.program import Program
from burncast.engine.reading.particle_files import refuse_particles

__all__ = ["Conditioned", "Level", "condition_on"]

Floats = NDArray[np.float64]

MOST_LEVELS = 200
GOAL = 0.4
"""The share of moves to accept (near the best one for Crank–Nicolson steps: Papaioannou et al. 2015)."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level, the ``size`` of steps of all coordinates at it, and the ``share`` of coordinates in steps of few.

    ``reference`` is the law along which steps of all coordinates go, None for the prior's.
    """

    value: float
    size: float
    share: float
    reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class Conditioned:
    """Particles under the condition that was meant, equally weighted.

    ``log_probability`` of the condition (log evidence of a likelihood), −inf where no particle came there; ``normals``
    and ``outcomes`` of N particles, and their ``families`` int64[N]: which of the first particles each descends from;
    the ``plan`` that was followed and the share of moves accepted at each level.
    """

    log_probability: float
    normals: Normals
    outcomes: GivenOutcomes
    families: NDArray[np.int64]
    plan: tuple[Level, ...]
    acceptance: tuple[float, ...]


def condition_on(
    program: Program,
    condition: Condition,
    seed: int,
    *,
    particles: int = 4096,
    moves: int = 8,
    last_moves: int | None = None,
    replication: int = 0,
    least_need: float = 0.0,
    keep_tracked: bool = False,
    plan: Sequence[Level] | None = None,
) -> Conditioned:
    """Draw ``particles`` trajectories of ``program`` under ``condition``, with ``moves`` steps at each level.

    At the last level there are ``last_moves``, where that is given.

    Runs on one thread, the same bits on any machine; ``replication`` (0 … 65535) makes independent runs of one seed.
    Raises InputError for a program that begins with particles already.

    Levels and sizes are adapted, which biases the probability upwards by some levels/particles of its value (Cérou et
    al. 2012, section 3); along the ``plan`` of another run it is free of bias.
    """
    refuse_particles(program, "its trajectories cannot be conditioned again")
    run = _Run(program, condition, seed, replication, particles, least_need, keep_tracked)
    level, log_probability = condition.first, 0.0
    passed: list[Level] = []
    acceptance: list[float] = []
    while level < condition.last:
        if len(passed) == MOST_LEVELS:
            return run.result(-math.inf, passed, acceptance)
        following = condition.following(run.values, level) if plan is None else plan[len(passed)].value
        before = condition.log_weight(run.values, level)
        gained = condition.log_weight(run.values, following) - before
        most = float(gained.max())
        if most == -math.inf:
            return run.result(-math.inf, passed, acceptance)
        weights = exp(gained - most)
        log_probability += most + math.log(math.fsum(weights) / particles)
        run.resample(weights)
        level = following
        if plan is not None:
            run.size, run.share = plan[len(passed)].size, plan[len(passed)].share
            run.reference = plan[len(passed)].reference
        elif isinstance(condition, Likelihood) and condition.residuals is not None:
            run.reference = run.informed(condition.residuals, level)
        accepted = 0.0
        steps = moves if last_moves is None or level < condition.last else last_moves
        for number in range(steps):
            of_few = number % 2 == 1
            accepted += (share := run.move(level, of_few, anew=number % 4 == 3))
            if plan is None:
                run.adapt(math.exp(0.7 * (share - GOAL)), of_few)
        passed.append(Level(level, run.size, run.share, run.reference))
        acceptance.append(accepted / steps)
    return run.result(log_probability, passed, acceptance)


class _Run:
    """The particles of one run, and the randomness of its steps."""

    def __init__(
        self,
        program: Program,
        condition: Condition,
        seed: int,
        replication: int,
        particles: int,
        least_need: float,
        keep_tracked: bool,
    ) -> None:
        self.condition, self.machine = condition, Machine(program)
        self.least_need, self.keep_tracked = least_need, keep_tracked
        self.seed, self.replication, self.steps = seed, replication, 0
        self.size, self.share = 0.5, 0.3
        self.reference: Reference | None = None
        self.inputs = used_draws(program)
        self.jumps = len(self.inputs) < len(program.draws)
        self.normals, self.spare = empty_normals(program, particles), empty_normals(program, particles)
        self.words = np.empty((4, particles), np.uint32)
        _, key = self._randomness()
        crank_nicolson(
            self.normals.inputs, self.normals.shocks, self.spare.inputs, self.spare.shocks, 1.0, 1.0, key, self.words
        )
        self.spare.addresses[:] = self._fresh(particles)
        self.normals, self.spare = self.spare, self.normals
        self.outcomes = self._outcomes(self.normals)
        self.values = condition.values(self.outcomes)
        self.families = np.arange(particles)

    def result(self, log_probability: float, plan: list[Level], acceptance: list[float]) -> Conditioned:
        """The particles as they are."""
        families = self.families
        return Conditioned(log_probability, self.normals, self.outcomes, families, tuple(plan), tuple(acceptance))

    def resample(self, weights: Floats) -> None:
        """Systematic resampling: every particle as often as its weight says, up to one."""
        generator, _ = self._randomness()
        count = len(weights)
        places = np.cumsum(weights)
        wanted = (np.arange(count) + generator.random()) * (places[-1] / count)
        self._take(np.minimum(np.searchsorted(places, wanted, side="right"), count - 1))

    def adapt(self, factor: float, of_few: bool) -> None:
        """Make the next steps larger or smaller."""
        if of_few:
            self.share = min(1.0, max(0.002, self.share * factor))
        else:
            self.size = min(1.0, max(0.01, self.size * factor))

    def informed(self, residuals: Residuals, level: float) -> Reference | None:
        """The law along which steps go from here on."""
        return fit_reference(self.normals, self.inputs, residuals, self._outcomes, level)

    def move(self, level: float, of_few: bool, anew: bool) -> float:
        """One step of every particle under the condition at ``level``; the share that was accepted.

        ``anew`` draws the jumps of half of the particles again.
        """
        generator, key = self._randomness()
        old, new = self.normals, self.spare
        size, share = (1.0, self.share) if of_few else (self.size, 1.0)
        crank_nicolson(old.inputs, old.shocks, new.inputs, new.shocks, size, share, key, self.words)
        favour = np.zeros(len(old))
        if self.reference is not None and not of_few:
            before = self.reference.coefficients(old)
            after = self.reference.shift(before, new, size)
            favour = self.reference.log_ratio(after) - self.reference.log_ratio(before)
        renewed = generator.random(len(old)) < (0.5 if anew and self.jumps else 0.0)
        new.addresses[:] = np.where(renewed, self._fresh(len(old)), old.addresses)
        outcomes = self._outcomes(new)
        values = self.condition.values(outcomes)
        with np.errstate(invalid="ignore"):
            gained = self.condition.log_weight(values, level) - self.condition.log_weight(self.values, level)
            gained += favour
        accepted = generator.random(len(old)) < exp(np.minimum(gained, 0.0))
        chosen = np.flatnonzero(accepted)
        old.inputs[:, chosen] = new.inputs[:, chosen]
        old.shocks[:, :, chosen] = new.shocks[:, :, chosen]
        old.addresses[chosen] = new.addresses[chosen]
        for kept, fresh in zip(_arrays(self.outcomes), _arrays(outcomes), strict=True):
            kept[chosen] = fresh[chosen]
        self.values = np.where(accepted, values, self.values)
        return len(chosen) / len(old)

    def _take(self, chosen: NDArray[np.int64]) -> None:
        np.take(self.normals.inputs, chosen, axis=1, out=self.spare.inputs)
        np.take(self.normals.shocks, chosen, axis=2, out=self.spare.shocks)
        np.take(self.normals.addresses, chosen, out=self.spare.addresses)
        self.normals, self.spare = self.spare, self.normals
        self.values = self.values[chosen]
        self.families = self.families[chosen]
        tracked = self.outcomes.tracked
        self.outcomes = GivenOutcomes(
            self.outcomes.passage[chosen],
            self.outcomes.need[chosen],
            self.outcomes.failed[chosen],
            None if tracked is None else tracked[chosen],
        )

    def _outcomes(self, normals: Normals) -> GivenOutcomes:
        return self.machine.run(normals, self.seed, least_need=self.least_need, keep_tracked=self.keep_tracked)

    def _randomness(self) -> tuple[np.random.Generator, np.uint64]:
        """What one step draws from: a generator, and the key of a proposal."""
        counter = (self.steps & 0xFFFFFFFF, self.replication, 0, 0xC04D1710)
        words = [int(word) for word in philox(counter, (int(self.seed) & 0xFFFFFFFF, int(self.seed) >> 32))]
        self.steps += 1
        return np.random.Generator(np.random.Philox(key=words[2] | words[3] << 32)), np.uint64(
            words[0] | words[1] << 32
        )

    def _fresh(self, count: int) -> NDArray[np.uint64]:
        """Addresses of trajectories whose jumps nobody has drawn yet."""
        first = (self.replication + 1) << 47 | self.steps << 20
        return np.uint64(first) + np.arange(count, dtype=np.uint64)


def _arrays(outcomes: GivenOutcomes) -> list[NDArray[np.generic]]:
    every = (outcomes.passage, outcomes.need, outcomes.failed, outcomes.tracked)
    return [array for array in every if array is not None]
