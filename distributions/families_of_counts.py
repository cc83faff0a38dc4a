"""Families of counts that a scenario can name, and what happens only sometimes."""

from __future__ import annotations

from burncast.distributions.bernoulli import bernoulli
from burncast.distributions.beta_binomial import beta_binomial, beta_binomial_from_moments
from burncast.distributions.binomial import binomial
from burncast.distributions.family import Family, Form
from burncast.distributions.negative_binomial import (
    negative_binomial,
    negative_binomial_from_dispersion,
    negative_binomial_from_moments,
)
from burncast.distributions.poisson import poisson
from burncast.distributions.zero_inflation import hurdle, zero_inflated

__all__ = ["FAMILIES_OF_COUNTS"]

FAMILIES_OF_COUNTS = (
    Family("bernoulli", (Form(("p",), bernoulli),)),
    Family("poisson", (Form(("rate",), poisson),)),
    Family("binomial", (Form(("trials", "probability"), binomial),)),
    Family(
        "negative_binomial",
        (
            Form(("successes", "probability"), negative_binomial),
            Form(("mean", "sd"), negative_binomial_from_moments),
            Form(("mean", "dispersion"), negative_binomial_from_dispersion),
        ),
    ),
    Family(
        "beta_binomial",
        (
            Form(("trials", "a", "b"), beta_binomial),
            Form(("trials", "mean", "sd"), beta_binomial_from_moments),
        ),
    ),
    Family("zero_inflated", (Form(("p",), zero_inflated),), laws="one"),
    Family("hurdle", (Form(("p",), hurdle),), laws="one"),
)
