"""Sums that do not depend on their order: float64 numbers as integers in fixed point.

Every finite float64 is a whole multiple of 2⁻¹⁰⁷⁴, and a product of two is one of 2⁻²¹⁴⁸, so Python's integers hold
their sums exactly and a quotient is rounded once.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ExactMoments", "fixed_point"]

FRACTION_BITS = 1074
SUM_BYTES, SQUARE_BYTES = 280, 552


@dataclass(slots=True)
class ExactMoments:
    """Count, sum (in units of 2⁻¹⁰⁷⁴) and sum of squares (2⁻²¹⁴⁸) of the values of one row.

    ``finite`` is False once a sum was not a finite number; mean and variance are NaN from then on.
    """

    count: int = 0
    total: int = 0
    square: int = 0
    finite: bool = True

    def add(self, count: int, shift: float, total: float, square: float) -> None:
        """Add ``count`` values x whose deviations x − shift sum to ``total``, and squared to ``square``."""
        self.count += count
        try:
            k, s = fixed_point(shift), fixed_point(total)
            self.square += (fixed_point(square) << FRACTION_BITS) + k * (2 * s + count * k)
            self.total += s + count * k
        except (OverflowError, ValueError):
            self.finite = False

    def merge(self, other: ExactMoments) -> None:
        """Add the values of another row."""
        self.count += other.count
        self.total += other.total
        self.square += other.square
        self.finite = self.finite and other.finite

    def mean(self) -> float:
        """The mean, rounded once; NaN of no values."""
        if not self.finite or self.count == 0:
            return float("nan")
        return self.total / (self.count << FRACTION_BITS)

    def variance(self) -> float:
        """The unbiased sample variance; NaN of fewer than two values."""
        if not self.finite or self.count < 2:
            return float("nan")
        numerator = max(self.count * self.square - self.total**2, 0)
        try:
            return numerator / (self.count * (self.count - 1) << 2 * FRACTION_BITS)
        except OverflowError:
            return float("inf")

    def to_bytes(self) -> bytes:
        """A fixed-width form, little-endian."""
        return (
            self.count.to_bytes(8, "little")
            + self.total.to_bytes(SUM_BYTES, "little", signed=True)
            + self.square.to_bytes(SQUARE_BYTES, "little", signed=True)
            + self.finite.to_bytes(1, "little")
        )

    @staticmethod
    def width() -> int:
        """The length of :meth:`to_bytes`."""
        return 8 + SUM_BYTES + SQUARE_BYTES + 1

    @staticmethod
    def from_bytes(data: bytes) -> ExactMoments:
        """What :meth:`to_bytes` wrote."""
        after_sum = 8 + SUM_BYTES
        return ExactMoments(
            int.from_bytes(data[:8], "little"),
            int.from_bytes(data[8:after_sum], "little", signed=True),
            int.from_bytes(data[after_sum:-1], "little", signed=True),
            data[-1] == 1,
        )


def fixed_point(value: float) -> int:
    """``value`` in units of 2⁻¹⁰⁷⁴; an OverflowError or ValueError where it is not finite."""
    numerator, denominator = value.as_integer_ratio()
    return numerator << (FRACTION_BITS + 1 - denominator.bit_length())
