"""Every family of laws that a scenario can name, and :func:`make_law`, which builds one from what the scenario says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from burncast.distributions import first_guesses as guesses
from burncast.distributions.beta import Beta, beta_from_moments
from burncast.distributions.elicitation import Elicitation, interval
from burncast.distributions.errors import LawError, nearest_name
from burncast.distributions.exponential import Exponential, exponential_from_rate
from burncast.distributions.families_of_counts import FAMILIES_OF_COUNTS
from burncast.distributions.families_of_shapes import FAMILIES_OF_SHAPES
from burncast.distributions.families_of_tails import FAMILIES_OF_TAILS
from burncast.distributions.family import Argument, Family, Form
from burncast.distributions.gamma import Gamma, gamma_from_moments
from burncast.distributions.law import Law
from burncast.distributions.lognormal import Lognormal, lognormal_from_moments
from burncast.distributions.mixture import mixture
from burncast.distributions.normal import Normal
from burncast.distributions.pareto import Pareto, pareto_from_moments
from burncast.distributions.pert import pert
from burncast.distributions.pool import pool
from burncast.distributions.scipy_law import ScipyFamily
from burncast.distributions.student_t import StudentT, student_t_from_moments
from burncast.distributions.triangular import Triangular
from burncast.distributions.truncation import truncate
from burncast.distributions.uniform import Uniform, uniform_from_moments
from burncast.distributions.weibull import Weibull, weibull_from_moments

__all__ = ["FAMILIES", "Argument", "Family", "make_law"]


def make_law(name: str, arguments: Sequence[Argument], keywords: Mapping[str, Argument]) -> Law:
    """The law ``name(*arguments, **keywords)`` of the scenario language.

    An argument is a number, a list of numbers, or a law. Raises :class:`LawError`.

    >>> make_law("normal", [10.0], {"sd": 2.0})
    Normal(location=10.0, scale=2.0)
    >>> round(make_law("beta", [], {"p5": 0.02, "p95": 0.06}).mean, 4)
    0.0378
    """
    family = FAMILIES.get(name)
    if family is None:
        message = f"there is no distribution {name!r}"
        raise LawError(message, expected=f"one of {', '.join(FAMILIES)}", nearest=nearest_name(name, FAMILIES))
    return family.build(arguments, keywords)


@dataclass(frozen=True, slots=True)
class _SipFamily(Family):
    """Laws of SIPmath libraries: whoever reads the library puts the law before its names."""

    @property
    def signatures(self) -> tuple[str, ...]:
        return ('sip("library.SIPmath", "name")',)

    def build(self, arguments: Sequence[Argument], keywords: Mapping[str, Argument]) -> Law:
        if keywords or not arguments or not isinstance(arguments[0], Law):
            message = "a SIP is read from a library beside a scenario"
            raise LawError(message, expected=f"an input {self.signatures[0]}")
        return arguments[0]


def _normal(mean: float, sd: float) -> Law:
    return Normal(mean, sd)


def _student_t(df: float, mean: float = 0.0, scale: float = 1.0) -> Law:
    return StudentT(df, mean, scale)


def _exponential(mean: float) -> Law:
    return Exponential(mean)


def _above_zero(given: Mapping[str, float]) -> tuple[float, float]:
    return given.get("low", 0.0), np.inf


def _between_ends(given: Mapping[str, float]) -> tuple[float, float]:
    return given.get("low", -np.inf), given.get("high", np.inf)


def _in_unit_interval(given: Mapping[str, float]) -> tuple[float, float]:
    return given.get("low", 0.0), given.get("high", 1.0)


_FAMILIES = (
    Family(
        "normal",
        (Form(("mean", "sd"), _normal),),
        Elicitation(("mean", "sd"), _normal, guesses.guess_normal, frozenset({"sd"})),
    ),
    Family(
        "lognormal",
        (Form(("mean", "sd"), lognormal_from_moments), Form(("mu", "sigma"), Lognormal)),
        Elicitation(("mu", "sigma"), Lognormal, guesses.guess_lognormal, frozenset({"sigma"}), support=_above_zero),
        unnamed=False,
    ),
    Family(
        "uniform",
        (Form(("low", "high"), Uniform), Form(("mean", "sd"), uniform_from_moments)),
        Elicitation(("low", "high"), Uniform, guesses.guess_uniform, support=_between_ends, with_mode=False),
    ),
    Family(
        "triangular",
        (Form(("low", "mode", "high"), Triangular),),
        Elicitation(("low", "mode", "high"), Triangular, guesses.guess_three_points, support=_between_ends),
    ),
    Family(
        "pert",
        (Form(("low", "mode", "high"), pert, ("peak",)),),
        Elicitation(
            ("low", "mode", "high"), pert, guesses.guess_three_points, constants=("peak",), support=_between_ends
        ),
    ),
    Family(
        "beta",
        (Form(("a", "b"), Beta, ("low", "high")), Form(("mean", "sd"), beta_from_moments, ("low", "high"))),
        Elicitation(
            ("a", "b"),
            Beta,
            guesses.guess_beta,
            frozenset({"a", "b"}),
            constants=("low", "high"),
            support=_in_unit_interval,
        ),
    ),
    Family(
        "gamma",
        (Form(("shape", "scale"), Gamma), Form(("mean", "sd"), gamma_from_moments)),
        Elicitation(("shape", "scale"), Gamma, guesses.guess_gamma, frozenset({"shape", "scale"}), support=_above_zero),
    ),
    Family(
        "weibull",
        (Form(("shape", "scale"), Weibull), Form(("mean", "sd"), weibull_from_moments)),
        Elicitation(
            ("shape", "scale"), Weibull, guesses.guess_weibull, frozenset({"shape", "scale"}), support=_above_zero
        ),
    ),
    Family(
        "student_t",
        (Form(("df",), _student_t, ("mean", "scale")), Form(("df", "mean", "sd"), student_t_from_moments)),
        Elicitation(("mean", "scale"), _student_t, guesses.guess_student_t, frozenset({"scale"}), constants=("df",)),
    ),
    Family(
        "exponential",
        (Form(("mean",), _exponential), Form(("rate",), exponential_from_rate)),
        Elicitation(
            ("mean",),
            _exponential,
            guesses.guess_exponential,
            frozenset({"mean"}),
            support=_above_zero,
            with_mode=False,
        ),
    ),
    Family(
        "pareto",
        (Form(("alpha", "low"), Pareto), Form(("mean", "sd"), pareto_from_moments)),
        Elicitation(
            ("alpha", "low"),
            Pareto,
            guesses.guess_pareto,
            frozenset({"alpha", "low"}),
            support=_above_zero,
            with_mode=False,
        ),
    ),
    *FAMILIES_OF_TAILS,
    *FAMILIES_OF_COUNTS,
    *FAMILIES_OF_SHAPES,
    Family("mixture", (Form((), mixture, ("weights",)),), laws="many"),
    Family("pool", (Form((), pool, ("weights", "kind")),), laws="many"),
    Family("truncate", (Form((), truncate, ("low", "high")),), laws="one"),
    _SipFamily("sip", (), laws="one"),
    ScipyFamily("scipy", (), laws="one"),
    Family("interval", (Form(("low", "high"), interval),)),
)

FAMILIES: dict[str, Family] = {family.name: family for family in _FAMILIES}
