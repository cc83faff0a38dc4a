"""What ruined trajectories are like, and how likely they are where drawing would not meet them."""

from __future__ import annotations

from collections.abc import Callable

from burncast.engine.questions.explain_ruin import RuinExplanation
from burncast.engine.questions.explain_ruin import explain_ruin as explain
from burncast.engine.questions.rare_ruin import RareRuin
from burncast.engine.questions.rare_ruin import rare_ruin as estimate
from burncast.engine.scenario import ScenarioSource, load

__all__ = ["RareRuin", "RuinExplanation", "explain_ruin", "rare_ruin"]


def rare_ruin(
    scenario: ScenarioSource,
    by: int | None = None,
    seed: int = 0,
    *,
    particles: int = 4096,
    replications: int = 8,
    moves: int = 8,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RareRuin:
    """Estimate the probability of ruin by the end of period ``by`` (None: the horizon), down to about 1e-9.

    Parameters
    ----------
    scenario
        What :func:`burncast.load` returned, or anything that it reads; its ``ruin.when`` leads the way, so it should
        compare amounts, as ``cash < 0`` does.
    particles, replications, moves
        Trajectories of each replication, independent replications, and steps of each trajectory at each level. The
        standard error falls with the root of particles times replications; more moves help where ruin is complicated.
    threads
        Threads to compute on; the result does not depend on it.
    progress
        Called with (replications done, total).

    Raises InputError for what the caller can mend, SimulationError where no trajectory came to ruin.

    >>> import burncast
    >>> found = burncast.rare_ruin({
    ...     "scenario": {"periods": 12},
    ...     "inputs": {"burn": "normal(mean=1, sd=0.1)"},
    ...     "stocks": {"cash": {"start": 18, "next": "cash - burn"}},
    ...     "ruin": {"when": "cash < 0", "need": "-cash"},
    ... }, seed=7)
    >>> 2.5e-7 < found.probability < 3.3e-7                       # exactly: Φ(−5) = 2.87e-7
    True
    >>> found.standard_error < 0.1 * found.probability
    True
    """
    loaded = load(scenario)
    return estimate(
        loaded,
        by,
        seed=seed,
        particles=particles,
        replications=replications,
        moves=moves,
        threads=threads,
        progress=progress,
    )


def explain_ruin(
    scenario: ScenarioSource,
    by: int | None = None,
    seed: int = 0,
    *,
    trajectories: int = 65_536,
    threads: int | None = None,
) -> RuinExplanation:
    """How the trajectories that are ruined by the end of period ``by`` (None: the horizon) differ from all.

    The result has the inputs by the shift of their means in standard deviations, with quantiles on all and on ruined
    trajectories; the same shift of every process's shocks; the box of at most three inputs that best isolates ruin,
    with coverage and density; and the number of the most typical ruined trajectory, for :func:`burncast.replay`.

    Raises InputError where fewer than 50 trajectories are ruined, or all.
    """
    loaded = load(scenario)
    return explain(loaded, by, trajectories=trajectories, seed=seed, threads=threads)
