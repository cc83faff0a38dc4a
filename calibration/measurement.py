"""What a source says of a figure, as a law of the figure it reports given the true one.

==================  ================================================================================================
said                law
==================  ================================================================================================
value ± sd          normal around the truth
low to high         5 % lie below low and 95 % below high: log-normal where both are above 0, else normal
low, central, high  central is the figure reported; two halves of normal laws (Fechner 1897), of logarithms where all
                    are above 0, of which 5 % lie beyond low and beyond high if they were whole
low, or high        the truth is not below, or not above; with an sd the edge is a normal distribution function
==================  ================================================================================================

Densities are those of the report, y, as a function of the truth, x, so that their product is a likelihood and its mean
over the prior an evidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.portable import log
from burncast.engine.numerics.elementary_numpy import normal_cdf

__all__ = ["Z95", "Measurement"]

Floats: TypeAlias = NDArray[np.float64]

Z95 = 1.6448536269514722
"""The 95 % quantile of the standard normal law."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """``central`` reported; ``below`` and ``above``: the standard deviation (of the logarithm, for ``lognormal``) where
    the truth lies below the report, and above it. Of a bound both are the width of its edge, 0 where it is sharp.
    """

    kind: Literal["normal", "lognormal", "at least", "at most"]
    central: float
    below: float
    above: float

    @property
    def is_bound(self) -> bool:
        """Whether only one side is stated."""
        return self.kind in ("at least", "at most")

    def log_density(self, truth: Floats) -> Floats:
        """Log-density of the report (of a bound: the log-probability that it holds), float64[N]; −inf: impossible."""
        if self.is_bound:
            return _log(self._holds(truth))
        distance = self._distance(truth)
        scaled = distance / np.where(distance > 0.0, self.above, self.below)
        peak = 0.5 * math.log(2.0 / math.pi) - math.log(self.below + self.above)
        if self.kind == "lognormal":
            peak -= math.log(self.central)
        return np.where(np.isfinite(distance), peak - 0.5 * scaled * scaled, -math.inf)

    def probability_below(self, truth: Floats) -> Floats:
        """The probability of a report as low as this one or lower, float64[N]; of a bound, that it holds."""
        if self.is_bound:
            return self._holds(truth)
        distance = self._distance(truth)
        whole = self.below + self.above
        lower = 2.0 * self.below * normal_cdf(np.minimum(distance, 0.0) / self.below)
        upper = self.above * (2.0 * normal_cdf(np.maximum(distance, 0.0) / self.above) - 1.0)
        return 1.0 - np.clip((lower + upper) / whole, 0.0, 1.0)

    def deviations(self, truth: Floats) -> Floats:
        """How far the truth lies above the report, in its standard deviations; of a bound, how far beyond it, or 0.

        A sharp bound has no deviation of its own: a hundredth of it stands for one.
        """
        if not self.is_bound:
            distance = self._distance(truth)
            return np.asarray(distance / np.where(distance > 0.0, self.above, self.below))
        width = self.above or max(0.01 * abs(self.central), 1e-300)
        beyond = (truth - self.central) / width
        return np.minimum(beyond, 0.0) if self.kind == "at least" else np.maximum(beyond, 0.0)

    def _holds(self, truth: Floats) -> Floats:
        beyond = truth - self.central if self.kind == "at least" else self.central - truth
        return normal_cdf(beyond / self.above) if self.above > 0.0 else np.where(beyond >= 0.0, 1.0, 0.0)

    def _distance(self, truth: Floats) -> Floats:
        if self.kind == "normal":
            return truth - self.central
        return _log(truth) - math.log(self.central)


def _log(x: Floats) -> Floats:
    """log x, −inf from 0 down."""
    return np.where(x > 0.0, log(np.where(x > 0.0, x, 1.0)), -math.inf)
