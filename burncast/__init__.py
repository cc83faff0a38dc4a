"""burncast: a Monte Carlo risk and runway engine for companies that burn cash.

>>> import burncast
>>> scenario = burncast.load("chatgpt-2023")
>>> scenario.periods
36

:func:`load` reads a scenario, :func:`simulate` runs it and :func:`replay` shows one trajectory in full. Everything is
imported when it is first used, so that ``import burncast`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from burncast.backtest_pictures import draw_backtest
    from burncast.calibration.backtest import backtest
    from burncast.calibration.backtest_result import Backtest
    from burncast.calibration.churn import ChurnFit, fit_churn
    from burncast.calibration.experience_curve import ExperienceCurve, fit_experience_curve
    from burncast.calibration.fitted_law import Fit
    from burncast.calibration.fitting import fit
    from burncast.calibration.growth_curves import GrowthFit, fit_growth
    from burncast.calibration.hindsight import Hindsight
    from burncast.calibration.joint_processes import JointFit, fit_processes
    from burncast.calibration.panel import Panel, read_panel
    from burncast.calibration.process_fit import ProcessFit, fit_process
    from burncast.deciding import decide
    from burncast.distributions.errors import (
        BurncastError,
        InputError,
        InterruptedRunError,
        LawError,
        Problem,
        ScenarioError,
        SimulationError,
    )
    from burncast.distributions.sip_library import SipLibrary
    from burncast.engine.questions.decision import Decision
    from burncast.engine.questions.solution import Solution
    from burncast.engine.scenario import Scenario, load
    from burncast.exporting import export, read_sip_library, write_sip_library
    from burncast.forecast import replay, simulate
    from burncast.funding import frontier
    from burncast.hindsights import hindsight
    from burncast.posteriors import Posterior, posterior, save_posterior
    from burncast.rare_events import RareRuin, RuinExplanation, explain_ruin, rare_ruin
    from burncast.report_command import report
    from burncast.saved_results import read_result
    from burncast.sensitivity_analysis import sensitivity
    from burncast.solving import solve
    from burncast.spreadsheets import from_sheet, to_sheet

__all__ = [
    "Backtest",
    "BurncastError",
    "ChurnFit",
    "Decision",
    "ExperienceCurve",
    "Fit",
    "GrowthFit",
    "Hindsight",
    "InputError",
    "InterruptedRunError",
    "JointFit",
    "LawError",
    "Panel",
    "Posterior",
    "Problem",
    "ProcessFit",
    "RareRuin",
    "RuinExplanation",
    "Scenario",
    "ScenarioError",
    "SimulationError",
    "SipLibrary",
    "Solution",
    "__version__",
    "backtest",
    "decide",
    "draw_backtest",
    "explain_ruin",
    "export",
    "fit",
    "fit_churn",
    "fit_experience_curve",
    "fit_growth",
    "fit_process",
    "fit_processes",
    "from_sheet",
    "frontier",
    "hindsight",
    "load",
    "posterior",
    "rare_ruin",
    "read_panel",
    "read_result",
    "read_sip_library",
    "replay",
    "report",
    "save_posterior",
    "sensitivity",
    "simulate",
    "solve",
    "to_sheet",
    "write_sip_library",
]

_ERRORS = "burncast.distributions.errors"
_HOMES = {
    "Backtest": "burncast.calibration.backtest_result",
    "BurncastError": _ERRORS,
    "ChurnFit": "burncast.calibration.churn",
    "Decision": "burncast.engine.questions.decision",
    "ExperienceCurve": "burncast.calibration.experience_curve",
    "Fit": "burncast.calibration.fitted_law",
    "GrowthFit": "burncast.calibration.growth_curves",
    "Hindsight": "burncast.calibration.hindsight",
    "InputError": _ERRORS,
    "InterruptedRunError": _ERRORS,
    "JointFit": "burncast.calibration.joint_processes",
    "LawError": _ERRORS,
    "Panel": "burncast.calibration.panel",
    "Posterior": "burncast.posteriors",
    "Problem": _ERRORS,
    "ProcessFit": "burncast.calibration.process_fit",
    "RareRuin": "burncast.rare_events",
    "RuinExplanation": "burncast.rare_events",
    "Scenario": "burncast.engine.scenario",
    "ScenarioError": _ERRORS,
    "SimulationError": _ERRORS,
    "SipLibrary": "burncast.distributions.sip_library",
    "Solution": "burncast.engine.questions.solution",
    "backtest": "burncast.calibration.backtest",
    "decide": "burncast.deciding",
    "draw_backtest": "burncast.backtest_pictures",
    "explain_ruin": "burncast.rare_events",
    "export": "burncast.exporting",
    "fit": "burncast.calibration.fitting",
    "fit_churn": "burncast.calibration.churn",
    "fit_experience_curve": "burncast.calibration.experience_curve",
    "fit_growth": "burncast.calibration.growth_curves",
    "fit_process": "burncast.calibration.process_fit",
    "fit_processes": "burncast.calibration.joint_processes",
    "from_sheet": "burncast.spreadsheets",
    "frontier": "burncast.funding",
    "hindsight": "burncast.hindsights",
    "load": "burncast.engine.scenario",
    "posterior": "burncast.posteriors",
    "rare_ruin": "burncast.rare_events",
    "read_panel": "burncast.calibration.panel",
    "read_result": "burncast.saved_results",
    "read_sip_library": "burncast.exporting",
    "replay": "burncast.forecast",
    "report": "burncast.report_command",
    "save_posterior": "burncast.posteriors",
    "sensitivity": "burncast.sensitivity_analysis",
    "simulate": "burncast.forecast",
    "solve": "burncast.solving",
    "to_sheet": "burncast.spreadsheets",
    "write_sip_library": "burncast.exporting",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("burncast")
    if name not in _HOMES:
        raise AttributeError(f"module 'burncast' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return __all__
