"""A sample of one quantity: observed values, censored and truncated ones, with weights.

Row i says that a value lay in [low, high]: a single point where it was observed exactly, a half-line where it was
censored on one side, an interval where only its ends are known. ``truncation`` is a window outside of which a value
would not have been recorded at all (a left end of its own for each row is delayed entry). Weights say how much a row
counts beside the others; they are scaled so that they sum to Kish's effective number of observations (Σw)²/Σw²
(Kish, Survey Sampling, Wiley 1965, §11.7), which is the number of rows where all weights are equal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from burncast.distributions.errors import InputError

__all__ = ["Array", "Sample", "make_sample"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Rows as arrays f64[n]; build it with :func:`make_sample`.

    ``weights`` are scaled to the effective number of observations; ``source`` says where the rows came from; ``rows``
    are the lines of the file where they came from one.
    """

    low: Array
    high: Array
    weights: Array
    truncated_below: Array
    truncated_above: Array
    source: str | None = None
    rows: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.low)

    @property
    def exact(self) -> NDArray[np.bool_]:
        """Which rows were observed exactly."""
        return np.asarray(self.low == self.high)

    @property
    def complete(self) -> bool:
        """Whether every value was observed exactly and would have been recorded wherever it lay."""
        return bool(self.exact.all()) and not self.truncated

    @property
    def truncated(self) -> bool:
        """Whether values outside a window would not have been recorded."""
        return bool(np.isfinite(self.truncated_below).any() or np.isfinite(self.truncated_above).any())

    @property
    def weighted(self) -> bool:
        """Whether some rows count more than others."""
        return bool(np.ptp(self.weights) > 0)

    @property
    def size(self) -> float:
        """The effective number of observations."""
        return float(self.weights.sum())

    @property
    def middles(self) -> Array:
        """A value for each row from which a search may begin: the finite end, or the middle of the two."""
        low = np.where(np.isfinite(self.low), self.low, self.high)
        high = np.where(np.isfinite(self.high), self.high, self.low)
        return (low + high) / 2

    def where(self, row: int) -> str:
        """The name of a row in messages."""
        return f"row {self.rows[row]}" if self.rows is not None else f"number {row + 1}"

    def described(self) -> str:
        """How many of which kind: ``90 values, 12 of them censored on the right``."""
        kinds = {
            "censored on the right": np.isinf(self.high).sum(),
            "censored on the left": np.isinf(self.low).sum(),
            "known as intervals": (~self.exact & np.isfinite(self.low) & np.isfinite(self.high)).sum(),
        }
        parts = [f"{len(self)} value{'s' if len(self) != 1 else ''}"]
        parts += [f"{count} of them {kind}" for kind, count in kinds.items() if count]
        if self.truncated:
            parts.append("recorded in a window only")
        if self.weighted:
            parts.append(f"weighted (as good as {self.size:.4g} equal ones)")
        return ", ".join(parts)


def make_sample(
    values: ArrayLike | Sample,
    *,
    upper: ArrayLike | None = None,
    right_censored: ArrayLike | None = None,
    left_censored: ArrayLike | None = None,
    truncated: tuple[ArrayLike, ArrayLike] | None = None,
    weights: ArrayLike | None = None,
    source: str | None = None,
    rows: ArrayLike | None = None,
) -> Sample:
    """A checked sample.

    ``upper`` turns ``values`` into lower ends of intervals (−inf and inf for half-lines). ``right_censored`` and
    ``left_censored`` mark values of which is known only that the truth was at least, or at most, so much.
    ``truncated`` are the lower and the upper end of the window of recording, each a number or one for each row.

    Raises InputError for an empty sample, arrays of different lengths, values that are no numbers, intervals upside
    down, values outside their window and weights that are negative or all zero.
    """
    if isinstance(values, Sample):
        others = (upper, right_censored, left_censored, truncated, weights, rows)
        if any(one is not None for one in others):
            raise InputError("a Sample has its censoring, truncation and weights already; give them to make_sample")
        return values if source is None else replace(values, source=source)
    low = _column("values", values)
    if low.size == 0:
        raise InputError("the sample is empty; expected at least one value")
    n = len(low)
    high = low.copy() if upper is None else _column("upper", upper, n)
    right = _marks("right_censored", right_censored, n)
    left = _marks("left_censored", left_censored, n)
    if upper is not None and (right.any() or left.any()):
        raise InputError("intervals are given by their ends alone; expected −inf or inf for a half-line")
    if (right & left).any():
        at = int(np.argmax(right & left))
        raise InputError(f"value {at + 1} is censored on both sides; expected one of them")
    high[right], low[left] = np.inf, -np.inf
    _refuse(np.isnan(low) | np.isnan(high), low, "is not a number")
    _refuse(np.isinf(low) & np.isinf(high) | np.isposinf(low) | np.isneginf(high), low, "says nothing finite")
    _refuse(low > high, low, "lies above its upper end")
    below, above = (-np.inf, np.inf) if truncated is None else truncated
    window = _column("truncated[0]", np.broadcast_to(below, n)), _column("truncated[1]", np.broadcast_to(above, n))
    _refuse((low < window[0]) & np.isfinite(low), low, "lies below the window in which values were recorded")
    _refuse((high > window[1]) & np.isfinite(high), high, "lies above the window in which values were recorded")
    low = np.maximum(low, window[0])
    high = np.minimum(high, window[1])
    scaled = np.ones(n) if weights is None else _column("weights", weights, n)
    _refuse(~(scaled >= 0) | np.isinf(scaled), scaled, "is no weight")
    if not scaled.sum() > 0:
        raise InputError("all weights are 0; expected some above 0")
    kept = scaled > 0
    scaled = scaled[kept]
    numbers = None if rows is None else np.asarray(rows, dtype=np.int64)[kept]
    scaled = np.ones(len(scaled)) if np.ptp(scaled) == 0 else scaled * (scaled.sum() / np.sum(scaled**2))
    return Sample(low[kept], high[kept], scaled, window[0][kept], window[1][kept], source, numbers)


def _column(name: str, values: ArrayLike, length: int | None = None) -> Array:
    try:
        column = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} are not all numbers; expected a list of numbers") from None
    if column.ndim != 1:
        raise InputError(f"{name} have {column.ndim} dimensions; expected a list of numbers")
    if length is not None and len(column) != length:
        raise InputError(f"{name} are {len(column)}, for {length} values; expected one for each")
    return column


def _marks(name: str, marks: ArrayLike | None, length: int) -> NDArray[np.bool_]:
    if marks is None:
        return np.zeros(length, dtype=bool)
    column = _column(name, marks, length)
    if not np.isin(column, (0.0, 1.0)).all():
        raise InputError(f"{name} are not all 0 or 1; expected true or false for each value")
    return np.asarray(column == 1.0)


def _refuse(wrong: NDArray[np.bool_], values: Array, what: str) -> None:
    if wrong.any():
        at = int(np.argmax(wrong))
        more = f" (and {wrong.sum() - 1} more)" if wrong.sum() > 1 else ""
        raise InputError(f"value {at + 1}, {values[at]:g}, {what}{more}")
