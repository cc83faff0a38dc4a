"""Laws beside their SciPy twins, and laws that are hard to draw, for the tests of the distributions."""

from __future__ import annotations

import numpy as np
from scipy import stats

from burncast.distributions.beta import Beta
from burncast.distributions.discrete import constant, discrete
from burncast.distributions.exponential import Exponential
from burncast.distributions.gamma import Gamma
from burncast.distributions.law import Law
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.mixture import mixture
from burncast.distributions.normal import Normal
from burncast.distributions.pareto import Pareto
from burncast.distributions.pert import pert
from burncast.distributions.student_t import StudentT
from burncast.distributions.triangular import Triangular
from burncast.distributions.truncation import truncate
from burncast.distributions.uniform import Uniform
from burncast.distributions.weibull import Weibull

__all__ = ["AWKWARD", "TWINS"]

TWINS = [
    (Normal(-3.0, 2.5), stats.norm(-3, 2.5)),
    (Lognormal(0.3, 0.8), stats.lognorm(0.8, scale=np.exp(0.3))),
    (Uniform(-1.0, 4.0), stats.uniform(-1, 5)),
    (Triangular(1.0, 2.0, 7.0), stats.triang(1 / 6, 1, 6)),
    (Triangular(0.0, 0.0, 2.0), stats.triang(0, 0, 2)),
    (Triangular(0.0, 2.0, 2.0), stats.triang(1, 0, 2)),
    (pert(1.0, 2.0, 7.0), stats.beta(1 + 4 / 6, 1 + 20 / 6, 1, 6)),
    (Beta(2.0, 5.0), stats.beta(2, 5)),
    (Beta(0.4, 0.7, -1.0, 3.0), stats.beta(0.4, 0.7, -1, 4)),
    (Gamma(2.5, 3.0), stats.gamma(2.5, scale=3)),
    (Gamma(0.3, 1.0), stats.gamma(0.3)),
    (Weibull(1.7, 2.0), stats.weibull_min(1.7, scale=2)),
    (Weibull(0.6, 2.0), stats.weibull_min(0.6, scale=2)),
    (StudentT(4.5, 1.0, 2.0), stats.t(4.5, 1, 2)),
    (StudentT(2.2), stats.t(2.2)),
    (Exponential(3.0), stats.expon(scale=3)),
    (Pareto(2.7, 1.5), stats.pareto(2.7, scale=1.5)),
]

AWKWARD: list[Law] = [
    Lognormal(0.0, 5.0),
    Pareto(0.6, 1.0),
    Pareto(0.3, 1.0),
    StudentT(1.0),
    Beta(0.4, 0.3),
    Beta(0.05, 2.0),
    Gamma(0.1, 1.0),
    Weibull(0.4, 1.0),
    Triangular(0.0, 0.1, 1.0),
    truncate(Normal(0.0, 1.0), low=0.0),
    truncate(Normal(0.0, 1.0), 4.0, 6.0),
    truncate(Pareto(0.7, 1.0), high=1e4),
    truncate(Triangular(0.0, 1.0, 4.0), 0.5, 3.0),
    truncate(truncate(StudentT(2.0), low=-1.0), high=30.0),
    mixture([Normal(-3.0, 1.0), Normal(3.0, 0.5)]),
    mixture([Normal(10.0, 1.0), Normal(100.0, 1.0)], [0.3, 0.7]),
    mixture([Lognormal(0.0, 1.0), Pareto(1.5, 1.0)], [0.9, 0.1]),
    mixture([Uniform(0.0, 1.0), Uniform(2.0, 3.0)]),
    mixture([constant(0.0), Lognormal(0.0, 1.0)], [0.3, 0.7]),
    mixture([discrete([0.0, 1.0, 2.0]), Triangular(0.0, 1.0, 3.0), StudentT(3.0)]),
    truncate(mixture([Normal(-3.0, 1.0), Normal(3.0, 0.5)]), low=-2.0, high=3.5),
    mixture([truncate(Normal(0.0, 1.0), low=0.0), mixture([Gamma(0.5, 2.0), constant(5.0)])]),
]
