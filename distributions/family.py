"""A family of laws as the scenario language writes it: ``beta(p5=0.02, p95=0.06)`` becomes a :class:`Law`.

A family has one or more forms (by its usual parameters, by mean and sd), and may be fitted to percentiles (``p5=…``,
``p2_5=…`` for 2.5 %), to percentiles and a mode, or to chips laid between edges. Every refusal is a :class:`LawError`
that names the argument, says what was expected and the nearest valid name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeVar

from burncast.distributions.discrete import constant
from burncast.distributions.elicitation import Elicitation, Percentile, elicit, percentiles_of_chips
from burncast.distributions.errors import LawError, nearest_name
from burncast.distributions.law import Law

__all__ = ["Argument", "Family", "Form"]

T = TypeVar("T")
Argument = float | str | Sequence[float] | Law

LISTS = frozenset({"values", "weights", "sample", "coefficients", "probabilities", "edges", "chips"})
WORDS = frozenset({"kind"})

_PERCENTILES = {
    1: ["p50=…"],
    2: ["p5=…", "p95=…"],
    3: ["p5=…", "p50=…", "p95=…"],
    4: ["p5=…", "p30=…", "p70=…", "p95=…"],
}
_PERCENTILE = re.compile(r"p(\d+)(?:_(\d+))?")


@dataclass(frozen=True, slots=True)
class Form:
    """One way of stating a family: ``build`` takes the ``required`` and any of the ``optional`` parameters by name."""

    required: tuple[str, ...]
    build: Callable[..., Law]
    optional: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All parameters, in the order in which they may be given without names."""
        return self.required + self.optional


