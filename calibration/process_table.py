"""A fitted process in words and in the arrays of its picture."""

from __future__ import annotations

import math

import numpy as np

from burncast.calibration.observed_information import Array
from burncast.calibration.process_fit import ProcessFit

__all__ = ["process_fan", "process_finding", "process_table"]

_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_PATHS = 1000
_MOST = 2_500_000


def process_table(fit: ProcessFit, rivals: tuple[ProcessFit, ...] = ()) -> str:
    """The estimates with standard errors and intervals, the tests of the innovations, and what the series cannot tell.

    ``rivals`` are other processes fitted to the same series, the best first, for the ranking.
    """
    lines = [f"{fit.process} fitted to {fit.count + 1} observations over {fit.series.span:.3g} years"]
    if len(rivals) > 1:
        wide = max(len(one.process) for one in rivals)
        lines += ["", f"{'process':{wide}}  {'k':>2}  {'AIC':>10}  {'BIC':>10}"]
        lines += [
            f"{one.process:{wide}}  {len(one.coordinates):>2}  {one.aic:>10.2f}  {one.bic:>10.2f}" for one in rivals
        ]
    wide = max(len(one.name) for one in fit.parameters)
    bias = fit.bootstrap is not None
    lines += [
        "",
        f"{'parameter':{wide}}  {'estimate':>10}  {'std. error':>10}  95 % interval"
        + ("  (bias corrected)" if bias else ""),
    ]
    for name, value in fit.values.items():
        low, high = fit.intervals[name]
        error = fit.standard_errors[name]
        if math.isfinite(error):
            lines.append(f"{name:{wide}}  {value:>10.4g}  {error:>10.2g}  {low:.4g} to {high:.4g}")
        else:
            lines.append(f"{name:{wide}}  {value:>10.4g}  {'–':>10}  not identified")
    lines += ["", f"log-likelihood {fit.log_likelihood:.2f}, AIC {fit.aic:.2f}, BIC {fit.bic:.2f}"]
    tests = fit.tests
    lines.append(
        f"innovations: Ljung–Box p = {tests.ljung_box.p_value:.2g}, of their squares p = "
        f"{tests.ljung_box_squares.p_value:.2g}, Jarque–Bera p = {tests.jarque_bera.p_value:.2g}"
    )
    return "\n".join([*lines, *tests.findings(), *fit.statements])


def process_finding(fit: ProcessFit) -> str:
    """What the picture of the innovations shows, in a sentence."""
    findings = fit.tests.findings()
    if not findings:
        return "The innovations look independent and normal"
    return findings[0][0].upper() + findings[0][1:]


def process_fan(fit: ProcessFit, seed: int = 0) -> Array:
    """The 5, 25, 50, 75 and 95 % quantiles of the fitted law at the observed times given the first value, f64[5, n]."""
    paths = fit.simulate(max(min(_PATHS, _MOST // len(fit.law.y)), 100), seed)
    return np.asarray(np.quantile(paths, _LEVELS, axis=1))
