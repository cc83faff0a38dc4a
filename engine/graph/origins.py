"""What a known value was worked out from, so that it can be worked out again when an input moves.

A program is shaped by the numbers of its scenario: what is multiplied by 0 goes, a power of 2 is a product. So where a
number may move, every question that was asked about what follows from it is remembered with its answer. As long as the
answers are the same, the program is, but for its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.law import Law
from burncast.distributions.lognormal import Lognormal
from burncast.distributions.normal import Normal
from burncast.distributions.transport import Table, transport

__all__ = [
    "Origin",
    "equals",
    "form_of_law",
    "has_no_zeros",
    "is_finite",
    "is_finite_after_opening",
    "is_nan",
    "is_probability",
    "is_steady",
    "is_true_or_false",
]

Floats = NDArray[np.float64]
Answer = TypeVar("Answer", bound=Hashable)
Source: TypeAlias = "Origin | Floats"


@dataclass(eq=False, slots=True)
class Origin:
    """A value that may move: an array of shape (elements, periods or 1), or a law.

    ``value`` is what it was when the program was made, ``compute`` makes it from what ``sources`` are worth (None: it
    is an input). ``answers`` are by question; ``is_read`` says that the numbers themselves were looked at, so that no
    other value will do.
    """

    value: Any
    compute: Callable[..., Any] | None = None
    sources: tuple[Source, ...] = ()
    answers: dict[Callable[[Any], Hashable], Hashable] = field(default_factory=lambda: {})
    is_read: bool = False

    def ask(self, question: Callable[[Any], Answer]) -> Answer:
        """What the value answers, remembered."""
        answer = question(self.value)
        self.answers[question] = answer
        return answer

    def answers_alike(self, value: Any) -> bool:
        """Whether a program for this value would be the same."""
        return not self.is_read and all(question(value) == answer for question, answer in self.answers.items())


@lru_cache(maxsize=64)
def equals(number: float) -> Callable[[Floats], bool]:
    """Whether every value is this number."""
    return lambda values: values.item(0) == number and bool(np.all(values == number))


def has_no_zeros(values: Floats) -> bool:
    """Whether no value is 0."""
    return bool(np.all(values != 0.0))


def is_finite(values: Floats) -> bool:
    """Whether every value is finite."""
    return bool(np.isfinite(values).all())


def is_finite_after_opening(values: Floats) -> bool:
    """Whether the values of the periods from 1 on are finite."""
    return is_finite(values[:, -max(values.shape[1] - 1, 1) :])


def is_nan(values: Floats) -> bool:
    """Whether a value is NaN."""
    return bool(np.isnan(values).any())


def is_probability(values: Floats) -> bool:
    """Whether every value lies between 0 and 1."""
    return bool(np.all((values >= 0.0) & (values <= 1.0)))


def is_steady(values: Floats) -> bool:
    """Whether no value changes from period to period."""
    return bool(np.array_equal(values, np.repeat(values[:, :1], values.shape[1], axis=1)))


def is_true_or_false(values: Floats) -> bool:
    """Whether every value is 0 or 1."""
    return bool(np.all((values == 0.0) | (values == 1.0)))


def form_of_law(law: Law) -> str:
    """Which instructions draw a law: ``normal``, ``lognormal``, ``smooth`` or ``looked up``."""
    if isinstance(law, Normal):
        return "normal"
    if isinstance(law, Lognormal):
        return "lognormal"
    return "smooth" if isinstance(transport(law), Table) else "looked up"
