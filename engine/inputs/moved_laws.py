"""A law moved as a whole, so that its middle comes to lie elsewhere.

It is stated by the numbers of the same call where they can say so (:mod:`burncast.engine.inputs.moved_arguments`); else
the call is multiplied by a factor, or something is added to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from burncast.distributions.errors import InputError, LawError
from burncast.distributions.families import FAMILIES
from burncast.distributions.law import FloatArray, Law
from burncast.engine.inputs.motion import Motion
from burncast.engine.inputs.moved_arguments import UnmovedError, is_of_counts, moved_call, rounded
from burncast.engine.language import constants
from burncast.engine.language.expressions import Binary, Call, Expression, Number, names

__all__ = ["centre_of", "law_of", "motion_of", "moved_law", "stated_call"]

_CLOSE, _NEAR = 5e-5, 1e-3
"""How near a centre has to be, relatively, or of the width of a law that is shifted: to stop looking, and to be where
it was asked for."""


def law_of(expression: Expression) -> Law | None:
    """The law that an expression is, with a factor or a summand or without; None where it is none."""
    stated = _stated(expression)
    if stated is None or names(stated[0]):
        return None
    call, factor, summand = stated
    law = constants.law(call)
    return law if (factor, summand) == (1.0, 0.0) else _Affine(law, factor, summand)


def centre_of(law: Law) -> float:
    """The median; the mean of a law of which some values have a probability of their own."""
    return law.mean if law.atoms()[0].size else float(law.quantile(0.5))


def motion_of(expression: Expression, law: Law, unit: str | None = None) -> Motion:
    """How the law of ``expression`` moves; what has a ``unit`` is no share because it lies between 0 and 1."""
    low, high = law.support
    call = stated_call(expression)
    if call is not None and call.function == "truncate" and isinstance(call.arguments[0], Call):
        return motion_of(call.arguments[0], constants.law(call.arguments[0]), unit)
    if call is not None and call.function in ("beta", "johnson_sb", "metalog") and math.isfinite(high - low):
        return Motion("slide", low, high)
    if call is not None and call.function == "bernoulli":
        return Motion("slide", 0.0, 1.0)
    if low >= 0.0 and high <= 1.0 and unit is None and call is not None and not is_of_counts(call):
        return Motion("slide", 0.0, 1.0)
    return Motion("scale") if low >= 0.0 else Motion("shift")


def moved_law(
    expression: Expression, centre: float, unit: str | None = None, in_file: Expression | None = None
) -> Expression:
    """The law of ``expression`` moved so that :func:`centre_of` it is ``centre``, to some six digits.

    ``in_file`` is the expression as it is written where its numbers stand in a file: then it is that which is
    multiplied, or added to. InputError where no such law can be stated.
    """
    law = law_of(expression)
    if law is None:
        raise InputError("only a law can be moved")
    motion, before = motion_of(expression, law, unit), centre_of(law)
    if not math.isfinite(before):
        raise InputError("the law has no mean by which it could be moved")
    if motion.kind == "scale" and not (before > 0.0 and centre > 0.0):
        raise InputError(f"a law of amounts above 0 cannot be moved to {centre:g}; expected a number above 0")
    if motion.kind == "slide" and not motion.low < centre < motion.high:
        ends = f"{motion.low:g} and {motion.high:g}"
        raise InputError(f"the law lies between {ends} and cannot be moved to {centre:g}; expected a number between")
    if centre == before:
        return in_file or expression
    by = motion.between(before, centre)
    if isinstance(expression, Call) and in_file is None:
        try:
            size = float(law.quantile_upper(0.05) - law.quantile(0.05)) if motion.kind == "shift" else abs(centre)
            return _solved(lambda step: moved_call(expression, motion, step), motion, by, (before, centre, size))
        except UnmovedError:
            pass
    stated = _stated(in_file or expression)
    if stated is None:
        raise InputError("it is computed from draws; expected another text")
    call, factor, summand = stated
    if motion.kind == "slide":
        raise InputError(f"{call.function}() cannot be moved between its ends; expected other numbers in it")
    if motion.kind == "scale":
        return _affine(call, factor * by, summand * by)
    return _affine(call, factor, summand + by)


def stated_call(expression: Expression) -> Call | None:
    """The call of a law that has a factor, or a summand, or neither."""
    stated = _stated(expression)
    return None if stated is None else stated[0]


def _solved(state: Callable[[float], Call], motion: Motion, by: float, way: tuple[float, float, float]) -> Call:
    """The call whose law has its centre at the end of its ``way``: the first guess where it is right, as it is in most
    families, else by the secant method, in logarithms where laws are scaled.

    A way is from one place to another, and the size of a miss that matters.
    """
    scales = motion.kind == "scale"
    before, centre, size = way

    def miss_of(found: float) -> float:
        return math.log(found / centre) if scales and found > 0.0 else found - centre

    unit = 1.0 if scales else size
    last, missed, here = 0.0, miss_of(before), math.log(by) if scales else by
    try:
        for _ in range(30):
            call = state(math.exp(here) if scales else here)
            miss = miss_of(centre_of(constants.law(call)))
            if abs(miss) <= _CLOSE * unit or miss == missed:
                break
            last, here, missed = here, here - miss * (here - last) / (miss - missed), miss
    except (LawError, OverflowError) as error:
        raise InputError(f"the law cannot be moved to {centre:g}: {error}") from None
    if abs(miss) > _NEAR * unit:
        raise InputError(f"the law cannot be moved to {centre:g}")
    return call


def _stated(expression: Expression) -> tuple[Call, float, float] | None:
    """The call, factor and summand of ``law``, ``s * law``, ``law + d`` and ``s * law + d``."""
    match expression:
        case Call(function=function) if function in FAMILIES:
            return expression, 1.0, 0.0
        case Binary(op="*", left=Number(value=factor), right=Call() as call) if call.function in FAMILIES:
            return (call, factor, 0.0) if factor > 0.0 else None
        case Binary(op="+", left=Call() | Binary(op="*") as inner, right=Number(value=summand)):
            stated = _stated(inner)
            return None if stated is None else (stated[0], stated[1], summand)
    return None


def _affine(call: Call, factor: float, summand: float) -> Expression:
    multiplied, added = rounded(factor), rounded(summand)
    scaled: Expression = call if multiplied.value == 1.0 else Binary("*", multiplied, call)
    return scaled if added.value == 0.0 else Binary("+", scaled, added)


@dataclass(frozen=True)
class _Affine(Law):
    """factor·X + summand with a factor above 0, to look at: it is drawn as the expression says."""

    law: Law
    factor: float
    summand: float

    @property
    def discrete(self) -> bool:
        """As X is."""
        return self.law.discrete

    def atoms(self) -> tuple[FloatArray, FloatArray]:
        """Those of X, moved."""
        points, masses = self.law.atoms()
        return self.factor * points + self.summand, masses

    def _support(self) -> tuple[float, float]:
        low, high = self.law.support
        return self.factor * low + self.summand, self.factor * high + self.summand

    def _moments(self) -> tuple[float, float]:
        return self.factor * self.law.mean + self.summand, self.factor * self.law.sd

    def _cdf(self, x: FloatArray) -> FloatArray:
        return self.law.cdf((x - self.summand) / self.factor)

    def _sf(self, x: FloatArray) -> FloatArray:
        return self.law.sf((x - self.summand) / self.factor)

    def _density(self, x: FloatArray) -> FloatArray:
        return self.law.density((x - self.summand) / self.factor) / self.factor

    def _quantile(self, p: FloatArray) -> FloatArray:
        return self.factor * self.law.quantile(p) + self.summand

    def _quantile_upper(self, q: FloatArray) -> FloatArray:
        return self.factor * self.law.quantile_upper(q) + self.summand
