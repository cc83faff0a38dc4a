"""Transport maps on an adaptive grid, for laws that no uniform grid follows: gaps, jumps, points of positive
probability, valleys.

The line is cut at the law's breakpoints, whose z on either side are known exactly, so that a gap becomes a jump between
two pieces and a point of positive probability a constant piece. Within each stretch a cubic Hermite piece with exact
slopes (bounded by three secants, so that it is monotone) is cut at the x of its middle, whose z the cdf gives without
inversion, until it is within tolerance there, or until it holds less than 4e-8 of the probability: that happens only
beside a point where the quantile's slope is infinite, as where a lognormal component starts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from burncast.distributions.law import FloatArray, Law
from burncast.distributions.portable import exp

__all__ = ["Pieces", "adaptive_pieces", "z_of"]

WIDEST, NARROWEST = 0.5, 1e-7
NUDGE = 1e-9


@dataclass(frozen=True, eq=False)
class Pieces:
    """Cubics on an irregular grid: x = c₀ + d(c₁ + d(c₂ + d·c₃)), d = z − z[k], for the last k with z[k] ≤ z.

    ``z[n]`` ascending; ``coefficients[n, 4]`` = c₀ … c₃; below z[0], z is clamped to it, and the last piece is
    constant. ``error`` is the largest error measured at the middle of a piece, but for those below ``NARROWEST``.
    """

    z: FloatArray
    coefficients: NDArray[np.float64]
    error: float


def adaptive_pieces(law: Law, z_limit: float, scale: float, tolerance: float) -> Pieces:
    """The transport map of ``law`` for |z| ≤ ``z_limit``, to ``tolerance`` relative to |x| + ``scale``."""
    constants, cells = _stretches(law, z_limit, scale)
    finished = []
    worst = 0.0
    while cells.shape[1]:
        z_left, z_right, x_left, x_right, slope_left, slope_right = cells
        width = z_right - z_left
        bound = 3 * (x_right - x_left) / width
        limited = np.stack(
            [z_left, z_right, x_left, x_right, np.minimum(slope_left, bound), np.minimum(slope_right, bound)]
        )
        z, x, error = _misfit(law, limited, 0.5, scale)
        # An S-shaped stretch may cross its cubic in the middle: look to both sides before it is accepted.
        close = np.flatnonzero(error <= tolerance)
        for share in (0.2, 0.8):
            error[close] = np.maximum(error[close], _misfit(law, limited[:, close], share, scale)[2])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            slope = exp(-0.5 * z * z) / np.sqrt(2 * np.pi) / law.density(x)
        slope = np.nan_to_num(slope, nan=0.0, posinf=np.inf)
        accepted = error <= tolerance
        done = accepted | (width < NARROWEST) | (x <= x_left) | (x >= x_right)
        worst = max(worst, float(np.max(error[accepted], initial=0.0)))
        finished.append(limited[:, done])
        lower = np.stack([z_left, z, x_left, x, slope_left, slope])[:, ~done & (z > z_left)]
        upper = np.stack([z, z_right, x, x_right, slope, slope_right])[:, ~done & (z < z_right)]
        cells = np.concatenate([lower, upper], axis=1)
    return _assembled(constants, np.concatenate(finished, axis=1), worst)


def z_of(below: FloatArray, above: FloatArray) -> FloatArray:
    """The standard normal z with Φ(z) = ``below`` = 1 − ``above``, from the smaller of the two."""
    return np.where(below <= above, special.ndtri(below), -np.asarray(special.ndtri(above)))


def _misfit(law: Law, cells: FloatArray, share: float, scale: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The cubics' x at a share of their width, the law's z there, and the error at that z, as if it stood in the
    middle."""
    z_left, z_right, x_left, x_right, slope_left, slope_right = cells
    width, rise = z_right - z_left, x_right - x_left
    start, end = width * slope_left, width * slope_right

    def cubic(t: FloatArray) -> FloatArray:
        return np.asarray(x_left + t * (start + t * (3 * rise - 2 * start - end + t * (start + end - 2 * rise))))

    x = cubic(np.full_like(width, share))
    z = np.clip(z_of(law.cdf(x), law.sf(x)), z_left, z_right)
    t = (z - z_left) / width
    at_middle = 1 / np.maximum(16 * (t * (1 - t)) ** 2, 1e-3)
    return z, x, np.abs(cubic(t) - x) / (np.abs(x) + scale) * at_middle


