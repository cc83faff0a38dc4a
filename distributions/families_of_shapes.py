"""Families that a scenario can name for laws of any shape: terms of a quantile function, points, samples."""

from __future__ import annotations

from burncast.distributions.discrete import discrete
from burncast.distributions.empirical import empirical
from burncast.distributions.family import Family, Form
from burncast.distributions.metalog import metalog
from burncast.distributions.metalog_fit import metalog_from_percentiles
from burncast.distributions.piecewise import piecewise, piecewise_from_chips
from burncast.distributions.smoothed import smoothed

__all__ = ["FAMILIES_OF_SHAPES"]

FAMILIES_OF_SHAPES = (
    Family(
        "metalog",
        (Form(("coefficients",), metalog, ("low", "high")),),
        percentile_form=Form((), metalog_from_percentiles, ("terms", "low", "high")),
    ),
    Family(
        "piecewise",
        (Form(("values", "probabilities"), piecewise), Form(("edges", "chips"), piecewise_from_chips)),
    ),
    Family("discrete", (Form(("values",), discrete, ("weights",)),)),
    Family("empirical", (Form(("sample",), empirical, ("weights",)),)),
    Family("smoothed", (Form(("sample",), smoothed, ("bandwidth", "weights")),)),
)
