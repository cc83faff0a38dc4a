"""The verb ``sensitivity``: where the uncertainty of an output comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from burncast.distributions.errors import InputError, nearest_name

if TYPE_CHECKING:
    import xarray as xr

    from burncast.engine.scenario import ScenarioSource

__all__ = ["METHODS", "parse_groups", "sensitivity"]

METHODS = ("sobol", "shapley", "tornado")
FEWEST, MOST = 256, 1 << 26

Progress = Callable[[int, int], None]


def sensitivity(
    scenario: ScenarioSource,
    output: str = "ruin_probability",
    method: str = "sobol",
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
    trajectories: int = 16_384,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """What the uncertainty of ``output`` comes from (:mod:`burncast.outputs.results.sensitivity_dataset` lays it out).

    Parameters
    ----------
    scenario
        What :func:`burncast.load` returned, or anything that it reads.
    output
        ``ruin_probability[24]``, ``runway``, ``funding_need``, or a quantity, ``cash_mean[36]``.
    method
        ``sobol``: first-order and total indices of independent sources, the split into inputs and processes, and the
        band of the output over the inputs. ``shapley``: effects that add up to one, of dependent sources too.
        ``tornado``: each input at its 10 % and 90 % quantile.
    groups
        Name → quantities that are asked as one (not for the tornado); all others stand for themselves.
    trajectories
        How many are drawn in each run; there is one run for each source, and some more.
    seed
        0 to 2⁶⁴ − 1. The result depends on scenario, output, method, groups, trajectories and seed alone.
    progress
        Called with (runs done, total expected).

    Raises InputError for what the caller can mend, an output that does not vary included.

    >>> import burncast
    >>> found = burncast.sensitivity({
    ...     "scenario": {"periods": 1},
    ...     "inputs": {"a": "normal(0, 3)", "b": "normal(0, 4)"},
    ...     "stocks": {"cash": {"start": 0, "next": "a + b"}},
    ... }, "cash_mean")
    >>> found["total"].round(1).sel(source=["a", "b"]).values.tolist()
    [0.4, 0.6]
    """
    from burncast.engine.questions.sensitivity import Question
    from burncast.engine.scenario import load
    from burncast.engine.simulate import check_seed_and_threads
    from burncast.outputs.results.sensitivity_dataset import shapley_dataset, tornado_dataset, variance_dataset
    from burncast.outputs.results.targets import parse_target

    if method not in METHODS:
        nearest = nearest_name(method, METHODS)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        raise InputError(f"method is {method!r}; expected one of {', '.join(METHODS)}{hint}")
    if not FEWEST <= trajectories <= MOST:
        raise InputError(f"trajectories is {trajectories:,}; expected a number from {FEWEST:,} to {MOST:,}")
    check_seed_and_threads(seed, threads)
    if groups and method == "tornado":
        raise InputError("a tornado moves inputs one by one; it takes no groups")
    loaded = load(scenario)
    question = Question(loaded, parse_target(output, loaded), trajectories, seed, threads, progress)
    if method == "sobol":
        return variance_dataset(question, question.variance_shares(groups or {}))
    if method == "shapley":
        return shapley_dataset(question, *question.shapley_effects(groups or {}))
    return tornado_dataset(question, *question.tornado())


def parse_groups(texts: Sequence[str]) -> dict[str, list[str]]:
    """Groups as the command line writes them.

    >>> parse_groups(["prices=gpu_price, energy"])
    {'prices': ['gpu_price', 'energy']}
    """
    groups: dict[str, list[str]] = {}
    for text in texts:
        name, sign, members = text.partition("=")
        names = [member.strip() for member in members.split(",") if member.strip()]
        if not sign or not name.strip() or not names:
            raise InputError(f'cannot read the group {text!r}; expected one such as "prices=gpu_price,energy_price"')
        if name.strip() in groups:
            raise InputError(f"the group {name.strip()!r} is given twice")
        groups[name.strip()] = names
    return groups
