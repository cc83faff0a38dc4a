"""What observed figures teach about a scenario: condition it on them, and keep what was found."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from burncast.calibration.posterior import PARTICLES_FILE, Posterior
from burncast.calibration.posterior import posterior as condition
from burncast.distributions.errors import InputError
from burncast.engine.scenario import ScenarioSource, load

__all__ = ["FILES", "Posterior", "plain_posterior", "posterior", "save_posterior"]

SCENARIO_FILE = "posterior.toml"
FILES = (SCENARIO_FILE, PARTICLES_FILE, "posterior.json", "posterior.svg", "posterior.png")


def posterior(
    scenario: ScenarioSource,
    observations: str | os.PathLike[str] | Iterable[Mapping[str, Any]],
    seed: int = 0,
    *,
    particles: int = 1024,
    runs: int = 4,
    moves: int = 24,
    threads: int | None = None,
) -> Posterior:
    """Condition a scenario on observed figures: its inputs, and the shocks of its processes up to the last of them.

    Parameters
    ----------
    scenario
        What :func:`burncast.load` returned, or anything that it reads: the prior.
    observations
        A CSV or TOML file, or rows with the same keys: ``variable``, ``aggregate``, ``period``, what is said
        (``low``/``central``/``high``, or ``value`` and ``sd``), ``unit``, ``source``. Rows on the same figure are
        sources that contradict each other, and weigh in as a mixture.
    particles, runs, moves
        Trajectories of each run, a multiple of 16; independent runs; steps of each trajectory at each level. More moves
        help where ``r_hat`` is above 1.05, more particles where the effective sample size is small.
    threads
        Threads to compute on; the result does not depend on it.

    The result's ``scenario`` begins with the posterior: simulate it onward, or keep it with :func:`save_posterior`.
    ``inputs``, ``processes`` and ``strains`` compare before and after; ``log_evidence`` weighs scenarios.

    Raises DataError for observations that cannot be read, and InputError where the scenario cannot produce them.

    >>> import burncast
    >>> found = burncast.posterior({
    ...     "scenario": {"periods": 12},
    ...     "inputs": {"burn": "normal(mean=1, sd=0.3)"},
    ...     "stocks": {"cash": {"start": 6.5, "next": "cash - burn"}},
    ...     "ruin": {"when": "cash < 0", "need": "-cash"},
    ... }, [{"variable": "cash", "period": 3, "value": 2.9, "sd": 0.3}], seed=7)
    >>> burn = found.inputs[0].posterior                          # exactly: 1.18 ± 0.09
    >>> round(burn.mean, 1), round(burn.sd, 1), found.r_hat < 1.05
    (1.2, 0.1, True)
    >>> result = burncast.simulate(found.scenario, 10_000, seed=7)
    >>> result["runway"].sel(quantile=0.5).item()
    6.0
    """
    loaded = load(scenario)
    return condition(loaded, observations, particles=particles, runs=runs, moves=moves, seed=seed, threads=threads)


def save_posterior(found: Posterior, folder: str | os.PathLike[str]) -> list[Path]:
    """Write the scenario that begins with the posterior into a folder, with its particles, figures and picture.

    ``posterior.toml`` is simulated as any scenario is, and may be extended; ``posterior.npz`` has to stay beside it.
    Raises InputError where the folder cannot be written, or lacks data files that the scenario reads.
    """
    from burncast.engine.draws.particles import encode_particles
    from burncast.outputs.charts.chart_style import encode_figure
    from burncast.outputs.charts.posterior_plot import posterior_plot
    from burncast.outputs.files.store import CREATED_BY, encode_json, write_files

    place, particles = Path(folder), found.scenario.particles
    assert particles is not None
    for name in re.findall(r"^# sha256 of (.+): [0-9a-f]{64}$", found.scenario.text, re.MULTILINE):
        if not (place / name).exists():
            raise InputError(
                f"the scenario reads {name!r}, which is not in {place}: copy it there, or choose its folder"
            )
    plain = plain_posterior(found)
    figure = posterior_plot(plain)
    contents = {
        SCENARIO_FILE: found.scenario.text.encode(),
        PARTICLES_FILE: encode_particles(particles, CREATED_BY),
        "posterior.json": encode_json(plain),
        **{f"posterior.{kind}": encode_figure(figure, kind) for kind in ("svg", "png")},
    }
    return write_files(place, contents, FILES)


def plain_posterior(found: Posterior) -> dict[str, Any]:
    """Everything that was found as what JSON can hold; numbers are those of :class:`burncast.Posterior`."""
    from burncast.outputs.files.store import CREATED_BY
    from burncast.outputs.results.summary import as_plain

    skipped = {"scenario", "figures", "inputs", "processes", "strains"}
    numbers = {
        field.name: getattr(found, field.name) for field in dataclasses.fields(found) if field.name not in skipped
    }
    learned = {
        kind: [
            {
                "name": one.name,
                "prior": one.prior,
                "posterior": one.posterior,
                "shift": one.shift,
                "shrinkage": one.shrinkage,
            }
            for one in several
        ]
        for kind, several in (("inputs", found.inputs), ("processes", found.processes))
    }
    strains = [{**as_plain(one), "strains": one.strains} for one in found.strains]
    plain: dict[str, Any] = as_plain(
        {
            "created_by": CREATED_BY,
            "title": found.scenario.title,
            "sha256": found.scenario.sha256,
            **numbers,
            **learned,
            "observations": strains,
        }
    )
    return plain
