"""All families that can be fitted, and which of them a sample could come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from burncast.calibration.families_above_zero import FAMILIES_ABOVE_ZERO
from burncast.calibration.families_between_ends import FAMILIES_BETWEEN_ENDS
from burncast.calibration.families_of_fitted_counts import FAMILIES_OF_FITTED_COUNTS
from burncast.calibration.families_on_the_line import FAMILIES_ON_THE_LINE
from burncast.calibration.fitted_families import FittedFamily
from burncast.calibration.sample import Sample
from burncast.distributions.errors import InputError, nearest_name
from burncast.engine.language.constants import number
from burncast.engine.language.expressions import Call, Expression, Name, parse

__all__ = ["FITTABLE", "Candidate", "candidates", "usual_candidates"]

FITTABLE: dict[str, FittedFamily] = {
    family.name: family
    for family in (
        *FAMILIES_ON_THE_LINE,
        *FAMILIES_ABOVE_ZERO,
        *FAMILIES_BETWEEN_ENDS,
        *FAMILIES_OF_FITTED_COUNTS,
    )
}

_USUAL_ON_THE_LINE = ("normal", "student_t", "gumbel", "gev", "skew_normal", "johnson_su")
_USUAL_ABOVE_ZERO = (
    "lognormal", "gamma", "weibull", "loglogistic", "inverse_gaussian", "exponential", "gpareto", "frechet", "burr",
    "normal",
)  # fmt: skip
_USUAL_SHARES = ("beta", "johnson_sb", "normal", "gamma", "lognormal")
_USUAL_COUNTS = ("poisson", "negative_binomial")


@dataclass(frozen=True)
class Candidate:
    """A family with the parameters that are given and not to be found."""

    family: FittedFamily
    given: tuple[tuple[str, float], ...] = ()

    @property
    def free(self) -> tuple[str, ...]:
        """The parameters to be found."""
        given = {name for name, _ in self.given}
        return tuple(one.name for one in self.family.coordinates if one.name not in given)

    @property
    def constants(self) -> dict[str, float]:
        """Every parameter whose value is known: the usual constants of the family, and what was given."""
        usual = {name: value for name, value in self.family.constants.items() if value is not None}
        return {**usual, **dict(self.given)}

    def write(self, values: Mapping[str, float], digits: int = 6) -> str:
        """The law with these parameters as the language writes it, without the usual constants."""
        known = {**self.constants, **values}
        usual = self.family.constants
        shown = [name for name in self.family.names if known[name] != usual.get(name)]
        return f"{self.family.name}({', '.join(f'{name}={known[name]:.{digits}g}' for name in shown)})"

    @property
    def text(self) -> str:
        """As it was written: ``student_t(df=4)``."""
        given = ", ".join(f"{name}={value:.12g}" for name, value in self.given)
        return f"{self.family.name}({given})" if given else self.family.name


def candidates(families: str | Sequence[str]) -> list[Candidate]:
    """The families that are named, each with what is given of it: ``"lognormal"``, ``"student_t(df=4)"``.

    Raises InputError for a name that is no family to be fitted, and for parameters that it has not.
    """
    found = [_candidate(one) for one in ([families] if isinstance(families, str) else families)]
    if not found:
        raise InputError("there is no family to fit; expected at least one")
    scales = {one.family.discrete for one in found}
    if len(scales) > 1:
        counts = ", ".join(one.text for one in found if one.family.discrete)
        raise InputError(
            f"{counts} cannot be ranked beside laws with a density: probabilities and densities differ in kind"
        )
    return found


def usual_candidates(sample: Sample) -> list[Candidate]:
    """The families that are tried where none is named: counts for whole numbers from 0 on, else by the sign."""
    ends = np.concatenate([sample.low, sample.high])
    ends = ends[np.isfinite(ends)]
    names: tuple[str, ...]
    if np.all((ends >= 0) & (ends == np.floor(ends))):
        names = ("bernoulli",) if ends.max() <= 1 else _USUAL_COUNTS
    elif ends.min() > 0 and ends.max() < 1:
        names = _USUAL_SHARES
    else:
        names = _USUAL_ABOVE_ZERO if ends.min() > 0 else _USUAL_ON_THE_LINE
    return [Candidate(FITTABLE[name]) for name in names]


def _candidate(text: str) -> Candidate:
    expression = parse(text)
    keywords: tuple[tuple[str, Expression], ...] = ()
    if isinstance(expression, Name):
        name = text.strip()
    elif isinstance(expression, Call) and not expression.arguments:
        name, keywords = expression.function, expression.keywords
    else:
        raise InputError(f"{text!r} is no family; expected a name such as lognormal, or student_t(df=4)")
    if name not in FITTABLE:
        nearest = nearest_name(name, FITTABLE)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        raise InputError(f"there is no family {name!r} to fit; expected one of {', '.join(FITTABLE)}{hint}")
    family = FITTABLE[name]
    given = tuple((parameter, number(value)) for parameter, value in keywords)
    for parameter, _ in given:
        if parameter not in family.names:
            nearest = nearest_name(parameter, family.names)
            hint = f"; did you mean {nearest!r}?" if nearest else ""
            message = (
                f"{name} has no parameter {parameter!r} to be given; expected one of {', '.join(family.names)}{hint}"
            )
            raise InputError(message)
    known = {parameter for parameter, _ in given}
    for parameter, usual in family.constants.items():
        if usual is None and parameter not in known:
            raise InputError(f"{name} needs {parameter}; expected {name}({parameter}=…)")
    return Candidate(family, given)
