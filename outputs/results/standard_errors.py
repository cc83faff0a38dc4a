"""The standard error of any figure of a run, and how a run is told which one it shall reach.

==================================  =================================================================================
figure                              standard error
==================================  =================================================================================
``ruin_probability[t]``             binomial, after one ruined and one spared trajectory are added (Agresti and Coull
                                    1998): where none was ruined so far the plain formula would say 0
``<tracked>_mean[t]``               sample standard deviation by √n
``runway[p]``, ``funding_need[p]``  from the quantiles at the ends of the interval for the share p (Woodruff 1952,
                                    "Confidence intervals for medians and other position measures")
==================================  =================================================================================

Where a method makes independent replications, what they differ by stands in the place of these formulas: of a mean what
8 pairs of them differ by, of the runway the error of the share in Woodruff's formula. Where there are control variates,
what they leave over is the error of probabilities of ruin and of means.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from burncast.distributions.errors import InputError
from burncast.engine.statistics import replications
from burncast.engine.statistics.precision import Goal
from burncast.outputs.results import estimates
from burncast.outputs.results.conditions import Condition, check_condition, locate_mean, parse_figure
from burncast.outputs.words.amounts import parse_amount

if TYPE_CHECKING:
    from burncast.engine.program import Program
    from burncast.engine.scenario import Scenario
    from burncast.engine.simulate import Simulation

__all__ = ["check_figure", "parse_goal", "standard_error"]

_WIDTH = 1.96
"""Standard errors from a share to the ends of its interval."""


def parse_goal(asked: float | str) -> Goal:
    """The standard error asked for: a number, or a share of the figure, ``"1%"``; InputError where it is neither.

    >>> parse_goal("1%").is_relative, parse_goal("5M").size
    (True, 5000000.0)
    """
    text = asked if isinstance(asked, str) else f"{asked:g}"
    try:
        size = parse_amount(text)
    except ValueError:
        size = math.nan
    if not 0.0 < size < math.inf:
        raise InputError(f'until_se is a standard error greater than 0, such as 0.0005 or "1%", not {text!r}')
    return Goal(text, size, "%" in text)


def check_figure(text: str, scenario: Scenario, program: Program) -> Condition:
    """The figure that a run shall come to know; InputError where there is none such."""
    figure = parse_figure(text)
    check_condition(figure, scenario, program.tracked)
    return figure


def standard_error(figure: Condition, simulation: Simulation) -> float:
    """The standard error of a checked figure; inf where the run is too short to tell."""
    if figure.name in ("runway", "funding_need"):
        return _of_quantile(figure, simulation)
    if figure.name == "ruin_probability":
        return _of_ruin(simulation, simulation.scenario.periods if figure.at is None else int(figure.at))
    row = locate_mean(figure, simulation)
    if simulation.controlled is not None:
        return float(simulation.controlled.means_se[row])
    return (simulation.spread or simulation.tally).mean_se(row)


def _of_ruin(simulation: Simulation, period: int) -> float:
    n = simulation.trajectories
    if simulation.replications is not None or simulation.controlled is not None:
        return max(float(estimates.ruin_probability_se(simulation)[period]), 1.0 / n)
    share = (float(simulation.tally.first_passage[: period + 1].sum()) + 1.0) / (n + 2.0)
    return math.sqrt(share * (1.0 - share) / n)


def _of_quantile(figure: Condition, simulation: Simulation) -> float:
    """0 where a step of the runway holds the whole interval, or where all of it lies beyond the horizon."""
    p = math.nan if figure.at is None else figure.at
    if simulation.spread is not None and figure.name == "funding_need":
        tally = simulation.tally
        return simulation.spread.need_se(p, float(tally.low[-1]), float(tally.high[-1]))
    error = math.sqrt(p * (1.0 - p) / simulation.trajectories)
    quantiles = estimates.runway if figure.name == "runway" else estimates.funding_need
    if simulation.replications is not None:  # of the shares themselves, which control variates leave as they are
        period = min(float(estimates.runway(simulation, [p])[0]), simulation.scenario.periods)
        shares = replications.ruin_shares(simulation.replications)[:, int(period)]
        error = float(replications.standard_error(shares, simulation.replications.sum(axis=1)))
    low, high = p - _WIDTH * error, p + _WIDTH * error
    if not 0.0 < low < high < 1.0:
        return math.inf
    ends = quantiles(simulation, [low, high])
    return 0.0 if ends[0] == ends[1] else float(np.diff(ends)[0]) / (2.0 * _WIDTH)