def _stretches(law: Law, z_limit: float, scale: float) -> tuple[FloatArray, FloatArray]:
    """Constant stretches (z_left, x) and continuous ones (z_left, z_right, x_left, x_right, slope_left,
    slope_right)."""
    points, masses = law.atoms()
    ends = [end for end in law.support if np.isfinite(end)]
    edges = np.unique(np.concatenate([np.array(law.breakpoints), np.array(ends), points]))
    mass = np.zeros(len(edges))
    mass[np.searchsorted(edges, points)] = masses
    cdf, sf = law.cdf(edges), law.sf(edges)
    z_before = np.clip(z_of(np.maximum(cdf - mass, 0.0), np.minimum(sf + mass, 1.0)), -z_limit, z_limit)
    z_after = np.clip(z_of(cdf, sf), -z_limit, z_limit)
    atomic = (mass > 0) & (z_after > z_before)
    constants = np.stack([z_before[atomic], edges[atomic]])
    bounds = np.concatenate([[-np.inf], edges, [np.inf]])
    starts, stops = np.concatenate([[-z_limit], z_after]), np.concatenate([z_before, [z_limit]])
    cells = [
        _cells(law, float(start), float(stop), (float(bounds[k]), float(bounds[k + 1])), z_limit, scale)
        for k, (start, stop) in enumerate(zip(starts, stops, strict=True))
        if stop - start > 1e-12
    ]
    return constants, np.concatenate([np.empty((6, 0)), *cells], axis=1)


def _cells(law: Law, start: float, stop: float, ends: tuple[float, float], z_limit: float, scale: float) -> FloatArray:
    """The first, wide cells of a stretch between two breakpoints, whose x are ``ends``."""
    z = np.linspace(start, stop, int(np.ceil((stop - start) / WIDEST)) + 1)
    x, slope = law.from_normal(z)
    nudge = NUDGE * min(scale, float(x[-1] - x[0]))
    for place, inward in ((0, 1), (-1, -1)):
        if abs(z[place]) < z_limit:
            x[place] = ends[place]
            with np.errstate(divide="ignore", over="ignore"):
                density = law.density(ends[place] + inward * nudge)
                slope[place] = exp(-0.5 * z[place] ** 2) / np.sqrt(2 * np.pi) / density
    slope = np.nan_to_num(slope, nan=0.0, posinf=np.inf)
    return np.stack([z[:-1], z[1:], x[:-1], x[1:], slope[:-1], slope[1:]])


def _assembled(constants: FloatArray, cells: FloatArray, error: float) -> Pieces:
    z_left, z_right, x_left, x_right, slope_left, slope_right = cells
    width = z_right - z_left
    secant = (x_right - x_left) / width
    cubics = np.stack(
        [
            x_left,
            slope_left,
            (3 * secant - 2 * slope_left - slope_right) / width,
            (slope_left + slope_right - 2 * secant) / width**2,
        ],
        axis=1,
    )
    flats = np.zeros((constants.shape[1], 4))
    flats[:, 0] = constants[1]
    z, coefficients = np.concatenate([z_left, constants[0]]), np.concatenate([cubics, flats])
    order = np.argsort(z, kind="stable")
    z, coefficients = z[order], coefficients[order]
    if len(z_right) and z_right.max() > z[-1]:
        last = np.array([[x_right[np.argmax(z_right)], 0.0, 0.0, 0.0]])
        z, coefficients = np.append(z, z_right.max()), np.concatenate([coefficients, last])
    z.setflags(write=False)
    coefficients.setflags(write=False)
    return Pieces(z, coefficients, error)
