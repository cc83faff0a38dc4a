"""A law as a small picture: its density at some sixty places, or the probabilities of its values."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.law import Law
from burncast.distributions.portable import exp, log

__all__ = ["LawPicture", "picture_of_law", "picture_of_sample", "scaled"]

POINTS = 60
"""Places of a picture, at most."""

SHOWN = (0.05, 0.5, 0.95)
_ENDS = (0.005, 0.995)
_CELLS = 40
_SMOOTHING = np.array([1.0, 3.0, 6.0, 7.0, 6.0, 3.0, 1.0]) / 27.0
"""Triangle upon box upon box, over cells of a histogram."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LawPicture:
    """A law to draw: its density ``y`` at ``x``, or the probability of each value where ``is_discrete``; ``quantiles``
    by probability. ``is_logarithmic``: ``x`` is spread by its logarithm, and ``y`` is the density of that.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    quantiles: tuple[tuple[float, float], ...]
    is_discrete: bool
    is_logarithmic: bool


def picture_of_law(law: Law) -> LawPicture:
    """The density from the first to the last half per cent; one that runs to infinity at an end is cut off."""
    quantiles = tuple((p, float(law.quantile(p) if p <= 0.5 else law.quantile_upper(1.0 - p))) for p in SHOWN)
    low, high = float(law.quantile(0.005)), float(law.quantile_upper(0.005))
    if law.discrete or not low < high:
        points, masses = law.atoms()
        shown = np.flatnonzero((points >= low) & (points <= high))
        shown = shown[np.linspace(0, len(shown) - 1, min(len(shown), POINTS)).astype(np.int64)]
        return LawPicture(tuple(points[shown].tolist()), tuple(masses[shown].tolist()), quantiles, True, False)
    logarithmic = low > 0.0 and high > 100.0 * low
    grid = np.geomspace(low, high, POINTS) if logarithmic else np.linspace(low, high, POINTS)
    density = np.nan_to_num(law.density(grid) * (grid if logarithmic else 1.0), posinf=np.inf)
    finite = density[np.isfinite(density)]
    typical = float(np.quantile(finite, 0.75)) if finite.size else 1.0
    top = min(float(finite.max()), 6.0 * typical) if finite.size and typical > 0.0 else float(finite.max(initial=1.0))
    return LawPicture(tuple(grid.tolist()), tuple(np.minimum(density, top).tolist()), quantiles, False, logarithmic)


def picture_of_sample(sample: Floats) -> LawPicture:
    """The same of what was drawn: a histogram from the first to the last half per cent, smoothed, or the values with
    their frequencies where there are few.
    """
    levels = np.quantile(sample, [*SHOWN, *_ENDS])
    quantiles = tuple(zip(SHOWN, levels[: len(SHOWN)].tolist(), strict=True))
    low, high = levels[len(SHOWN) :].tolist()
    values, counts = np.unique(sample, return_counts=True)
    if len(values) <= min(POINTS, len(sample) // 4) or not low < high:
        inside = (values >= low) & (values <= high)
        found = (values[inside], counts[inside] / len(sample))
        return LawPicture(tuple(found[0].tolist()), tuple(found[1].tolist()), quantiles, True, False)
    logarithmic = low > 0.0 and high > 2.0 * low
    turned, ends = (
        (log(sample[sample > 0.0]), (math.log(low), math.log(high))) if logarithmic else (sample, (low, high))
    )
    counted, edges = np.histogram(turned, _CELLS, ends)
    reflected = np.pad(counted / (len(sample) * (edges[1] - edges[0])), 3, mode="edge")
    density = np.convolve(reflected, _SMOOTHING, "valid")
    middles = (edges[1:] + edges[:-1]) / 2.0
    grid = exp(middles) if logarithmic else middles
    return LawPicture(tuple(grid.tolist()), tuple(density.tolist()), quantiles, False, logarithmic)


def scaled(picture: LawPicture, factor: float) -> LawPicture:
    """The picture of the law times a factor, of the same height."""
    return replace(
        picture,
        x=tuple(factor * value for value in picture.x),
        quantiles=tuple((level, factor * value) for level, value in picture.quantiles),
    )