@dataclass(frozen=True, slots=True)
class Family:
    """A family of laws: its ``forms``, the first of which also takes its parameters ``unnamed`` unless that would be
    unclear.

    ``percentile_form`` builds from percentiles, given first, where the family has a way of its own. ``laws`` says
    whether the family is made of other laws, given first: none, one, or any number of them.
    """

    name: str
    forms: tuple[Form, ...]
    elicitation: Elicitation | None = None
    percentile_form: Form | None = None
    unnamed: bool = True
    laws: Literal["none", "one", "many"] = "none"

    @property
    def signatures(self) -> tuple[str, ...]:
        """How the family may be written, for messages and documentation."""
        leading = {"none": (), "one": ("law",), "many": ("law", "law", "…")}[self.laws]
        written = []
        for form in self.forms:
            shown = (_example(name) for name in form.optional)
            required = (name if self.unnamed and form is self.forms[0] else _example(name) for name in form.required)
            written.append(f"{self.name}({', '.join([*leading, *required, *shown])})")
        if self.elicitation is not None:
            fixed = [f"{name}=…" for name in self.elicitation.constants if name in self.forms[0].required]
            wanted = _PERCENTILES[len(self.elicitation.free)]
            written.append(f"{self.name}({', '.join(fixed + wanted)})")
        if self.percentile_form is not None:
            options = [_example(name) for name in self.percentile_form.optional]
            written.append(f"{self.name}({', '.join(['p10=…', 'p50=…', 'p90=…', *options])})")
        return tuple(written)

    def build(self, arguments: Sequence[Argument], keywords: Mapping[str, Argument]) -> Law:
        """The law that these arguments state."""
        laws, rest = self._laws_first(arguments)
        named = self._named(rest, keywords)
        percentiles, given = self._statements(named)
        if percentiles:
            return self._elicited(percentiles, given)
        return self._form_for(given).build(*laws, **given)

    def percentiles(self, arguments: Sequence[Argument], keywords: Mapping[str, Argument]) -> tuple[Percentile, ...]:
        """The percentiles among these arguments, those that chips stand for included."""
        return () if self.laws != "none" else self._statements(self._named(arguments, keywords))[0]

    def stated(self, arguments: Sequence[T], keywords: Mapping[str, T]) -> dict[str, T] | None:
        """The parameters by name, whatever they are, of the form that these arguments state; None for percentiles."""
        named = self._named(arguments, keywords)
        if any(_PERCENTILE.fullmatch(name) for name in named):
            return None
        self._form_for(named)
        return named

    def _statements(self, named: Mapping[str, Argument]) -> tuple[tuple[Percentile, ...], dict[str, object]]:
        """What is said in percentiles, and everything else."""
        percentiles = tuple(_percentile(name, value) for name, value in named.items() if _PERCENTILE.fullmatch(name))
        given = {name: _checked(name, value) for name, value in named.items() if not _PERCENTILE.fullmatch(name)}
        if not self._takes_chips or not {"edges", "chips"} & set(given):
            return percentiles, given
        for name in ("edges", "chips"):
            if name not in given:
                raise LawError(f"{name} is missing", argument=name, expected=f"{self.name}(edges=[…], chips=[…])")
        edges, chips = (_numbers(name, named[name]) for name in ("edges", "chips"))
        rest = {name: value for name, value in given.items() if name not in ("edges", "chips")}
        return (*percentiles, *percentiles_of_chips(edges, chips)), rest

    @property
    def _takes_chips(self) -> bool:
        return self.elicitation is not None or self.percentile_form is not None

    def _laws_first(self, arguments: Sequence[Argument]) -> tuple[list[object], list[Argument]]:
        if self.laws == "none":
            return [], list(arguments)
        count = len(arguments) if self.laws == "many" else 1
        laws = [constant(one) if isinstance(one, int | float) else one for one in arguments[:count]]
        if not laws or not all(isinstance(one, Law) for one in laws):
            raise LawError(f"{self.name} is made of laws", expected=self._expected())
        return [laws] if self.laws == "many" else list(laws), list(arguments[count:])

    def _named(self, unnamed: Sequence[T], keywords: Mapping[str, T]) -> dict[str, T]:
        order = self.forms[0].names
        if unnamed and not self.unnamed:
            raise LawError(f"{self.name} needs the names of its parameters", expected=self._expected())
        if len(unnamed) > len(order):
            message = f"{self.name} takes at most {len(order)} unnamed parameters, not {len(unnamed)}"
            raise LawError(message, expected=self._expected())
        named = dict(zip(order, unnamed, strict=False))
        known = self._known()
        for name, value in keywords.items():
            if name in named:
                raise LawError(f"{name} is given twice", argument=name, expected=self._expected())
            if name not in known and not _PERCENTILE.fullmatch(name):
                message = f"{self.name} has no parameter {name!r}"
                raise LawError(message, argument=name, expected=self._expected(), nearest=nearest_name(name, known))
            named[name] = value
        return named

    def _elicited(self, percentiles: tuple[Percentile, ...], given: dict[str, object]) -> Law:
        first = percentiles[0].name
        if self.percentile_form is not None:
            for name in given:
                if name not in self.percentile_form.optional:
                    message = f"{name} cannot be combined with percentiles"
                    raise LawError(message, argument=name, expected=self._expected())
            return self.percentile_form.build(percentiles, **given)
        if self.elicitation is None:
            raise LawError(f"{self.name} cannot be stated by percentiles", argument=first, expected=self._expected())
        fixable = self.elicitation.free + self.elicitation.constants
        mode = None
        if "mode" not in fixable and self.elicitation.with_mode and "mode" in given:
            mode = _number("mode", given.pop("mode"))
        for name in given:
            if name not in fixable:
                message = f"{name} cannot be combined with percentiles"
                raise LawError(message, argument=name, expected=self._expected())
        for name in self.elicitation.constants:
            if name in self.forms[0].required and name not in given:
                raise LawError(f"{name} is missing", argument=name, expected=self._expected())
        numbers = {name: value for name, value in given.items() if isinstance(value, float)}
        return _elicited(self.name, self.elicitation, percentiles, tuple(numbers.items()), mode)

    def _form_for(self, given: Mapping[str, object]) -> Form:
        fitting = [form for form in self.forms if set(given) <= set(form.names)]
        for form in fitting:
            if set(form.required) <= set(given):
                return form
        if not fitting:
            written = " and ".join(given)
            raise LawError(f"{written} do not go together", argument=list(given)[-1], expected=self._expected())
        missing = [name for name in fitting[0].required if name not in given]
        alone = len(fitting) > 1 and not given
        message = (
            "parameters are missing"
            if alone
            else f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        )
        raise LawError(f"{self.name}: {message}", argument=None if alone else missing[0], expected=self._expected())

    def _known(self) -> list[str]:
        names = [name for form in self.forms for name in form.names]
        names += self.percentile_form.optional if self.percentile_form is not None else ()
        names += ["edges", "chips"] if self._takes_chips else []
        names += ["mode"] if self.elicitation is not None and self.elicitation.with_mode else []
        return list(dict.fromkeys(names))

    def _expected(self) -> str:
        return " or ".join(self.signatures)


@lru_cache(maxsize=256)
def _elicited(
    family: str,
    elicitation: Elicitation,
    percentiles: tuple[Percentile, ...],
    given: tuple[tuple[str, float], ...],
    mode: float | None,
) -> Law:
    """What :func:`~burncast.distributions.elicitation.elicit` finds: a changed scenario has most of its laws."""
    return elicit(family, elicitation, percentiles, dict(given), mode)


def _percentile(name: str, value: Argument) -> Percentile:
    found = _PERCENTILE.fullmatch(name)
    assert found is not None
    percent = float(f"{found[1]}.{found[2] or 0}")
    return Percentile(name, percent / 100, _number(name, value))


def _example(name: str) -> str:
    return f"{name}={'[…]' if name in LISTS else '…'}"


def _checked(name: str, value: Argument) -> object:
    if name in WORDS and isinstance(value, str):
        return value
    return _numbers(name, value) if name in LISTS else _number(name, value)


def _numbers(name: str, value: Argument) -> list[float]:
    if isinstance(value, str | Law) or not isinstance(value, Sequence):
        raise LawError(f"{name} is {_shown(value)}", argument=name, expected="a list of numbers")
    return [_number(name, one) for one in value]


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise LawError(f"{name} is {_shown(value)}", argument=name, expected="a number")
    return float(value)


def _shown(value: object) -> str:
    if isinstance(value, Law):
        return "a law"
    return repr(value) if isinstance(value, str | int | float) else "a list"
