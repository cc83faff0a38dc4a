"""A fit in words: the ranking, the parameters, the note of the entry."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from burncast.distributions.errors import InputError

if TYPE_CHECKING:
    from burncast.calibration.fitted_law import Fit

__all__ = ["fit_note", "fit_table"]

_POOR = 0.05


def fit_table(one: Fit) -> str:
    """The families in order, the parameters of the first with their standard errors, and how well it fits."""
    lines = [f"{one.family} fitted to {one.sample.described()}"]
    if one.sample.source:
        lines.append(one.sample.source)
    wide = max(len(fit.family) for fit in one.ranking)
    lines += ["", f"{'family':{wide}}  {'k':>2}  {'AIC':>10}  {'BIC':>10}  log score per row"]
    for fit in one.ranking:
        error = f" ± {fit.log_score_se:.2g}" if math.isfinite(fit.log_score_se) else ""
        score = f"{fit.log_score:.4f}{error}"
        lines.append(f"{fit.family:{wide}}  {len(fit.candidate.free):>2}  {fit.aic:>10.2f}  {fit.bic:>10.2f}  {score}")
    lines += [f"not fitted: {reason}" for reason in one.refused]
    wide = max((len(name) for name in one.parameters), default=0)
    lines += [
        "",
        *(f"{name:{wide}}  {value:.6g} ± {one.standard_errors[name]:.2g}" for name, value in one.parameters.items()),
    ]
    lines += [f"{name} lies at the end of what it may be" for name in one.at_bound]
    lines += ["", _goodness(one), f"plug-in     {one.plug_in}"]
    if one.uncertainty != "none":
        lines.append(_predictive(one))
    return "\n".join(lines)


def fit_note(one: Fit) -> str:
    """What the entry says of itself: family, estimates, method, how well it fits, what was left out."""
    estimates = ", ".join(
        f"{name} {value:.4g} ± {one.standard_errors[name]:.2g}" for name, value in one.parameters.items()
    )
    found = f": {estimates}" if estimates else ""
    parts = [f"{one.family} by maximum likelihood from {one.sample.described()}{found}"]
    if one.uncertainty == "none":
        parts.append("plug-in law, which leaves out that parameters are estimates")
    else:
        error = f", written to within {one.written.error:.1g} of probability" if one.written.error else ""
        parts.append(f"predictive law: {one.written.method}{error}")
    if one.rivals:
        parts.append(f"best of {len(one.ranking)} families")
    parts.append(_goodness(one))
    return "; ".join(parts)


def _predictive(one: Fit) -> str:
    try:
        return f"predictive  {one.predictive}"
    except InputError as error:
        return f"no predictive law: {error}"


def _goodness(one: Fit) -> str:
    if not one.p_values:
        return "no test of fit, for samples censored like this one cannot be drawn"
    shown = ", ".join(f"{name} p = {value:.2g}" for name, value in one.p_values.items())
    verdict = " (does not fit)" if one.p_value < _POOR else ""
    return f"goodness of fit: {shown}{verdict}"
