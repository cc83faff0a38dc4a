"""From observed figures to a posterior: what a scenario's inputs and shocks must have been like, given what was seen.

The scenario is the prior: its inputs, and the shocks of its processes in every period up to the last observation, are
standard normals. :mod:`burncast.engine.conditioning` draws them under the likelihood of the observations, raised to a
power that grows from 0 to 1, in several independent runs along the levels that a pilot run found. All particles
together become the past of the scenario's trajectories (:mod:`burncast.engine.draws.particles`), dependence, state and
all: what comes after the last observation is drawn as before.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.convergence import effective_sample_size, split_r_hat
from burncast.calibration.figures import Figure, Observations
from burncast.calibration.learning import Learned, Strain, drawn, learned_inputs, learned_processes, strains_of
from burncast.calibration.observation_rows import ObservationSource
from burncast.calibration.observations import read_observations
from burncast.calibration.reach import unreached
from burncast.distributions.errors import InputError
from burncast.distributions.notebook_view import Cell, Shown, View
from burncast.engine.conditioning import Conditioned, condition_on
from burncast.engine.draws.particles import Particles
from burncast.engine.instructions.normals import Normals, used_draws
from burncast.engine.normal_space.condition import Likelihood
from burncast.engine.normal_space.given import GivenOutcomes, run_given
from burncast.engine.program import Program
from burncast.engine.questions.rare_ruin import until
from burncast.engine.scenario import Scenario
from burncast.engine.simulate import check_seed_and_threads, processors

__all__ = ["PARTICLES_FILE", "Posterior", "posterior"]

Floats = NDArray[np.float64]

PARTICLES_FILE = "posterior.npz"
"""What the file of particles is called beside the scenario."""

PRIOR_DRAWS = 4096

LAST = 4
"""Times as many steps at the last level as at each before it."""


@dataclass(frozen=True)
class Posterior(Shown):
    """What the observations taught.

    ``scenario`` begins with the posterior. ``inputs`` and ``processes`` compare prior and posterior, those that learned
    most first; ``strains`` say of every source of every figure how well it agrees with the posterior. ``log_evidence``
    is the logarithm of the mean likelihood under the prior, with its standard error from the runs;
    ``effective_sample_size`` the least, and ``r_hat`` the greatest, over all inputs and figures; ``acceptance`` the
    share of moves accepted at the last level of ``levels``, over the runs; ``particles`` are those of all runs.
    """

    scenario: Scenario
    figures: tuple[Figure, ...]
    inputs: tuple[Learned, ...]
    processes: tuple[Learned, ...]
    strains: tuple[Strain, ...]
    log_evidence: float
    log_evidence_se: float
    effective_sample_size: float
    r_hat: float
    acceptance: float
    levels: int
    particles: int
    runs: int
    last: int
    seed: int
    file: str | None

    def _view(self) -> View:
        rows: list[list[Cell]] = [
            [one.name, *(value for law in (one.prior, one.posterior) for value in (law.mean, law.sd)), one.shrinkage]
            for one in self.inputs
        ]
        strained = dict.fromkeys(one.figure for one in self.strains if one.strains)
        strains = f"Strained by: {'; '.join(strained)}." if strained else "No observation strains."
        evidence = f"log evidence {self.log_evidence:.2f} ± {self.log_evidence_se:.2f}, R-hat {self.r_hat:.3f}"
        worth = f"worth {self.effective_sample_size:,.0f} independent draws"
        how = f"{self.particles:,} particles of {self.runs} runs, {worth}, seed {self.seed}"
        columns = ["input", "prior: mean", "sd", "posterior: mean", "sd", "shrinkage"]
        return View(f"What was learned of {self.scenario.title}", columns, rows, remarks=[strains, evidence, how])


def posterior(
    scenario: Scenario,
    observations: ObservationSource,
    *,
    particles: int = 1024,
    runs: int = 4,
    moves: int = 24,
    seed: int = 0,
    threads: int | None = None,
) -> Posterior:
    """Condition ``scenario`` on ``observations``: ``runs`` independent runs of so many ``particles``, a multiple of 16.

    ``moves`` is how many steps each particle takes at each level; ``threads`` never changes the result. Raises
    DataError for observations that cannot be read, InputError where they are out of the scenario's reach or cannot be
    met together, and for a request that cannot be met.
    """
    _check_request(scenario, particles, runs, moves, seed, threads)
    observed = read_observations(observations, scenario)
    program = until(observed.program, max(observed.last, 1))
    prior_normals = drawn(program, seed, PRIOR_DRAWS)
    prior = _tracked(run_given(program, prior_normals, seed, threads=threads, keep_tracked=True))
    sought = [unreached(program, figure, prior, seed) for figure in observed.figures]
    out_of_reach = [one for one in sought if one is not None]
    if out_of_reach:
        several = "observations are" if len(out_of_reach) > 1 else "observation is"
        listed = "\n".join(f"  {one}" for one in out_of_reach)
        raise InputError(f"{len(out_of_reach)} {several} outside everything the scenario can produce:\n{listed}")

    def score(outcomes: GivenOutcomes) -> Floats:
        return observed.log_likelihood(_tracked(outcomes))

    def residuals(outcomes: GivenOutcomes) -> Floats:
        return observed.residuals(_tracked(outcomes))

    condition = Likelihood(score, residuals)
    pilot = condition_on(program, condition, seed, particles=particles // 2, moves=moves, keep_tracked=True)
    if pilot.log_probability == -math.inf:
        raise _not_together(observed)

    def conditioned(run: int) -> Conditioned:
        return condition_on(
            program,
            condition,
            seed,
            particles=particles,
            moves=moves,
            last_moves=LAST * moves,
            replication=run + 1,
            keep_tracked=True,
            plan=pilot.plan,
        )

    with ThreadPoolExecutor(min(threads or processors(), runs), thread_name_prefix="burncast") as pool:
        found = list(pool.map(conditioned, range(runs)))
    if any(run.log_probability == -math.inf for run in found):
        raise _not_together(observed)
    return _summary(scenario, observed, program, prior, found, seed)


def _summary(
    scenario: Scenario, observed: Observations, program: Program, prior: Floats, found: list[Conditioned], seed: int
) -> Posterior:
    runs, count = len(found), len(found[0].normals)
    families = np.stack([run.families for run in found])
    normals = Normals(
        np.concatenate([run.normals.inputs for run in found], axis=1),
        np.concatenate([run.normals.shocks for run in found], axis=2),
        np.concatenate([run.normals.addresses for run in found]),
    )
    tracked = np.concatenate([_tracked(run.outcomes) for run in found])
    inputs = learned_inputs(scenario, program, normals, seed)
    truths = [figure.truth(tracked) for figure in observed.figures]
    checked = [values.reshape(runs, count) for values in (*(one.values for one in inputs), *truths)]
    order = np.argsort(families, axis=1, kind="stable")
    by_family = [np.take_along_axis(values, order, axis=1) for values in checked]
    effective = min(effective_sample_size(values, families) for values in checked)
    log_evidence, error = _evidence([run.log_probability for run in found])
    kept = _particles(program, normals, order, observed.last, effective, seed)
    return Posterior(
        scenario=_with_particles(scenario, observed, kept),
        figures=observed.figures,
        inputs=tuple(sorted((one.without_values() for one in inputs), key=lambda one: -abs(one.learned))),
        processes=learned_processes(program, normals, observed.last),
        strains=strains_of(observed.figures, prior, tracked),
        log_evidence=log_evidence,
        log_evidence_se=error,
        effective_sample_size=effective,
        r_hat=max(split_r_hat(values) for values in by_family),
        acceptance=math.fsum(run.acceptance[-1] for run in found) / runs,
        levels=len(found[0].plan),
        particles=runs * count,
        runs=runs,
        last=observed.last,
        seed=seed,
        file=observed.file,
    )


def _evidence(logs: list[float]) -> tuple[float, float]:
    """The logarithm of the mean, and its standard error to first order."""
    most = max(logs)
    shares = [math.exp(one - most) for one in logs]
    mean = math.fsum(shares) / len(shares)
    spread = math.fsum((one - mean) ** 2 for one in shares) / (len(shares) - 1)
    return most + math.log(mean), math.sqrt(spread / len(shares)) / mean


def _particles(
    program: Program, normals: Normals, order: NDArray[np.int64], last: int, effective: float, seed: int
) -> Particles:
    """Relatives side by side, run after run, then cut into 16 groups, particle i of all belonging to group i mod 16."""
    runs, count = order.shape
    chosen = (order + count * np.arange(runs)[:, None]).reshape(16, -1).T.ravel()
    rows = used_draws(program)
    return Particles(
        input_streams=tuple(program.draw_names[row] for row in rows),
        inputs=normals.inputs[np.ix_(rows, chosen)],
        shock_streams=program.shock_names,
        shocks=np.ascontiguousarray(normals.shocks[:, :last][:, :, chosen]),
        addresses=normals.addresses[chosen],
        seed=seed,
        effective=max(1, round(effective)),
    )


def _with_particles(scenario: Scenario, observed: Observations, particles: Particles) -> Scenario:
    """The scenario that begins with the particles, and its text, which names the file that they will lie in."""
    source = Path(observed.file or "observations").name
    lines = (
        f"# Created by burncast: what {source} taught, up to period {observed.last}.",
        f'[posterior]\nparticles = "{PARTICLES_FILE}"\nsha256 = "{particles.sha256}"',
    )
    begun = dataclasses.replace(scenario, particles=particles, variants={}, text=_joined(scenario.text, *lines))
    variants = {
        name: dataclasses.replace(one, particles=particles, text=_joined(one.text, *lines))
        for name, one in scenario.variants.items()
    }
    each = {name: _digested(one) for name, one in variants.items()}
    return dataclasses.replace(_digested(begun), variants=each)


def _joined(text: str, comment: str, table: str) -> str:
    body = text.strip("\n")
    return f"{comment}\n\n{body}\n\n{table}\n"


def _digested(scenario: Scenario) -> Scenario:
    return dataclasses.replace(scenario, sha256=hashlib.sha256(scenario.text.encode()).hexdigest())


def _tracked(outcomes: GivenOutcomes) -> Floats:
    assert outcomes.tracked is not None
    return outcomes.tracked


def _not_together(observed: Observations) -> InputError:
    listed = "; ".join(figure.title for figure in observed.figures)
    return InputError(f"no trajectory of the scenario meets all observations together: {listed}")


def _check_request(scenario: Scenario, particles: int, runs: int, moves: int, seed: int, threads: int | None) -> None:
    for name, value, least, most in (
        ("particles", particles, 256, 1 << 17),
        ("runs", runs, 2, 64),
        ("moves", moves, 1, 1000),
    ):
        if not least <= value <= most:
            raise InputError(f"{name} is {value:,}; expected a number from {least:,} to {most:,}")
    if particles % 16:
        raise InputError(f"particles is {particles:,}; expected a multiple of 16")
    check_seed_and_threads(seed, threads)
    if scenario.particles is not None:
        raise InputError("the scenario begins with a posterior already; condition it on all observations together")
