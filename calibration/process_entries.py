"""A fitted process as entries of a scenario: parameters that are inputs with a joint law, and what uses them.

The parameters' coordinates are jointly normal, so that each is a ``normal``, ``lognormal`` or ``johnson_sb`` input, and
``[[correlations]]`` holds the correlations of the coordinates. Where the series cannot tell the process from a random
walk, the law of the reversion spans the likelihood-ratio interval, cut at ten times the length of the series; the other
parameters follow the likelihood's ridge.
"""

from __future__ import annotations

import math

import numpy as np

from burncast.calibration.entry import CorrelationEntry, Entry, Section
from burncast.calibration.gaussian_process import GaussianProcess
from burncast.calibration.jump_diffusion import JumpDiffusion
from burncast.calibration.mean_reversion import MeanReversion
from burncast.calibration.observed_information import Array, covariance_from, observed_information
from burncast.calibration.process_fit import ProcessFit
from burncast.calibration.regime_switching import STATES, RegimeSwitching
from burncast.distributions.errors import InputError

__all__ = ["innovating_process", "process_entries"]

_NORMAL_95 = 1.959963984540054
_SEASONS = {"season_january": 1, "season_april": 4}
_NEARBY = 0.05
_SLIGHT = 0.005
"""Correlations below this are left out."""


def process_entries(
    fit: ProcessFit, name: str, *, unit: str | None = None, source: str | None = None, uncertain: bool = True
) -> list[Entry | CorrelationEntry]:
    """Entries that make ``name`` a quantity of a scenario, starting at the last observation.

    The parameters are inputs ``<name>_<parameter>`` with a joint law, or numbers if not ``uncertain``. Several
    processes (a diffusion and its jumps, a regime and what it drives, a process and its season) are joined by a
    formula ``name``. ``source`` says where the data came from.

    Raises :class:`InputError` where the reversion came to the end of what can be looked at: there is no law to state.
    """
    lost = fit.law.at_bound(fit.coordinates)
    if fit.reversion is not None and lost:
        fast = isinstance(fit.law, GaussianProcess) and fit.coordinates[0] < sum(fit.law.bounds) / 2
        instead = "ar1 at the step of the series" if fast else "random_walk or gbm"
        said = next(
            (one for one in fit.statements if "not identified" in one), "it came to the end of what is looked at"
        )
        raise InputError(f"{lost[0]} cannot be stated: {said}. Fit {instead}, or state {lost[0]} from judgement")
    centre, spread = _law_of_parameters(fit)
    known = _Parameters(fit, name, unit, source, centre, spread if uncertain else np.full_like(spread, np.nan))
    entries = known.inputs()
    entries += _BUILDERS[type(fit.law)](fit, known)
    return entries + known.correlations()


def innovating_process(fit: ProcessFit, name: str) -> str:
    """The process whose shocks are the series' innovations, for ``[[correlations]]`` between processes."""
    return name if _plain(fit) or isinstance(fit.law, RegimeSwitching) else f"{name}_base"


def _plain(fit: ProcessFit) -> bool:
    return isinstance(fit.law, GaussianProcess) and not fit.law.pattern_names


def _law_of_parameters(fit: ProcessFit) -> tuple[Array, Array]:
    """Mean and covariance of the coordinates; nan on the diagonal where a number is all that can be said."""
    centre, spread = fit.centre.copy(), fit.spread.copy()
    if fit.reversion is not None and not fit.reversion.reverts:
        return _along_the_ridge(fit, fit.reversion)
    if isinstance(fit.law, JumpDiffusion):
        # The lean of the jumps is a constant of the law of their size: the others' law given that it is right.
        free = [place for place in range(4) if math.isfinite(spread[place, place])]
        if fit.bootstrap is None and math.isfinite(spread[4, 4]):
            used = [*free, 4]
            inside = covariance_from(np.asarray(np.linalg.inv(spread[np.ix_(used, used)]))[:-1, :-1])
            spread[np.ix_(free, free)] = inside
        spread[4] = spread[:, 4] = np.nan
    return centre, spread


