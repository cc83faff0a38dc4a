"""Families that a scenario can name for heavy tails, extremes and skewness."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from burncast.distributions import first_guesses as guesses
from burncast.distributions.burr import Burr
from burncast.distributions.elicitation import Elicitation
from burncast.distributions.family import Family, Form
from burncast.distributions.frechet import Frechet, frechet_from_moments
from burncast.distributions.gev import Gev, gev_from_moments
from burncast.distributions.gpareto import GeneralisedPareto, gpareto_from_moments
from burncast.distributions.gumbel import Gumbel, gumbel_from_moments
from burncast.distributions.inverse_gaussian import InverseGaussian, inverse_gaussian_from_moments
from burncast.distributions.johnson_sb import JohnsonSB
from burncast.distributions.johnson_su import JohnsonSU
from burncast.distributions.law import Law
from burncast.distributions.loglogistic import Loglogistic, loglogistic_from_moments
from burncast.distributions.skew_normal import SkewNormal, skew_normal_from_moments

__all__ = ["FAMILIES_OF_TAILS"]


def _inverse_gaussian(mean: float, shape: float) -> Law:
    return InverseGaussian(mean, shape)


def _above_zero(given: Mapping[str, float]) -> tuple[float, float]:
    return given.get("low", 0.0), np.inf


def _in_unit_interval(given: Mapping[str, float]) -> tuple[float, float]:
    return given.get("low", 0.0), given.get("high", 1.0)


FAMILIES_OF_TAILS = (
    Family(
        "loglogistic",
        (Form(("shape", "scale"), Loglogistic), Form(("mean", "sd"), loglogistic_from_moments)),
        Elicitation(
            ("shape", "scale"),
            Loglogistic,
            guesses.guess_loglogistic,
            frozenset({"shape", "scale"}),
            support=_above_zero,
        ),
    ),
    Family(
        "gumbel",
        (Form(("location", "scale"), Gumbel), Form(("mean", "sd"), gumbel_from_moments)),
        Elicitation(("location", "scale"), Gumbel, guesses.guess_gumbel, frozenset({"scale"})),
    ),
    Family(
        "frechet",
        (Form(("alpha", "scale"), Frechet), Form(("mean", "sd"), frechet_from_moments)),
        Elicitation(
            ("alpha", "scale"), Frechet, guesses.guess_frechet, frozenset({"alpha", "scale"}), support=_above_zero
        ),
    ),
    Family(
        "gev",
        (Form(("location", "scale", "shape"), Gev), Form(("shape", "mean", "sd"), gev_from_moments)),
        Elicitation(("location", "scale", "shape"), Gev, guesses.guess_gev, frozenset({"scale"})),
    ),
    Family(
        "gpareto",
        (
            Form(("shape", "scale"), GeneralisedPareto, ("low",)),
            Form(("mean", "sd"), gpareto_from_moments, ("low",)),
        ),
        Elicitation(
            ("shape", "scale"),
            GeneralisedPareto,
            guesses.guess_gpareto,
            frozenset({"scale"}),
            constants=("low",),
            support=_above_zero,
            with_mode=False,
        ),
    ),
    Family(
        "inverse_gaussian",
        (Form(("mean", "shape"), _inverse_gaussian), Form(("mean", "sd"), inverse_gaussian_from_moments)),
        Elicitation(
            ("mean", "shape"),
            _inverse_gaussian,
            guesses.guess_inverse_gaussian,
            frozenset({"mean", "shape"}),
            support=_above_zero,
        ),
    ),
    Family(
        "burr",
        (Form(("c", "k", "scale"), Burr),),
        Elicitation(("c", "k", "scale"), Burr, guesses.guess_burr, frozenset({"c", "k", "scale"}), support=_above_zero),
    ),
    Family(
        "johnson_su",
        (Form(("gamma", "delta"), JohnsonSU, ("location", "scale")),),
        Elicitation(
            ("gamma", "delta", "location", "scale"), JohnsonSU, guesses.guess_johnson_su, frozenset({"delta", "scale"})
        ),
    ),
    Family(
        "johnson_sb",
        (Form(("gamma", "delta"), JohnsonSB, ("low", "high")),),
        Elicitation(
            ("gamma", "delta"),
            JohnsonSB,
            guesses.guess_johnson_sb,
            frozenset({"delta"}),
            constants=("low", "high"),
            support=_in_unit_interval,
        ),
    ),
    Family(
        "skew_normal",
        (
            Form(("location", "scale", "shape"), SkewNormal),
            Form(("mean", "sd", "skewness"), skew_normal_from_moments),
        ),
        Elicitation(("location", "scale", "shape"), SkewNormal, guesses.guess_skew_normal, frozenset({"scale"})),
    ),
)
