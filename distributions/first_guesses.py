"""First guesses of a family's parameters from percentiles, for :mod:`burncast.distributions.elicitation` to refine.

Most families are straight lines on some probability paper, transform(x) = intercept + slope·score(p): normal,
lognormal, uniform, Weibull, Pareto, exponential, Student t, log-logistic, Gumbel, Fréchet and Johnson SB. There the
regression line is the answer itself when two percentiles are given. Arguments: probabilities ``p[n]`` and values
``x[n]``, both ascending, and the parameters that were given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from scipy import special

from burncast.distributions.law import FloatArray
from burncast.distributions.portable import exp, log, log1p
from burncast.distributions.stretching import stretched

__all__ = [
    "guess_beta",
    "guess_burr",
    "guess_exponential",
    "guess_frechet",
    "guess_gamma",
    "guess_gev",
    "guess_gpareto",
    "guess_gumbel",
    "guess_inverse_gaussian",
    "guess_johnson_sb",
    "guess_johnson_su",
    "guess_loglogistic",
    "guess_lognormal",
    "guess_normal",
    "guess_pareto",
    "guess_skew_normal",
    "guess_student_t",
    "guess_three_points",
    "guess_uniform",
    "guess_weibull",
]

Given = Mapping[str, float]


def guess_normal(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Mean and sd: x against the normal score."""
    mean, sd = _line(special.ndtri(p), x, given.get("mean"))
    return {"mean": mean, "sd": sd}


