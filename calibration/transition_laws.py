"""The processes that can be fitted, each as the law of a series' transitions.

=======================  ==================================================================================
``gbm``, ``random_walk``  drift and volatility per year
``ou``, ``log_ou``        half-life in years, mean, volatility
``ar1``                   phi, mean and sd per period of ``step``
``jump_diffusion``        ``gbm`` and ``jumps`` of its logarithm
``markov_gbm``            ``gbm`` whose drift and volatility follow a Markov chain with two states
``markov_random_walk``    ``random_walk`` whose drift and volatility follow such a chain
=======================  ==================================================================================

``season=True`` adds a yearly wave and ``trend=True`` a line (of the logarithm for ``log_ou``). Observations may lie at
any times; a Markov chain moves once a period of ``step``, and the last observation of each period counts.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from burncast.calibration.gaussian_process import GaussianProcess
from burncast.calibration.jump_diffusion import JumpDiffusion
from burncast.calibration.observed_information import Array
from burncast.calibration.observed_series import ObservedSeries
from burncast.calibration.regime_switching import RegimeSwitching
from burncast.distributions.errors import DataError, InputError, Problem, nearest_name
from burncast.engine.language.scenario_model import YEARS_PER_STEP, Step

__all__ = ["LOGARITHMIC", "PROCESS_NAMES", "REVERTING", "TransitionLaw", "check_process", "transition_law"]

TransitionLaw: TypeAlias = GaussianProcess | JumpDiffusion | RegimeSwitching

LOGARITHMIC = ("gbm", "log_ou", "jump_diffusion", "markov_gbm")
"""Those that take logarithms, so that all values must be above 0."""
PROCESS_NAMES = (*LOGARITHMIC, "ou", "random_walk", "ar1", "markov_random_walk")
REVERTING = ("ou", "log_ou", "ar1")
"""Those that return to a mean."""
_LINEAR = (*REVERTING, "gbm", "random_walk")
_MOST_PERIODS = 60


def check_process(name: str) -> None:
    """Raise an :class:`InputError` where ``name`` is none of :data:`PROCESS_NAMES`."""
    if name not in PROCESS_NAMES:
        nearest, expected = nearest_name(name, PROCESS_NAMES), f"one of {', '.join(PROCESS_NAMES)}"
        raise InputError(str(Problem(f"there is no process {name!r} to fit", expected=expected, nearest=nearest)))


def transition_law(
    series: ObservedSeries, process: str, step: Step, *, season: bool = False, trend: bool = False
) -> tuple[TransitionLaw, ObservedSeries]:
    """The law of the series under one of :data:`PROCESS_NAMES`, and the observations that it uses.

    Raises :class:`DataError` where the series cannot be of that law, :class:`InputError` where the process takes no
    season or trend.
    """
    _check(series, process, season, trend)
    if process.startswith("markov"):
        used, periods = _by_periods(series, step)
        return _regimes(used, periods, step, process), used
    return _linear_or_jumping(series, process, step, season, trend), series


def _check(series: ObservedSeries, process: str, season: bool, trend: bool) -> None:
    if process in LOGARITHMIC:
        wrong = np.flatnonzero(series.values <= 0)
        if len(wrong):
            place = int(wrong[0])
            when = series.times[place] if series.dates is None else str(series.dates[place])[:10]
            more = f" (and {len(wrong) - 1:,} more)" if len(wrong) > 1 else ""
            message = f"the value at {when} is {series.values[place]:g}{more}, and {process} takes logarithms"
            raise DataError([Problem(message, expected="values above 0, or a process such as ou or random_walk")])
    if np.ptp(series.values) == 0:
        raise DataError([Problem(f"all values are {series.values[0]:g}", expected="a series that moves")])
    if (season or trend) and process not in _LINEAR:
        raise InputError(f"{process} takes no season and no trend; expected one of {', '.join(_LINEAR)}")
    if trend and process not in REVERTING:
        raise InputError(f"trend=True with {process}: its drift is the trend; expected one of {', '.join(REVERTING)}")
    if season and series.span < 1.0:
        message = f"the series is {series.span:.2g} years long, too short for a season"
        raise DataError([Problem(message, expected="at least a year, better several")])


def _linear_or_jumping(series: ObservedSeries, process: str, step: Step, season: bool, trend: bool) -> TransitionLaw:
    logarithms = process in LOGARITHMIC
    y = np.log(series.values) if logarithms else series.values
    if process == "jump_diffusion":
        return JumpDiffusion(series.times, y)
    columns, names = [], []
    if trend:
        columns.append(series.times - series.times[-1])
        names.append("trend")
    if season:
        columns += [np.cos(2 * np.pi * (series.months - peak) / 12) for peak in (1, 4)]
        names += ["season_january", "season_april"]
    pattern = np.column_stack(columns) if columns else np.zeros((len(y), 0))
    size = 3 + len(names)
    if len(y) <= size + 1:
        message = f"{len(y)} observations are too few for the {size} parameters of {process}"
        raise DataError([Problem(message, expected=f"at least {size + 2}")])
    if process == "ar1":
        times = series.times / YEARS_PER_STEP[step]
        whole = np.round(times)
        times = whole if bool(np.all(np.abs(times - whole) < 1e-6)) else times
        return GaussianProcess(times, y, "phi", False, pattern, tuple(names))
    if process in REVERTING:
        return GaussianProcess(series.times, y, "speed", logarithms, pattern, tuple(names))
    return GaussianProcess(series.times, y, "none", logarithms, pattern, tuple(names))


def _regimes(series: ObservedSeries, periods: Array, step: Step, process: str) -> RegimeSwitching:
    if len(periods) < 20:
        message = f"{len(periods)} {step}s are too few to tell two regimes apart"
        raise DataError([Problem(message, expected="at least 20 observations in different periods")])
    if np.diff(periods).max() > _MOST_PERIODS:
        place = int(np.argmax(np.diff(periods)))
        when = series.times[place] if series.dates is None else str(series.dates[place])[:10]
        message = f"after {when} there is a gap of {int(np.diff(periods).max())} {step}s"
        raise DataError([Problem(message, expected=f"gaps of at most {_MOST_PERIODS}")])
    y = np.log(series.values) if process in LOGARITHMIC else series.values
    return RegimeSwitching(periods, y, YEARS_PER_STEP[step], process in LOGARITHMIC)


def _by_periods(series: ObservedSeries, step: Step) -> tuple[ObservedSeries, Array]:
    """The last observation of each period, and the numbers of those periods."""
    if series.dates is None:
        number = np.floor(series.times / YEARS_PER_STEP[step] + 1e-6).astype(np.int64)
    elif step == "week":
        days = series.dates.astype("datetime64[D]").astype(np.int64)
        number = (days - days[0]) // 7
    else:
        number = series.dates.astype("datetime64[M]").astype(np.int64) // (3 if step == "quarter" else 1)
    last = np.flatnonzero(np.append(np.diff(number) > 0, True))
    return series.picked(last), (number[last] - number[0]).astype(np.float64)
