"""What a series of finite length says about mean reversion.

* How well the speed κ is known depends on the length T of the series, hardly on how densely it was observed: its
  standard error is near √(2κ/T), and its estimate is too high by about 4/T where the mean is fitted too (Tang and Chen
  2009, *Journal of Econometrics* 149, 65–81).
* Whether it reverts at all is asked by the likelihood ratio against a random walk without drift. Its law is not χ² but
  that of Dickey and Fuller's Φ₁ (1981, *Econometrica* 49, 1057–1072, table IV), whose 5 % points are used.
* The interval of the half-life holds all values whose profile likelihood is within χ²₁ of the maximum; its upper end is
  infinite where even a deviation that hardly moves within the series is as likely.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from burncast.calibration.gaussian_process import GaussianProcess
from burncast.calibration.observed_information import Array

__all__ = ["MeanReversion", "mean_reversion", "reversion_statements"]

_SIZES = np.array([25.0, 50.0, 100.0, 250.0, 500.0])
_CRITICAL = np.array([5.18, 4.86, 4.71, 4.63, 4.61])
"""5 % points of Φ₁ at those sample sizes; 4.59 in the limit."""
_HALF_LIVES_NEEDED = 26
"""For κ to be three of its standard errors: κT/2 = 9, in half-lives 18/ln 2."""


@dataclass(frozen=True, slots=True)
class MeanReversion:
    """``interval`` of the reversion's coordinate (infinite ends where the series sets none), 95 %.

    ``likelihood_ratio`` against a random walk and the ``critical`` value above which it reverts are nan where a trend
    or a season was fitted; ``span`` is the length of the series.
    """

    interval: tuple[float, float]
    likelihood_ratio: float
    critical: float
    span: float

    @property
    def reverts(self) -> bool:
        """Whether the series tells the process from a random walk."""
        return math.isfinite(self.interval[1]) and not self.likelihood_ratio < self.critical


def mean_reversion(law: GaussianProcess, coordinates: Array) -> MeanReversion:
    """What the observations of ``law`` say, the coordinates being those of greatest likelihood."""
    at = float(coordinates[0])
    low, high = law.bounds
    height = law.profile(at)
    target = height - 0.5 * float(special.chdtri(1, 0.05))

    def excess(where: float) -> float:
        return law.profile(where) - target

    below = float(optimize.brentq(excess, low, at)) if at > low and excess(low) < 0 else -math.inf
    above = float(optimize.brentq(excess, at, high)) if at < high and excess(high) < 0 else math.inf
    n = len(law.gaps)
    if law.pattern.shape[1]:
        ratio = critical = math.nan
    else:
        gained = np.diff(law.y)
        variance = float(np.mean(gained**2 / law.gaps))
        walk = -0.5 * n * (math.log(2 * math.pi * variance) + 1.0) - 0.5 * float(np.log(law.gaps).sum())
        ratio = 2.0 * (height - walk)
        point = float(np.interp(1.0 / max(n, 25), [0.0, *(1.0 / _SIZES[::-1])], [4.59, *_CRITICAL[::-1]]))
        critical = n * math.log1p(2.0 * point / max(n - 2, 1))
    return MeanReversion((below, above), ratio, critical, float(law.times[-1] - law.times[0]))


def reversion_statements(law: GaussianProcess, coordinates: Array, found: MeanReversion) -> list[str]:
    """What the series cannot tell of the reversion, and what would; in sentences."""
    per = "years" if law.reversion == "speed" else "periods"
    name, value = law.parameters[0].name, law.parameters[0].value(float(coordinates[0]))
    phi = value if law.reversion == "phi" else math.nan
    half_life = math.log(2.0) / -math.log(phi) if law.reversion == "phi" and 0 < phi < 1 else value
    speed = math.log(2.0) / half_life if half_life > 0 else math.inf
    span, typical = found.span, float(np.median(law.gaps))
    said = []
    if law.reversion == "speed" and half_life < 0.5 * typical:
        said.append(
            f"half_life is not identified: deviations are over within the {typical:.3g} {per} from one observation "
            "to the next; a denser series would identify it"
        )
    elif not found.reverts and (law.reversion == "speed" or phi > 0):
        ratio = (
            ""
            if math.isnan(found.likelihood_ratio)
            else (f" (likelihood ratio {found.likelihood_ratio:.2f}, {found.critical:.2f} would be needed)")
        )
        said.append(
            f"{name} and mean are not identified: the series cannot be told from a random walk{ratio}; at the fitted "
            f"half-life of {half_life:.3g} {per} about {_HALF_LIVES_NEEDED * half_life:.2g} {per} of data would be "
            f"needed, not the {span:.3g} there are, and observing more often does not help"
        )
    if math.isfinite(speed) and law.reversion == "speed" and half_life >= 0.5 * typical and 4.0 / span > 0.1 * speed:
        said.append(
            f"half_life is too short by the bias of short series: the speed of {speed:.3g} a year is too high by about "
            f"4/{span:.3g} = {4.0 / span:.2g}, which a bootstrap corrects"
        )
    return said