def _along_the_ridge(fit: ProcessFit, found: MeanReversion) -> tuple[Array, Array]:
    """The reversion has its likelihood-ratio interval; the others follow the likelihood's ridge, with their covariance
    at the middle of the interval."""
    law, limit = fit.law, _slowest(fit)
    assert isinstance(law, GaussianProcess)
    low, high = found.interval
    if not math.isfinite(low):
        fastest = math.log(0.25 * float(np.median(law.gaps))) if law.reversion == "speed" else math.inf
        low = min(fastest, float(fit.coordinates[0]))
    high = max(min(high, limit), float(fit.coordinates[0]))
    middle, variance = (low + high) / 2, ((high - low) / (2 * _NORMAL_95)) ** 2
    centre = law.at_reversion(middle)

    def log_likelihood(others: Array) -> float:
        return law.log_likelihood(np.append(middle, others))

    spread = np.zeros((len(centre), len(centre)))
    spread[1:, 1:] = covariance_from(observed_information(log_likelihood, centre[1:]))
    slopes = (law.at_reversion(middle + _NEARBY) - law.at_reversion(middle - _NEARBY)) / (2 * _NEARBY)
    return centre, spread + variance * np.outer(slopes, slopes)


def _slowest(fit: ProcessFit) -> float:
    """The coordinate of a half-life of ten times the series."""
    longest = 10.0 * float(fit.law.gaps.sum())
    if fit.process == "ar1":
        phi = 0.5 ** (1.0 / longest)
        return math.log((1.0 + phi) / (1.0 - phi))
    return math.log(longest)


class _Parameters:
    """What stands for each parameter in expressions, and the inputs behind it."""

    def __init__(
        self, fit: ProcessFit, name: str, unit: str | None, source: str | None, centre: Array, spread: Array
    ) -> None:
        self.fit, self.name, self.unit, self.source = fit, name, unit, source
        self._centre, self._spread = centre, spread
        self._names = [one.name for one in fit.parameters]
        self._uncertain = [
            place for place, one in enumerate(fit.parameters) if spread[place, place] > 0 and one.name != "jump_lean"
        ]

    def __getitem__(self, parameter: str) -> str:
        """Its input, or its number."""
        place = self._names.index(parameter)
        if place in self._uncertain:
            return f"{self.name}_{parameter}"
        return _number(self.fit.parameters[place].value(float(self._centre[place])))

    def inputs(self) -> list[Entry | CorrelationEntry]:
        """One input for each parameter with a law."""
        found: list[Entry | CorrelationEntry] = []
        plain = self.fit.logarithms or _plain(self.fit)
        for place in self._uncertain:
            one = self.fit.parameters[place]
            at, sd = float(self._centre[place]), math.sqrt(self._spread[place, place])
            law, unit = (
                one.law(at, sd),
                self.unit if one.unit is None and one.name in ("mean", "sd") and plain else one.unit,
            )
            found.append(
                Entry(f"{self.name}_{one.name}", law, unit=unit or None, source=self.source, note=self._note(place))
            )
        if "trend" in self._names and self["trend"] != f"{self.name}_trend":
            value = self.fit.values["trend"]
            unit = self.fit.parameters[self._names.index("trend")].unit
            found.append(Entry(f"{self.name}_trend", value, unit=unit, source=self.source))
        return found

    def _note(self, place: int) -> str:
        fit, one = self.fit, self.fit.parameters[place]
        method = (
            "maximum likelihood"
            if fit.bootstrap is None
            else (f"maximum likelihood, bias corrected by a bootstrap of {len(fit.bootstrap.coordinates)}")
        )
        value, error = fit.values[one.name], fit.standard_errors[one.name]
        if place == 0 and fit.reversion is not None and not fit.reversion.reverts:
            return f"estimate {_number(value)}, n = {fit.count}, likelihood-ratio interval; {fit.statements[0]}"
        return f"estimate {_number(value)} ± {error:.2g}, n = {fit.count}, {method}"

    def correlations(self) -> list[Entry | CorrelationEntry]:
        """Of the coordinates, where there are any."""
        names = [f"{self.name}_{self.fit.parameters[place].name}" for place in self._uncertain]
        spread = self._spread[np.ix_(self._uncertain, self._uncertain)]
        sds = np.sqrt(np.diag(spread))
        matrix = np.round(spread / np.outer(sds, sds), 4)
        matrix = np.where(np.abs(matrix) < _SLIGHT, 0.0, matrix)
        np.fill_diagonal(matrix, 1.0)
        if len(names) < 2 or not np.any(matrix - np.eye(len(names))):
            return []
        comment = f"the parameters of {self.name} were fitted together"
        if len(names) == 2:
            return [CorrelationEntry(tuple(names), rho=float(matrix[0, 1]), comment=comment)]
        return [CorrelationEntry(tuple(names), matrix=tuple(map(tuple, matrix.tolist())), comment=comment)]

    def entry(
        self,
        name: str,
        value: str,
        kind: Section = "processes",
        unit: str | None = None,
        states: tuple[str, ...] | None = None,
    ) -> Entry:
        """A process or formula, with what it was fitted to."""
        note = f"{self.fit.process} fitted to {self.fit.count + 1} observations by maximum likelihood"
        if self.fit.process == "ar1" or self.fit.process.startswith("markov"):
            note += f', per period: for scenarios with step = "{self.fit.step}"'
        said = "" if self._uncertain else ", estimates taken for certain"
        return Entry(name, value, kind, unit=unit, source=self.source, note=note + said, states=states)


