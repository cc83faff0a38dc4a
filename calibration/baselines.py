"""Forecasts that anybody can make: a model that does not beat them is not worth its trouble.

Each is a rule for the next value, dressed with the errors that the same rule made on what was known, over all companies
of the panel, centred on their median so that the rule stays in the middle. Errors are relative to the last value or to
the burn, whichever is larger, and drawn again independently for each step. Where fewer than ten errors are known the
forecast is a point.

constant burn   the last value less the same burn every period; the burn is a figure of its own (``flow``) where the
                panel has one, otherwise the last decrease
random walk     the last value
last growth     the growth of the last year goes on; where no year is known, what came since the row before counts as a
                year's
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.panel import Panel, shifted

__all__ = ["BASELINES", "Baseline", "Errors"]

Floats = NDArray[np.float64]

FEWEST_ERRORS = 10


@dataclass(frozen=True)
class Errors:
    """What the baselines learn from a panel: its rows with the rows before them, where both have a value."""

    panel: Panel
    variable: str
    flow: str | None = None

    @cached_property
    def value(self) -> Floats:
        """The variable, float64[n]."""
        return self.panel[self.variable]

    @cached_property
    def before(self) -> Floats:
        """The variable one step earlier, float64[n], nan where unknown."""
        return self._earlier(self.value)

    @cached_property
    def burn(self) -> Floats:
        """What is spent in a step ending at the row, float64[n]."""
        return self.before - self.value if self.flow is None else self.panel[self.flow]

    @cached_property
    def size(self) -> Floats:
        """What errors are relative to, float64[n]."""
        return np.fmax(np.abs(self.value), np.abs(self.burn))

    @cached_property
    def growth(self) -> Floats:
        """The factor of one step in the last year, float64[n]: 1 where no growth can be told."""
        steps = 12 // self.panel.step_months
        with np.errstate(divide="ignore", invalid="ignore"):
            year = (self.value / self._year_before()) ** (1.0 / steps)
            step = (self.value / self.before) ** (1.0 / steps)
        found = np.where(np.isfinite(year) & (year > 0.0), year, step)
        return np.where(np.isfinite(found) & (found > 0.0), found, 1.0)

    def _earlier(self, figures: Floats) -> Floats:
        previous = self.panel.previous()
        return np.where(previous >= 0, figures[previous], np.nan)

    def _year_before(self) -> Floats:
        places = {
            (name, day): row for row, (name, day) in enumerate(zip(self.panel.entity, self.panel.date, strict=True))
        }
        rows = [places.get(key, -1) for key in zip(self.panel.entity, shifted(self.panel.date, -12), strict=True)]
        found = np.array(rows, dtype=np.int64)
        return np.where(found >= 0, self.value[found], np.nan)

    def of(self, rule: Rule) -> Floats:
        """The centred errors of a rule relative to the size before, float64[m]; empty where too few are known."""
        said = rule(Last(self.before, self._earlier(self.burn), self._earlier(self.growth)))
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = (self.value - said) / self._earlier(self.size)
        errors = errors[np.isfinite(errors)]
        return errors - np.median(errors) if errors.size >= FEWEST_ERRORS else np.empty(0)


@dataclass(frozen=True, slots=True)
class Last:
    """What a rule goes by: the last value, the burn and the growth factor of a step."""

    value: Floats
    burn: Floats
    growth: Floats


Rule: TypeAlias = Callable[[Last], Floats]
"""The next value."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A rule with the name that results go by."""

    name: str
    rule: Rule

    def paths(
        self, errors: Errors, drawn: Floats, row: int, steps: int, size: int, random: np.random.Generator
    ) -> Floats:
        """Sampled futures float64[size, steps] of the company of a row, from that row on.

        ``drawn`` are the errors of this rule, ``errors.of(rule)``.
        """
        value = np.full(size, errors.value[row])
        burn, growth = (np.asarray(np.nan_to_num(figures[row])) for figures in (errors.burn, errors.growth))
        out = np.empty((size, steps))
        for step in range(steps):
            error = random.choice(drawn, size) * errors.size[row] if drawn.size else 0.0
            value = out[:, step] = self.rule(Last(value, burn, growth)) + error
        return out


BASELINES = (
    Baseline("constant burn", lambda last: last.value - last.burn),
    Baseline("random walk", lambda last: last.value),
    Baseline("last growth", lambda last: last.value * last.growth),
)
