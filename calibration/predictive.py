"""The predictive law of a fit: what a new value may be, once it is admitted that the parameters are estimates.

A plug-in law takes the estimates for the truth; at ten or twenty observations its 90 % interval holds a new value in
some 80 to 85 % of cases. The predictive law is wider by what the estimates may be wrong.

* Bootstrap, where replicates can be drawn from the fitted law: the law of F(Y; θ̂), Y a new value, is estimated by that
  of F(Y*; θ̂*), and P(X ≤ y) is the probability that F(Y*; θ̂*) ≤ F(y; θ̂). It is exact, up to the number of replicates,
  for families of location and scale and their logarithms, and better by an order of 1/n than the plug-in law elsewhere.
  Source: Lawless & Fredette, Biometrika 92 (2005) 529–542.
* Weighted sample, Laplace, and counts: the mean of F(y; θ) over the θ that were found, or drawn from the normal law
  about the maximum with the observed information (Tierney & Kadane, JASA 81 (1986) 82–86).
* Closed forms for complete data: a normal sample has Student's t (mean x̄, scale s·√(1 + 1/n), n − 1 degrees of
  freedom), an exponential one the generalised Pareto law (shape 1/d, scale T/d for d values that were observed in a
  total time T, exact if censoring came after a number of them; Lawless, Statistical Models and Methods for Lifetime
  Data, 2nd ed., Wiley 2003, §4.1), a Poisson one the negative binomial, Bernoulli and binomial ones the beta-binomial
  (Jeffreys' prior; Gelman et al., Bayesian Data Analysis, 3rd ed., CRC 2013, §2).

The scenario language states laws by constants. So a predictive law without a closed form is written as a mixture of a
few members of the same family whose weights are found by non-negative least squares; the largest difference of
probabilities is stated in the note. Where an end of the support is estimated, no member of the family reaches beyond
the data; there it is written as ``piecewise``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from burncast.calibration.fittable import Candidate
from burncast.calibration.fitted_families import Coordinate, FittedFamily
from burncast.calibration.sample import Array, Sample
from burncast.engine.language.constants import law
from burncast.engine.language.expressions import parse

__all__ = [
    "WrittenLaw",
    "calibrated_cdf",
    "closed_form",
    "mean_cdf",
    "mixture_of_members",
    "piecewise_law",
    "write_call",
]

Z_GRID = np.linspace(-8.0, 8.0, 161)
"""Normal scores of the points at which predictive laws are compared, in the scale of the plug-in law."""

_REFITS = 30
_PARTS = (-0.6, 0.6, -1.0, 1.0, -1.6, 1.6)
_TOLERANCE = 2e-3
"""Largest error, in units of √(p(1 − p)): a thousandth in the middle, a fifteenth of that at one in a thousand."""
_FEW, _MANY = 12, 60
_FINE = 999
_POOR = 0.005
_SEED = 20050903
_ENDS = 1e-4


@dataclass(frozen=True)
class WrittenLaw:
    """A law as the language writes it, how it was made, and its largest error in probability (0 where it is exact)."""

    text: str
    method: str
    error: float = 0.0


def write_call(name: str, parameters: Sequence[tuple[str, float]]) -> str:
    """A law of the language with six significant digits: ``normal(mean=1.5, sd=0.25)``."""
    return f"{name}({', '.join(f'{parameter}={value:.6g}' for parameter, value in parameters)})"


def calibrated_cdf(family: FittedFamily, theta: tuple[Array, ...], points: Array) -> Array:
    """P(X ≤ y) at the points y f64[m] whose normal scores under the fitted law are ``Z_GRID``, from the refitted
    parameters f64[fits, 1]."""
    scores = _scores(family, theta, points)
    below = np.zeros(len(points))
    for row in scores:
        # Where the refitted law has no probability left, its score runs to infinity and holds there.
        below += special.ndtr(np.interp(Z_GRID, row, Z_GRID, left=-np.inf, right=np.inf))
    return below / len(scores)


def mean_cdf(family: FittedFamily, theta: tuple[Array, ...], points: Array) -> Array:
    """The mean of F(y; θ) over the parameters f64[fits, 1]."""
    return np.asarray(np.mean(family.cdf(points[None], *theta), axis=0))


def _scores(family: FittedFamily, theta: tuple[Array, ...], points: Array) -> Array:
    """Normal scores f64[fits, m] of the points under each of the refitted laws, ascending."""
    below, above = family.cdf(points[None], *theta), family.sf(points[None], *theta)
    with np.errstate(divide="ignore"):
        scores = np.where(below < above, special.ndtri(below), -special.ndtri(above))
    return np.maximum.accumulate(np.clip(scores, -40.0, 40.0), axis=1)


def mixture_of_members(
    candidate: Candidate, theta: tuple[Array, ...], fitted: Sequence[float], points: Array, below: Array, method: str
) -> WrittenLaw:
    """The law with P(X ≤ points) = ``below``, as a mixture of few members of the family.

    Members are the ``fitted`` parameters, the refitted ones ``theta`` f64[fits, 1], and members that lie nearer to the
    fitted ones or farther out, on either side. Of a mixture that meets ``below``, members are taken out one by one, the
    least missed first, as long as it still does.
    """
    family = candidate.family
    members = _members(family, theta, fitted)
    table = family.cdf(points[None], *members).T
    weight = 1 / np.sqrt(below * (1 - below) + 1e-6)

    def shares_of(kept: NDArray[np.int64]) -> Array:
        system = np.concatenate([weight[:, None] * table[:, kept], np.full((1, len(kept)), 1e3)])
        found, _ = optimize.nnls(system, np.append(weight * below, 1e3), maxiter=100 * len(kept))
        return np.asarray(found / found.sum())

    def error_of(kept: NDArray[np.int64], shares: Array) -> float:
        gap = np.abs(table[:, kept] @ shares - below)
        return float((gap / np.sqrt(below * (1 - below) + 1e-4)).max())

    kept = np.flatnonzero(np.isfinite(table).all(axis=0))
    shares = shares_of(kept)
    kept, shares = kept[shares > 0], shares[shares > 0]
    allowed = max(_TOLERANCE, 1.1 * error_of(kept, shares))
    portion = len(kept) // 3
    while portion > 0 and len(kept) > _FEW:
        fewer = np.sort(kept[np.argsort(shares)[portion:]])
        found = shares_of(fewer)
        if error_of(fewer, found) > allowed:
            portion //= 2
            continue
        kept, shares = fewer[found > 0], found[found > 0]
        portion = min(portion, len(kept) // 3)
    while 1 < len(kept) <= _MANY:
        trials = [np.delete(kept, place) for place in range(len(kept))]
        fits = [shares_of(trial) for trial in trials]
        errors = [error_of(trial, found) for trial, found in zip(trials, fits, strict=True)]
        least = int(np.argmin(errors))
        if errors[least] > allowed:
            break
        kept, shares = trials[least][fits[least] > 0], fits[least][fits[least] > 0]
    order = np.argsort(-shares)
    calls = [
        candidate.write({name: float(values[kept[i], 0]) for name, values in zip(family.names, members, strict=True)})
        for i in order
    ]
    text = calls[0]
    if len(calls) > 1:
        text = f"mixture({', '.join(calls)}, weights=[{', '.join(f'{shares[i]:.4g}' for i in order)}])"
    written = WrittenLaw(text, method, float(np.abs(law(parse(text)).cdf(points) - below).max()))
    if written.error < _POOR or family.discrete:
        return written
    straight = _straight_lines(points, below, method)
    return straight if straight.error < written.error else written


def _straight_lines(points: Array, below: Array, method: str) -> WrittenLaw:
    """The law with P(X ≤ points) = ``below`` as straight lines between some of the points, for want of a mixture."""
    wanted = np.concatenate([_TAIL, np.linspace(0.1, 0.9, 33), 1 - _TAIL[::-1]])
    sound = np.isfinite(points)
    points, below = points[sound], np.maximum.accumulate(below[sound])
    rising = np.concatenate([[True], np.diff(below) > 0])
    values = np.interp(wanted, below[rising], points[rising])
    kept = np.concatenate([[True], np.diff(values) > 1e-9 * np.ptp(values)])
    return _drawn(values[kept], wanted[kept], points, below, method)


def _drawn(values: Array, probabilities: Array, points: Array, below: Array, method: str) -> WrittenLaw:
    """``piecewise`` through the values, cut at its ends, and how far it lies from P(X ≤ points) = ``below``."""
    ends = probabilities.copy()
    ends[0], ends[-1] = 0.0, 1.0
    shown = ", ".join(f"{one:.7g}" for one in values), ", ".join(f"{one:.6g}" for one in ends)
    text = f"piecewise(values=[{shown[0]}], probabilities=[{shown[1]}])"
    error = float(np.abs(law(parse(text)).cdf(points) - below).max())
    return WrittenLaw(text, f"{method}, cut at {100 * _ENDS:g} % on both sides", error)


def _members(family: FittedFamily, theta: tuple[Array, ...], fitted: Sequence[float]) -> tuple[Array, ...]:
    """Parameters f64[members, 1]: the fitted ones moved along the lines to the refitted ones, and about as far as
    these lie, in directions of chance."""
    size = min(len(theta[0]), _REFITS * len(family.coordinates))
    rng = np.random.default_rng(_SEED)
    columns: dict[str, tuple[Coordinate, float, Array]] = {}
    for coordinate in family.coordinates:
        place = family.names.index(coordinate.name)
        centre = float(coordinate.of(np.asarray(fitted[place]), 0.0, 1.0))
        columns[coordinate.name] = coordinate, centre, coordinate.of(theta[place][:, 0], 0.0, 1.0) - centre
    moves = np.stack([one[2] for one in columns.values()], axis=1)
    spread = np.sqrt(np.mean(moves**2, axis=0))
    along = [part * moves[:size] for part in _PARTS]
    across = [rng.normal(size=(size, moves.shape[1])) * spread * part for part in (1.0, 2.0)]
    at = np.concatenate([np.zeros((1, moves.shape[1])), *along, *across])
    found = []
    for name, middle in zip(family.names, fitted, strict=True):
        if name not in columns:
            found.append(np.full((len(at), 1), middle))
            continue
        coordinate, centre, _ = columns[name]
        low, high = coordinate.bounds(0.0, 1.0)
        moved = np.clip(centre + at[:, list(columns).index(name)], low, high)
        found.append(coordinate.value(moved, 0.0, 1.0)[:, None])
    return tuple(found)


def piecewise_law(
    transform: str, ends: tuple[Array, Array], fitted: tuple[float, float], values: Array, method: str
) -> WrittenLaw:
    """The predictive law where an end of the support was estimated, through the pivot (Y − m)/s.

    ``ends`` are m and s of the refits f64[fits, 1], ``fitted`` those of the fit, ``values`` equally likely values of
    the fitted law, all on the scale of the logarithm where ``transform`` is ``"log"``.
    """
    pivots = np.sort(((values[None] - ends[0]) / ends[1]).ravel())
    probabilities = np.concatenate([_TAIL, np.linspace(0.1, 0.9, 33), 1 - _TAIL[::-1]])
    finer = np.linspace(0.5 / _FINE, 1 - 0.5 / _FINE, _FINE)
    quantiles, points = (fitted[0] + fitted[1] * np.quantile(pivots, one) for one in (probabilities, finer))
    if transform == "log":
        quantiles, points = np.exp(quantiles), np.exp(points)
    return _drawn(quantiles, probabilities, points, finer, method)


_TAIL = np.array([_ENDS, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.02, 0.035, 0.05, 0.075])


def closed_form(name: str, given: bool, sample: Sample, constants: dict[str, float]) -> WrittenLaw | None:
    """The predictive law of a family that has one in the language; None where it has not for this sample."""
    n, x, w = sample.size, sample.low, sample.weights
    if given or sample.truncated:
        return None
    if name == "exponential" and not np.isinf(sample.low).any() and np.all(sample.exact | np.isinf(sample.high)):
        events, total = float(w[sample.exact].sum()), float(np.sum(w * x))
        text = write_call("gpareto", [("shape", 1 / events), ("scale", total / events)])
        return WrittenLaw(text, "generalised Pareto law, the exact predictive law of exponential values")
    if not sample.complete:
        return None
    total = float(np.sum(w * x))
    if name == "normal" and not sample.weighted and n > 1:
        mean = total / n
        sd = float(np.sqrt(np.sum((x - mean) ** 2) / (n - 1)))
        parameters = [("df", n - 1), ("mean", mean), ("scale", sd * float(np.sqrt(1 + 1 / n)))]
        return WrittenLaw(write_call("student_t", parameters), "Student's t, the exact predictive law of normal values")
    if name == "poisson":
        parameters = [("successes", total + 0.5), ("probability", n / (n + 1))]
        return WrittenLaw(write_call("negative_binomial", parameters), "negative binomial law (Jeffreys' prior)")
    if name == "bernoulli":
        return WrittenLaw(write_call("bernoulli", [("p", (total + 0.5) / (n + 1))]), "Jeffreys' prior")
    if name == "binomial":
        trials = constants["trials"]
        parameters = [("trials", trials), ("a", total + 0.5), ("b", n * trials - total + 0.5)]
        return WrittenLaw(write_call("beta_binomial", parameters), "beta-binomial law (Jeffreys' prior)")
    return None
