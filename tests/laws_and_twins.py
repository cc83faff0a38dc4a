"""Laws beside their SciPy twins, and laws that are hard to draw, for the tests of the distributions."""

from __future__ import annotations

import numpy as np
from scipy import stats

from burncast.distributions.beta import Beta
from burncast.distributions.beta_binomial import beta_binomial
from burncast.distributions.binomial import binomial
from burncast.distributions.burr import Burr
from burncast.distributions.discrete import constant, discrete
from burncast.distributions.exponential import Exponential
from burncast.distributions.frechet import Frechet
from burncast.distributions.gamma import Gamma
from burncast.distributions.gev import Gev
from burncast.distributions.gpareto import GeneralisedPareto
from burncast.distributions.gumbel import Gumbel
from burncast.distributions.inverse_gaussian import InverseGaussian
from burncast.distributions.johnson_sb import JohnsonSB
from burncast.distributions.johnson_su import JohnsonSU
from burncast.distributions.law import Law
from burncast.distributions.loglogistic import Loglogistic
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.metalog import metalog
from burncast.distributions.mixture import mixture
from burncast.distributions.negative_binomial import negative_binomial
from burncast.distributions.normal import Normal
from burncast.distributions.pareto import Pareto
from burncast.distributions.pert import pert
from burncast.distributions.piecewise import piecewise
from burncast.distributions.poisson import poisson
from burncast.distributions.pool import pool
from burncast.distributions.skew_normal import SkewNormal
from burncast.distributions.smoothed import smoothed
from burncast.distributions.student_t import StudentT
from burncast.distributions.triangular import Triangular
from burncast.distributions.truncation import truncate
from burncast.distributions.uniform import Uniform
from burncast.distributions.weibull import Weibull
from burncast.distributions.zero_inflation import hurdle, zero_inflated

__all__ = ["AWKWARD", "COUNT_TWINS", "TWINS"]

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
    (Loglogistic(2.5, 3.0), stats.fisk(2.5, scale=3)),
    (Gumbel(1.0, 2.0), stats.gumbel_r(1, 2)),
    (Frechet(2.6, 1.5), stats.invweibull(2.6, scale=1.5)),
    (Gev(1.0, 2.0, 0.3), stats.genextreme(-0.3, 1, 2)),
    (Gev(1.0, 2.0, 0.0), stats.genextreme(0, 1, 2)),
    (Gev(1.0, 2.0, -0.3), stats.genextreme(0.3, 1, 2)),
    (GeneralisedPareto(0.3, 2.0), stats.genpareto(0.3, scale=2)),
    (GeneralisedPareto(0.0, 2.0, 1.0), stats.genpareto(0, 1, 2)),
    (GeneralisedPareto(-0.3, 2.0, 1.0), stats.genpareto(-0.3, 1, 2)),
    (Burr(2.0, 3.0, 1.5), stats.burr12(2, 3, scale=1.5)),
    (JohnsonSU(-1.0, 2.0, 1.0, 3.0), stats.johnsonsu(-1, 2, 1, 3)),
    (InverseGaussian(2.0, 3.0), stats.invgauss(2 / 3, scale=3)),
]

COUNT_TWINS = [
    (poisson(2.5), stats.poisson(2.5)),
    (poisson(1e5), stats.poisson(1e5)),
    (binomial(50, 0.3), stats.binom(50, 0.3)),
    (binomial(10_000, 1e-3), stats.binom(10_000, 1e-3)),
    (negative_binomial(2.5, 0.01), stats.nbinom(2.5, 0.01)),
    (negative_binomial(0.3, 0.2), stats.nbinom(0.3, 0.2)),
    (negative_binomial(400.0, 0.7), stats.nbinom(400, 0.7)),
    (beta_binomial(50, 0.3, 0.4), stats.betabinom(50, 0.3, 0.4)),
    (beta_binomial(500, 3.0, 40.0), stats.betabinom(500, 3, 40)),
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
    Loglogistic(0.7, 2.0),
    Frechet(0.8, 1.0),
    Gev(0.0, 1.0, 1.3),
    Gev(0.0, 1.0, -1.5),
    GeneralisedPareto(1.2, 1.0),
    GeneralisedPareto(-1.0, 1.0),
    GeneralisedPareto(-2.5, 1.0),
    Burr(0.5, 0.9, 1.0),
    JohnsonSU(-3.0, 0.6),
    JohnsonSB(0.5, 1.2, -1.0, 3.0),
    JohnsonSB(0.2, 0.3),
    InverseGaussian(1.0, 0.01),
    InverseGaussian(2.0, 0.1),
    InverseGaussian(1.0, 1e4),
    SkewNormal(0.0, 1.0, 4.0),
    SkewNormal(0.0, 1.0, -40.0),
    hurdle(Gev(1.0, 1.0, 0.2), 0.3),
    zero_inflated(Gamma(2.0, 1.0), 0.4),
    truncate(SkewNormal(0.0, 1.0, 2.0), low=0.5),
    metalog([10.0, 2.0, 0.5, 1.0]),
    metalog([1.0, 0.2, 0.3], low=0.0),
    metalog([1.0, 0.2, -0.3], high=5.0),
    metalog([0.0, 1.0, 0.4, 0.5], low=-1.0, high=4.0),
    metalog([0.0, 0.0, 0.0, 2.0]),
    piecewise([0.0, 10.0, 10.5, 30.0], [0.0, 0.2, 0.2, 1.0]),
    smoothed([-1.0, 0.3, 0.4, 5.0], bandwidth=0.4),
    pool([Normal(0.0, 1.0), Lognormal(0.0, 1.0)], [1.0, 2.0], "log"),
    pool([Triangular(0.0, 1.0, 3.0), Uniform(0.5, 4.0)], kind="log"),
]
