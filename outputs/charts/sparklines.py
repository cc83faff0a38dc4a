"""Laws and processes as pictures the size of a word: a density, or a median with its range, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.law import Law
from burncast.engine.inputs.law_pictures import LawPicture
from burncast.outputs.charts.chart_style import BLUE, INK
from burncast.outputs.charts.inline_svg import FONTS, Picture

__all__ = ["EARLY", "RUINED", "density_sparkline", "fan_sparkline", "futures_grid", "sample_sparkline"]

WIDTH, HEIGHT = 120, 34
_POINTS = 61
RUINED, EARLY = "#D55E00", "#7A3300"
_FONT = f'font-family="{FONTS}"'
Floats = NDArray[np.float64]


def density_sparkline(law: Law, name: str, title: str, description: str) -> Picture:
    """The density from the first to the last half per cent, its middle half darker; bars for separate values.

    The axis is logarithmic for a positive law whose median is within the first tenth of it otherwise.
    """
    low, high = float(law.quantile(0.005)), float(law.quantile_upper(0.005))
    if law.discrete or not low < high:
        points, shares = law.atoms()
        shown = (points >= low) & (points <= high)
        return _picture(_bars(points[shown], shares[shown], low, high), name, title, description)
    logarithmic = low > 0.0 and _is_long(low, float(law.quantile(0.5)), high)
    grid = np.geomspace(low, high, _POINTS) if logarithmic else np.linspace(low, high, _POINTS)
    density = np.nan_to_num(law.density(grid) * (grid if logarithmic else 1.0), posinf=np.inf)
    finite = density[np.isfinite(density)]
    top = float(finite.max()) if finite.size else 1.0
    typical = float(np.quantile(finite, 0.75)) if finite.size else 1.0
    top = min(top, 6 * typical) if typical > 0.0 else top
    first, last = (float(end) for end in law.quantile([0.25, 0.75]))
    hill = _hill(np.minimum(density, top) / (top or 1.0), (grid >= first) & (grid <= last))
    return _picture(hill, name, title, description)


def sample_sparkline(drawn: LawPicture, name: str, title: str, description: str) -> Picture:
    """The same of what was drawn."""
    x, y = np.array(drawn.x), np.array(drawn.y)
    if drawn.is_discrete:
        return _picture(_bars(x, y, float(x[0]), float(x[-1])), name, title, description)
    if drawn.is_logarithmic and not _is_long(x[0], dict(drawn.quantiles)[0.5], x[-1]):
        grid = np.linspace(x[0], x[-1], _POINTS)
        x, y = grid, np.interp(grid, x, y / x)
    below = (np.cumsum(y) - y / 2.0) / y.sum()  # the places are evenly spread
    return _picture(_hill(y / y.max(), (below >= 0.25) & (below <= 0.75)), name, title, description)


def fan_sparkline(fan: Floats, name: str, title: str, description: str) -> Picture:
    """Quantiles 5, 50 and 95 % over time, f64[3, n]."""
    known = fan[:, np.isfinite(fan).all(axis=0)]
    least, most = float(known.min()), float(known.max())
    logarithmic = least > 0.0 and most > 100 * least
    shown = np.log(known) if logarithmic else known
    least, most = float(shown.min()), float(shown.max())
    span = most - least
    places = HEIGHT - 3 - (HEIGHT - 6) * ((shown - least) / span if span > 0.0 else np.full(shown.shape, 0.5))
    across = np.linspace(2, WIDTH - 2, shown.shape[1]) if shown.shape[1] > 1 else np.array([2.0, WIDTH - 2])
    if shown.shape[1] == 1:
        places = np.repeat(places, 2, axis=1)
    there, back = _points(across, places[0]), _points(across[::-1], places[2][::-1])
    parts = [f'<path d="M{there}L{back}Z" fill="{BLUE}" fill-opacity="0.25"/>', _line(across, places[1])]
    return _picture(parts, name, title, description)


def futures_grid(rows: Sequence[tuple[str, int, int]], name: str, title: str, description: str) -> Picture:
    """A hundred squares for each row of (words above it, ruined early, ruined in all): filled dark where ruin comes
    early, filled where it comes later, outlined where it does not come. One row has no words above it.
    """
    parts, top = [], 0.0
    for words, early, ruined in rows:
        if len(rows) > 1:
            parts.append(f'<text x="2" y="{top + 11:g}" font-size="10.5" fill="{INK}" {_FONT}>{escape(words)}</text>')
            top += 15
        for place in range(100):
            column, row = divmod(place, 5)
            look = f'fill="{EARLY if place < early else RUINED}"'
            if place >= ruined:
                look = f'fill="none" stroke="{BLUE}" stroke-width="1.4" stroke-opacity="0.7"'
            inset = 0.0 if place < ruined else 0.7
            corner = f'x="{16 * column + 2 + inset:g}" y="{top + 16 * row + 2 + inset:g}"'
            parts.append(f'<rect {corner} width="{13 - 2 * inset:g}" height="{13 - 2 * inset:g}" rx="2" {look}/>')
        top += 86
    return Picture(name, f"0 0 321 {top - 5:g}", "".join(parts), title, description)


def _is_long(low: float, median: float, high: float) -> bool:
    """Whether half of a law lies within the first tenth of its range."""
    return median - low < 0.1 * (high - low)


def _hill(heights: Floats, middle: NDArray[np.bool_]) -> list[str]:
    """A density at evenly spread places, 1 at the top, what is in the ``middle`` darker."""
    places, across = HEIGHT - 2 - (HEIGHT - 5) * heights, np.linspace(2, WIDTH - 2, len(heights))
    parts = [_area(across, places, HEIGHT - 2, 0.25)]
    if middle.sum() > 1:
        parts.append(_area(across[middle], places[middle], HEIGHT - 2, 0.55))
    return [*parts, _line(across, places)]


def _bars(points: Floats, shares: Floats, low: float, high: float) -> list[str]:
    span = high - low
    across = 4 + (WIDTH - 8) * ((points - low) / span if span > 0.0 else np.full(points.shape, 0.5))
    width = max(1.0, min(8.0, 0.6 * (WIDTH - 8) / max(len(points), 1)))
    tallest = float(shares.max()) if shares.size else 1.0
    return [
        f'<rect x="{place - width / 2:.1f}" y="{HEIGHT - 2 - tall:.1f}" width="{width:.1f}" height="{tall:.1f}" '
        f'fill="{BLUE}"/>'
        for place, tall in zip(across.tolist(), ((HEIGHT - 6) * shares / tallest).tolist(), strict=True)
    ]


def _picture(parts: list[str], name: str, title: str, description: str) -> Picture:
    ground = f'<path d="M0 {HEIGHT - 1.5}H{WIDTH}" stroke="#6B6B6B" stroke-width="0.8"/>'
    return Picture(name, f"0 0 {WIDTH} {HEIGHT}", "".join([*parts, ground]), title, description)


def _line(across: Floats, places: Floats) -> str:
    return f'<path d="M{_points(across, places)}" fill="none" stroke="{BLUE}" stroke-width="1.6"/>'


def _area(across: Floats, places: Floats, ground: float, strength: float) -> str:
    outline = f"M{across[0]:.1f} {ground}L{_points(across, places)}L{across[-1]:.1f} {ground}Z"
    return f'<path d="{outline}" fill="{BLUE}" fill-opacity="{strength}"/>'


def _points(across: Floats, places: Floats) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(across.tolist(), places.tolist(), strict=True))
