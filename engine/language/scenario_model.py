"""What a scenario is once it has been read: frozen, validated data, every part knowing where it stood."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from burncast.distributions.errors import Problem
from burncast.distributions.notebook_view import Shown, View
from burncast.engine.language.expression_nodes import Call, Expression, Index, Name
from burncast.engine.language.expression_text import render

if TYPE_CHECKING:
    from burncast.distributions.sip_library import Sip
    from burncast.distributions.vine import Vine
    from burncast.engine.draws.particles import Particles

__all__ = [
    "YEARS_PER_STEP",
    "ByElement",
    "Copula",
    "Correlation",
    "Kind",
    "Location",
    "Quantity",
    "Ruin",
    "Scenario",
    "Step",
    "Value",
    "period_end",
]

Kind: TypeAlias = Literal["input", "process", "formula", "stock"]
Copula: TypeAlias = Literal["gaussian", "t", "clayton", "gumbel", "frank", "vine"]
Step: TypeAlias = Literal["month", "week", "quarter"]

YEARS_PER_STEP: dict[Step, float] = {"month": 1 / 12, "week": 7 / 365.25, "quarter": 1 / 4}
_MONTHS_PER_STEP: dict[Step, int] = {"month": 1, "week": 0, "quarter": 3}


@dataclass(frozen=True, slots=True)
class Location:
    """Where something stands: file (None for a mapping), line (from 1), and key, as in ``formulas.burn``."""

    file: str | None
    line: int | None
    key: str

    def problem(self, message: str, expected: str | None = None, nearest: str | None = None) -> Problem:
        """A problem at this place."""
        return Problem(message, self.file, self.line, self.key, expected, nearest)


@dataclass(frozen=True, slots=True)
class ByElement:
    """One expression for each element: keys are full label tuples in the order of the quantity's ``over``."""

    values: Mapping[tuple[str, ...], Expression]

    def __hash__(self) -> int:
        return hash(tuple(self.values.items()))


Value: TypeAlias = Expression | ByElement


@dataclass(frozen=True, slots=True)
class Quantity:
    """One name of a scenario: an input, a process, a formula or a stock.

    ``value`` is the start for a stock, which alone has ``next``. ``over`` are the declared dimensions, None to infer.
    ``decision`` is the range of a number that may be chosen.
    """

    name: str
    kind: Kind
    value: Value
    next: Value | None
    over: tuple[str, ...] | None
    unit: str | None
    source: str | None
    note: str | None
    states: tuple[str, ...] | None
    location: Location
    decision: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Correlation:
    """Dependence between draws.

    ``matrix`` of a Gaussian or t copula has ones on its diagonal and the order of ``between``; others have none.
    Clayton, Gumbel and Frank have ``theta`` and may be turned by ``rotation`` degrees: 90 turns the first of two round,
    270 the second, 180 all.
    """

    between: tuple[Index | Name, ...]
    matrix: tuple[tuple[float, ...], ...]
    copula: Copula
    df: float | None
    location: Location
    theta: float | None = None
    rotation: int = 0
    vine: Vine | None = None

    @property
    def is_independence(self) -> bool:
        """Whether it states that nothing moves together: so an inherited correlation is taken back."""
        apart = all(value == 0.0 for i, row in enumerate(self.matrix) for j, value in enumerate(row) if i != j)
        return self.copula == "gaussian" and apart

    @property
    def is_conditional(self) -> bool:
        """Whether its draws need one normal each and nothing shared, so that some can be drawn given the others."""
        return self.copula in ("gaussian", "clayton") or (self.copula == "frank" and len(self.between) == 2)


@dataclass(frozen=True, slots=True)
class Ruin:
    """First passage: ``when`` is asked at each period's end; ``need`` is the hole to fill."""

    when: Expression
    need: Expression | None
    when_location: Location
    need_location: Location | None


@dataclass(frozen=True)
class Scenario(Shown):
    """A validated scenario.

    ``dt`` is the length of a period in years. ``track`` are the quantities whose distribution is kept, by default every
    stock. ``text`` is a scenario file that loads to this scenario (with the digests of the files it reads in comments),
    and ``sha256`` the digest of that text: what a result depends on besides seed, number of trajectories and method.
    ``sips`` are those that it draws from, by scenario file, library and name.
    ``particles`` are the posterior that trajectories begin with, where the scenario has one.
    """

    title: str
    start: datetime.date | None
    periods: int
    step: Step
    currency: str | None
    dt: float
    dimensions: dict[str, tuple[str, ...]]
    quantities: dict[str, Quantity]
    correlations: tuple[Correlation, ...]
    ruin: Ruin | None
    track: tuple[str, ...]
    text: str = field(repr=False)
    sha256: str
    file: str | None
    variants: dict[str, Scenario] = field(default_factory=dict)
    extra_units: tuple[str, ...] = ()
    description: str | None = None
    particles: Particles | None = field(default=None, repr=False)
    sips: Mapping[tuple[str | None, str, str], Sip] = field(default_factory=dict, repr=False)

    def __hash__(self) -> int:
        return hash(self.sha256)

    def dates(self) -> list[datetime.date]:
        """The last day of each period 0..T (period 0 ends the day before ``start``); empty without a ``start``."""
        if self.start is None:
            return []
        return [period_end(self.start, self.step, period) for period in range(self.periods + 1)]

    def _view(self) -> View:
        rows = [
            [one.name, one.kind, _said(one.value, one.next), one.unit or "", one.source or one.note or ""]
            for one in self.quantities.values()
        ]
        begin = f" from {self.start:%Y-%m}" if self.start is not None else ""
        about = f"{self.periods} {self.step}s{begin}, sha256 {self.sha256[:12]}"
        ruin = f"Ruin: {render(self.ruin.when)}" if self.ruin is not None else "No ruin is defined."
        named = f"Variants: {', '.join(self.variants)}" if self.variants else ""
        columns = ["quantity", "kind", "value", "unit", "source or note"]
        return View(self.title, columns, rows, remarks=[self.description or "", ruin, named, about])


def period_end(start: datetime.date, step: Step, period: int) -> datetime.date:
    """The last day of a period of a calendar whose period 1 begins on ``start``.

    >>> period_end(datetime.date(2023, 6, 1), "month", 1)
    datetime.date(2023, 6, 30)
    """
    if step == "week":
        return start + datetime.timedelta(days=7 * period - 1)
    months = start.year * 12 + start.month - 1 + _MONTHS_PER_STEP[step] * period
    year, month = divmod(months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return datetime.date(year, month + 1, day) - datetime.timedelta(days=1)


def _said(value: Value, following: Value | None) -> str:
    """The value of a quantity, or its start and what comes next, as a scenario says it."""
    texts = [
        "; ".join(f"{', '.join(labels)}: {_written(one)}" for labels, one in each.values.items())
        if isinstance(each, ByElement)
        else _written(each)
        for each in (value, following)
        if each is not None
    ]
    return " → ".join(texts)


def _written(expression: Expression) -> str:
    match expression:
        case Call(function="interval", arguments=(low, high), keywords=()):
            return f"{render(low)} to {render(high)}"
    return render(expression)