def guess_lognormal(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Mu and sigma: log x against the normal score."""
    mu, sigma = _line(special.ndtri(p), log(x), given.get("mu"))
    return {"mu": mu, "sigma": sigma}


def guess_uniform(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Low and high: x against p."""
    low, width = _line(p, x, given.get("low"))
    return {"low": low, "high": max(low + width, float(x[-1]) + 1e-3 * width)}


def guess_weibull(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Shape and scale: log x against log(−log(1 − p))."""
    scale = given.get("scale")
    log_scale, slope = _line(log(-log1p(-p)), log(x), None if scale is None else float(log(scale)))
    return {"shape": 1 / slope, "scale": float(exp(log_scale))}


def guess_pareto(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Alpha and low: log x against −log(1 − p)."""
    low = given.get("low")
    log_low, slope = _line(-log1p(-p), log(x), None if low is None else float(log(low)))
    return {"alpha": 1 / slope, "low": min(float(exp(log_low)), float(x[0]) * (1 - 1e-9))}


def guess_exponential(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Mean: x against −log(1 − p) through the origin."""
    del given
    return {"mean": float(np.mean(x / -log1p(-p)))}


def guess_student_t(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Mean and scale: x against the quantiles of the standard law."""
    mean, scale = _line(np.asarray(special.stdtrit(given["df"], p), dtype=np.float64), x, given.get("mean"))
    return {"mean": mean, "scale": scale}


def guess_gamma(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Shape and scale: from the lognormal through the percentiles, whose log-variance is near 1/shape."""
    mu, sigma = _line(special.ndtri(p), log(x), None)
    shape = given.get("shape", 1 / sigma**2 if sigma < 1 else 1 / sigma)
    return {"shape": shape, "scale": float(exp(mu)) / max(shape - 0.3, 0.1 * shape)}


def guess_beta(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Shapes: from the normal law through the percentiles on the logit scale."""
    low, high = given.get("low", 0.0), given.get("high", 1.0)
    u = (x - low) / (high - low)
    centre, spread = _line(special.ndtri(p), log(u) - log1p(-u), None)
    mean = float(special.expit(centre))
    total = max(1 / (mean * (1 - mean) * spread**2), 2 / (spread + 1))
    return {"a": mean * total, "b": (1 - mean) * total}


def guess_three_points(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Low, mode and high of a triangular or PERT law, well outside the percentiles."""
    mean, sd = _line(special.ndtri(p), x, None)
    mode = given.get("mode", float(np.clip(mean, given.get("low", -np.inf), given.get("high", np.inf))))
    return {
        "low": given.get("low", min(mean - 3 * sd, float(x[0]) - sd, mode - sd)),
        "mode": mode,
        "high": given.get("high", max(mean + 3 * sd, float(x[-1]) + sd, mode + sd)),
    }


def guess_loglogistic(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Shape and scale: log x against the logit of p."""
    scale = given.get("scale")
    log_scale, slope = _line(log(p) - log1p(-p), log(x), None if scale is None else float(log(scale)))
    return {"shape": 1 / slope, "scale": float(exp(log_scale))}


def guess_gumbel(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Location and scale: x against −log(−log p)."""
    location, scale = _line(-log(-log(p)), x, given.get("location"))
    return {"location": location, "scale": scale}


def guess_frechet(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Alpha and scale: log x against −log(−log p)."""
    scale = given.get("scale")
    log_scale, slope = _line(-log(-log(p)), log(x), None if scale is None else float(log(scale)))
    return {"alpha": 1 / slope, "scale": float(exp(log_scale))}


def guess_gev(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Location, scale and shape: the shape from the ratio of the upper to the lower spread, then a line."""
    y = -log(-log(p))
    middle = len(y) // 2
    shape = given.get("shape", 0.1)
    if "shape" not in given and 0 < middle < len(y) - 1:
        spread = float((x[-1] - x[middle]) / (x[middle] - x[0]))
        shape = _rising_root(lambda trial: _spread_ratio(stretched(y[[0, middle, -1]], trial)), spread)
    location, scale = _line(stretched(y, shape), x, given.get("location"))
    return {"location": location, "scale": scale, "shape": shape}


def guess_gpareto(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Shape and scale: the shape from the ratio of the last to the first distance from the low end."""
    y, above = -log1p(-p), x - given.get("low", 0.0)
    shape = given.get("shape", 0.1)
    if "shape" not in given and len(y) > 1:
        wanted = float(above[-1] / above[0])
        shape = _rising_root(lambda trial: _ratio(stretched(y[[0, -1]], trial)), wanted)
    return {"shape": shape, "scale": float(np.mean(above / stretched(y, shape)))}


def guess_inverse_gaussian(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Mean and shape: those of the lognormal law through the percentiles, whose log-variance is near mean/shape."""
    mu, sigma = _line(special.ndtri(p), log(x), None)
    mean = given.get("mean", float(exp(mu + min(sigma, 2.0) ** 2 / 2)))
    return {"mean": mean, "shape": mean / math.expm1(min(sigma, 2.0) ** 2)}


def guess_burr(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Both shapes and the scale: those of the log-logistic law, for which k = 1."""
    simple = guess_loglogistic(p, x, {})
    return {"c": simple["shape"], "k": 1.0, "scale": simple["scale"], **given}


def guess_johnson_su(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Nearly symmetric about the middle, with tails somewhat heavier than normal."""
    mean, sd = _line(special.ndtri(p), x, None)
    skew = _spread_ratio(x[[0, len(x) // 2, -1]]) if len(x) > 2 else 1.0
    delta = 1.5
    return {
        "gamma": -0.5 * math.log(max(skew, 1e-3)),
        "delta": delta,
        "location": mean,
        "scale": delta * sd,
        **given,
    }


def guess_johnson_sb(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Gamma and delta: the logit against the normal score."""
    low, high = given.get("low", 0.0), given.get("high", 1.0)
    level, slope = _line(special.ndtri(p), log(x - low) - log(high - x), None)
    return {"gamma": -level / slope, "delta": 1 / slope, **given}


def guess_skew_normal(p: FloatArray, x: FloatArray, given: Given) -> Given:
    """Location, scale and shape: skewed by the ratio of the upper to the lower spread."""
    mean, sd = _line(special.ndtri(p), x, None)
    skew = _spread_ratio(x[[0, len(x) // 2, -1]]) if len(x) > 2 else 1.0
    shape = 3.0 * math.log(max(skew, 1e-3))
    share = shape / math.hypot(1.0, shape)
    scale = sd / math.sqrt(1 - 2 * share * share / math.pi)
    return {"location": mean - scale * share * math.sqrt(2 / math.pi), "scale": scale, "shape": shape, **given}


def _spread_ratio(three: FloatArray) -> float:
    return float((three[2] - three[1]) / (three[1] - three[0]))


def _ratio(two: FloatArray) -> float:
    return float(two[1] / two[0])


def _rising_root(function: Callable[[float], float], wanted: float) -> float:
    """The argument between −20 and 20 at which a rising function is ``wanted``, or the nearer end."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        if function(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _line(score: FloatArray, x: FloatArray, intercept: float | None) -> tuple[float, float]:
    """Intercept and positive slope of the regression of x on the score, through a given intercept if there is one."""
    if intercept is not None:
        slope = float(np.sum(score * (x - intercept)) / np.sum(score * score)) if np.any(score) else 1.0
        return intercept, slope if slope > 0 else max(abs(float(x[0]) - intercept), 1e-3)
    if len(x) == 1:
        slope = 0.5 * abs(float(x[0])) or 1.0
        return float(x[0] - slope * score[0]), slope
    centred = score - score.mean()
    slope = float(np.sum(centred * (x - x.mean())) / np.sum(centred * centred))
    return float(x.mean() - slope * score.mean()), slope