def _gaussian(fit: ProcessFit, known: _Parameters) -> list[Entry | CorrelationEntry]:
    law = fit.law
    assert isinstance(law, GaussianProcess)
    names = {
        "none": ("drift", "volatility"),
        "speed": ("mean", "half_life", "volatility"),
        "phi": ("mean", "phi", "sd"),
    }
    arguments = ", ".join(f"{name}={known[name]}" for name in names[law.reversion])
    last, log = float(fit.series.values[-1]), fit.logarithms
    if not law.pattern_names:
        return [known.entry(known.name, f"{fit.process}(start={_number(last)}, {arguments})", unit=known.unit)]
    base, opening = f"{known.name}_base", f"{known.name}_last"
    at_last = dict(zip(law.pattern_names, law.pattern[-1].tolist(), strict=True))
    then = " + ".join(f"{known[one]} * {_number(at_last[one])}" for one in _SEASONS if abs(at_last.get(one, 0)) > 1e-9)
    waves = [f"{known[one]} * (seasonal(1, peak={peak}) - 1)" for one, peak in _SEASONS.items() if one in at_last]
    if "trend" in at_last:
        waves.append(f"{known.name}_trend * time")
    pattern = " + ".join(waves)
    start = (f"{opening} * exp(-({then}))" if log else f"{opening} - ({then})") if then else opening
    value = f"{base} * exp({pattern})" if log else f"{base} + {pattern}"
    unit = known.unit if log else None
    return [
        Entry(opening, last, unit=unit, source=known.source, note="the last observation"),
        known.entry(base, f"{fit.process}(start={start}, {arguments})", unit=unit),
        known.entry(known.name, value, "formulas", unit),
    ]


def _jumping(fit: ProcessFit, known: _Parameters) -> list[Entry | CorrelationEntry]:
    base, jumps = f"{known.name}_base", f"{known.name}_jumps"
    lean = fit.values["jump_lean"]
    size = f"{known['jump_size']} * normal(mean={_number(lean)}, sd={_number(math.sqrt(1 - lean * lean))})"
    last = _number(float(fit.series.values[-1]))
    diffusion = f"gbm(start={last}, drift={known['drift']}, volatility={known['volatility']})"
    return [
        known.entry(base, diffusion, unit=known.unit),
        known.entry(jumps, f"jumps(rate={known['jump_rate']}, size={size})"),
        known.entry(known.name, f"{base} * exp({jumps})", "formulas", known.unit),
    ]


def _switching(fit: ProcessFit, known: _Parameters) -> list[Entry | CorrelationEntry]:
    law = fit.law
    assert isinstance(law, RegimeSwitching)
    regime = f"{known.name}_regime"
    p, q = (known[f"leave_{state}"] for state in STATES)
    now = law.filtered(fit.coordinates)[-1]
    start = f"[{_number(float(now[0]))}, {_number(1.0 - float(_number(float(now[0]))))}]"
    chain = f"markov(transition=[[1 - {p}, {p}], [{q}, 1 - {q}]], start={start})"
    drift, volatility = (
        f"where({regime} == '{STATES[1]}', {known[f'{one}_{STATES[1]}']}, {known[f'{one}_{STATES[0]}']})"
        for one in ("drift", "volatility")
    )
    process = "gbm" if fit.logarithms else "random_walk"
    value = f"{process}(start={_number(float(fit.series.values[-1]))}, drift={drift}, volatility={volatility})"
    return [known.entry(regime, chain, states=STATES), known.entry(known.name, value, unit=known.unit)]


_BUILDERS = {GaussianProcess: _gaussian, JumpDiffusion: _jumping, RegimeSwitching: _switching}


def _number(value: float) -> str:
    return f"{value:.6g}"
