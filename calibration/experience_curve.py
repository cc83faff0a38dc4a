"""Experience curves: cost falls by the same share with every doubling of the cumulative volume.

log cost = log a − b·log volume, by least squares; the learning rate is 1 − 2^(−b). Written around the mean of the
logarithms the two estimates are uncorrelated, and each is Student t with n − 2 degrees of freedom, exactly, if errors
are independent and lognormal. Sources: Wright 1936, *Journal of the Aeronautical Sciences* 3, 122–128; Seber and Lee
2003, *Linear Regression Analysis*, §6.1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from burncast.calibration.entry import Entry
from burncast.calibration.innovation_tests import ljung_box
from burncast.calibration.observed_information import Array
from burncast.distributions.amounts import format_amount
from burncast.distributions.errors import DataError, Problem
from burncast.distributions.notebook_view import Shown, View

__all__ = ["ExperienceCurve", "fit_experience_curve"]

_FEWEST = 4


@dataclass(frozen=True)
class ExperienceCurve(Shown):
    """cost = ``reference_cost``·(volume/``reference_volume``)^(−``exponent``).

    With standard errors of the exponent and of the logarithm of the reference cost, the sd of the logarithms'
    ``residual``, and ``df`` degrees of freedom.
    """

    exponent: float
    exponent_se: float
    reference_volume: float
    reference_cost: float
    log_reference_se: float
    residual: float
    df: int
    statements: tuple[str, ...]

    @property
    def learning_rate(self) -> float:
        """The share by which cost falls with every doubling."""
        return 1.0 - math.pow(2.0, -self.exponent)

    @property
    def learning_rate_interval(self) -> tuple[float, float]:
        """Of 95 %."""
        reach = float(special.stdtrit(self.df, 0.975)) * self.exponent_se
        low, high = (1.0 - 2.0 ** -(self.exponent + sign * reach) for sign in (-1, 1))
        return low, high

    def at(self, volume: Array) -> Array:
        """The fitted cost."""
        return np.asarray(self.reference_cost * (np.asarray(volume) / self.reference_volume) ** -self.exponent)

    def entries(
        self, name: str, volume: str, *, unit: str | None = None, source: str | None = None, uncertain: bool = True
    ) -> list[Entry]:
        """Inputs for the exponent and the reference, and a formula ``name`` of the scenario's cumulative ``volume``."""
        note = f"least squares of logarithms, n = {self.df + 2}, residual sd {self.residual:.2g}"
        note = "; ".join([note, *self.statements])
        level, exponent = f"{name}_reference", f"{name}_exponent"
        reference: float | str = self.reference_cost
        power: float | str = self.exponent
        if uncertain:
            mean = math.log(self.reference_cost)
            reference = f"exp(student_t(df={self.df}, mean={mean:.6g}, scale={self.log_reference_se:.6g}))"
            power = f"student_t(df={self.df}, mean={self.exponent:.6g}, scale={self.exponent_se:.6g})"
        found = [
            Entry(level, reference, unit=None if uncertain else unit, source=source, note=note),
            Entry(exponent, power, source=source, note=note),
        ]
        value = f"{level} * ({volume} / {self.reference_volume:.6g}) ** (-{exponent})"
        rate = f"falls by {100 * self.learning_rate:.3g} % with every doubling of {volume}"
        return [*found, Entry(name, value, "formulas", unit=unit, source=source, note=rate)]

    def _view(self) -> View:
        low, high = self.learning_rate_interval
        rows = [
            ["fall with every doubling", f"{100 * self.learning_rate:.3g} % ({100 * low:.3g} to {100 * high:.3g} %)"],
            ["exponent", f"{self.exponent:.3g} ± {self.exponent_se:.2g}"],
            ["cost at the reference volume", format_amount(self.reference_cost)],
            ["reference volume", format_amount(self.reference_volume)],
        ]
        return View("An experience curve", ["", ""], rows, remarks=self.statements)


def fit_experience_curve(
    volume: Sequence[float] | NDArray[Any], cost: Sequence[float] | NDArray[Any]
) -> ExperienceCurve:
    """Fit costs against cumulative volumes, in order of time.

    Raises :class:`DataError` for values that are not above 0, lengths that differ, fewer than four, or volumes all
    alike.
    """
    x, y = (np.asarray(one, dtype=np.float64) for one in (volume, cost))
    if x.shape != y.shape or x.ndim != 1:
        raise DataError(
            [Problem(f"there are {x.shape} volumes for {y.shape} costs", expected="lists of the same length")]
        )
    for name, values in (("volume", x), ("cost", y)):
        wrong = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
        if len(wrong):
            raise DataError(
                [Problem(f"the {name} at place {wrong[0]} is {values[wrong[0]]:g}", expected="a number above 0")]
            )
    if len(x) < _FEWEST:
        raise DataError([Problem(f"there are {len(x)} observations", expected=f"at least {_FEWEST}")])
    log_x, log_y = np.log(x), np.log(y)
    centred = log_x - log_x.mean()
    power = float(centred @ centred)
    if power == 0.0:
        raise DataError([Problem("all volumes are the same", expected="volumes that grow")])
    slope = float(centred @ log_y) / power
    residuals = log_y - log_y.mean() - slope * centred
    df = len(x) - 2
    variance = float(residuals @ residuals) / df
    said = []
    if len(x) >= 8 and ljung_box(residuals, 2).p_value < 0.05:
        said.append("neighbouring residuals are alike: the standard errors are too small")
    if abs(slope) < float(special.stdtrit(df, 0.975)) * math.sqrt(variance / power):
        said.append("the exponent cannot be told from 0: costs do not clearly depend on the volume")
    return ExperienceCurve(
        -slope,
        math.sqrt(variance / power),
        math.exp(log_x.mean()),
        math.exp(log_y.mean()),
        math.sqrt(variance / len(x)),
        math.sqrt(variance),
        df,
        tuple(said),
    )
