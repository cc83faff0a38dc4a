"""``burncast.draw_backtest``: the picture of a backtest, as a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from burncast.distributions.errors import InputError

if TYPE_CHECKING:
    from burncast.calibration.backtest_result import Backtest

__all__ = ["draw_backtest"]

FEWEST = 10
"""Outcomes that a horizon needs to be drawn."""
STEPS = {1: "month", 3: "quarter", 12: "year"}


def draw_backtest(found: Backtest, path: str | os.PathLike[str], *, title: str = "", event: str | None = None) -> Path:
    """Write a picture, ``.svg`` or ``.png``: calibration, coverage, skill, and with ``event`` its reliability.

    ``event`` names what falling below the threshold means. Horizons with fewer than ten outcomes are left out. Raises
    InputError for another ending, and where no horizon has as many.
    """
    from burncast.calibration.backtest_result import MODEL
    from burncast.outputs.charts.backtest_plots import HorizonFindings, backtest_plot
    from burncast.outputs.charts.chart_style import encode_figure
    from burncast.outputs.files.store import write_files

    file = Path(path)
    kind = file.suffix.removeprefix(".")
    if kind not in ("svg", "png"):
        raise InputError(f"{file} ends in {file.suffix or 'nothing'}; expected .svg or .png")
    findings = []
    for horizon in found.horizons:
        known = found.count(horizon)[1]
        if known < FEWEST:
            continue
        curve = found.reliability(horizon, bins=min(10, max(3, known // 30)))
        skills = {name: found.skill("crps", name, horizon) for name in found.models if name != MODEL}
        findings.append(
            HorizonFindings(
                horizon,
                found.pits(horizon),
                found.coverage(horizon),
                np.array([curve.said, curve.happened, curve.low, curve.high, curve.count]),
                {name: (one.value, one.low, one.high) for name, one in skills.items()},
            )
        )
    if not findings:
        raise InputError(f"fewer than {FEWEST} outcomes of any horizon have been observed")
    step = STEPS.get(found.step_months, f"{found.step_months} months")
    content = encode_figure(backtest_plot(findings, step, event, title), kind)
    return write_files(file.parent, {file.name: content})[0]
