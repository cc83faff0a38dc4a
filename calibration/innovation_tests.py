"""Do the standardised innovations of a fitted process look like independent standard normals?

* ``ljung_box`` of the innovations (dependence) and of their squares (volatility that clusters; McLeod and Li 1983):
  n(n + 2) Σ ρ̂ₖ²/(n − k) over h lags is nearly χ² with h degrees of freedom, less one for each fitted autoregression.
* ``jarque_bera``: n/6·(skewness² + excess²/4), nearly χ² with 2 degrees of freedom.
* ``kolmogorov_smirnov``: the largest distance of their distribution function from the normal one; parameters were
  fitted, so that its p-value is too high.

Sources: Ljung and Box 1978, *Biometrika* 65, 297–303; McLeod and Li 1983, *Journal of Time Series Analysis* 4, 269–273;
Jarque and Bera 1987, *International Statistical Review* 55, 163–172.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from burncast.calibration.observed_information import Array

__all__ = ["InnovationTests", "TestResult", "innovation_tests", "jarque_bera", "ljung_box"]


@dataclass(frozen=True, slots=True)
class TestResult:
    """A test statistic, its p-value, and the degrees of freedom of its χ² law (0 where it has none)."""

    statistic: float
    p_value: float
    df: int = 0

    __test__ = False


@dataclass(frozen=True)
class InnovationTests:
    """The tests, and the data of the QQ plot: ``sorted_innovations`` against ``normal_quantiles``, f64[n]."""

    innovations: Array
    ljung_box: TestResult
    ljung_box_squares: TestResult
    jarque_bera: TestResult
    kolmogorov_smirnov: TestResult
    sorted_innovations: Array
    normal_quantiles: Array

    def findings(self, level: float = 0.01) -> tuple[str, ...]:
        """What contradicts the law, in sentences."""
        said = (
            (self.ljung_box, "the innovations depend on earlier ones"),
            (
                self.ljung_box_squares,
                "volatility changes over time (squares of the innovations depend on earlier ones)",
            ),
            (self.jarque_bera, "the innovations are not normal (skewness or heavy tails)"),
        )
        return tuple(f"{text}: p = {result.p_value:.2g}" for result, text in said if result.p_value < level)


def innovation_tests(innovations: Array, fitted: int = 0) -> InnovationTests:
    """All tests of standardised innovations in order of time; ``fitted`` autoregressive parameters were estimated."""
    n = len(innovations)
    lags = max(min(10, n // 5), fitted + 1)
    ordered = np.sort(innovations)
    distribution = special.ndtr(ordered)
    steps = np.arange(1, n + 1) / n
    distance = float(max((steps - distribution).max(), (distribution - steps + 1 / n).max()))
    return InnovationTests(
        innovations,
        ljung_box(innovations, lags, fitted),
        ljung_box(innovations**2, lags),
        jarque_bera(innovations),
        TestResult(distance, float(special.kolmogorov(distance * np.sqrt(n)))),
        ordered,
        np.asarray(special.ndtri((np.arange(1, n + 1) - 0.5) / n)),
    )


def ljung_box(series: Array, lags: int, fitted: int = 0) -> TestResult:
    """Whether the first ``lags`` autocorrelations of a series are all 0."""
    n = len(series)
    centred = series - series.mean()
    power = float(centred @ centred)
    if power == 0.0:
        return TestResult(0.0, 1.0, lags - fitted)
    shares = [float(centred[k:] @ centred[:-k]) / power for k in range(1, min(lags, n - 1) + 1)]
    statistic = n * (n + 2) * sum(share**2 / (n - k) for k, share in enumerate(shares, start=1))
    return TestResult(statistic, float(special.chdtrc(lags - fitted, statistic)), lags - fitted)


def jarque_bera(series: Array) -> TestResult:
    """Whether skewness and kurtosis are those of a normal law."""
    centred = series - series.mean()
    second = float(np.mean(centred**2))
    if second == 0.0:
        return TestResult(0.0, 1.0, 2)
    skewness = float(np.mean(centred**3)) / second**1.5
    excess = float(np.mean(centred**4)) / second**2 - 3.0
    statistic = len(series) / 6.0 * (skewness**2 + excess**2 / 4.0)
    return TestResult(statistic, float(special.chdtrc(2, statistic)), 2)
