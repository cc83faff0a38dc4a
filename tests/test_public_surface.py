"""What users may rely on: the names of the package, and that importing it is free."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import burncast

HEAVY = ("numpy", "numba", "scipy", "xarray", "matplotlib", "pydantic", "rich", "typer", "starlette", "uvicorn")


def test_the_public_names():
    assert burncast.__all__ == [
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
    assert dir(burncast) == burncast.__all__
    assert all(getattr(burncast, name) is not None for name in burncast.__all__)


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        getattr(burncast, "simulat")  # noqa: B009


def test_the_verbs_take_what_is_documented():
    assert list(inspect.signature(burncast.load).parameters) == ["source"]
    assert list(inspect.signature(burncast.replay).parameters) == [
        "scenario",
        "trajectory",
        "seed",
        "method",
        "trajectories",
    ]
    assert list(inspect.signature(burncast.explain_ruin).parameters) == [
        "scenario",
        "by",
        "seed",
        "trajectories",
        "threads",
    ]
    assert list(inspect.signature(burncast.rare_ruin).parameters) == [
        "scenario",
        "by",
        "seed",
        "particles",
        "replications",
        "moves",
        "threads",
        "progress",
    ]
    assert list(inspect.signature(burncast.report).parameters) == [
        "scenario",
        "path",
        "trajectories",
        "seed",
        "lang",
        "why",
        "pdf",
        "force",
        "threads",
        "tell",
    ]
    assert list(inspect.signature(burncast.solve).parameters) == [
        "scenario",
        "find",
        "so_that",
        "between",
        "trajectories",
        "seed",
        "threads",
        "progress",
    ]
    assert list(inspect.signature(burncast.decide).parameters) == [
        "scenario",
        "figure",
        "limit",
        "minimise",
        "worst_case",
        "evaluations",
        "trajectories",
        "seed",
        "threads",
        "progress",
    ]
    assert list(inspect.signature(burncast.frontier).parameters) == [
        "scenario",
        "amounts",
        "periods",
        "stock",
        "trajectories",
        "seed",
        "threads",
        "progress",
    ]
    assert list(inspect.signature(burncast.sensitivity).parameters) == [
        "scenario",
        "output",
        "method",
        "groups",
        "trajectories",
        "seed",
        "threads",
        "progress",
    ]
    assert list(inspect.signature(burncast.simulate).parameters) == [
        "scenario",
        "trajectories",
        "seed",
        "threads",
        "method",
        "control_variates",
        "quantiles",
        "keep_paths",
        "until_se",
        "until_figure",
        "variants",
        "progress",
    ]


def modules_after(statement):
    code = f"{statement}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()} | set(done.stdout.split())


def test_importing_burncast_imports_nothing_heavy():
    assert not modules_after("import burncast; burncast.__all__").intersection(HEAVY)


def test_help_imports_neither_numpy_nor_anything_above_it():
    statement = """
import contextlib, io, sys
from burncast.cli import app
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    app(["run", "--help"])
"""
    loaded = modules_after(statement)
    assert "typer" in loaded
    assert not loaded.intersection(HEAVY) - {"typer", "rich", "pydantic"}  # recent versions of typer import pydantic


def test_listing_the_examples_imports_nothing_heavy():
    statement = """
import contextlib, io
from burncast.cli import app
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    app(["examples"])
"""
    assert not modules_after(statement).intersection(HEAVY) - {"typer", "rich", "pydantic"}


def test_the_commands():
    from burncast.cli import app

    assert [command.callback.__name__ for command in app.registered_commands] == [
        "run",
        "compare",
        "sensitivity",
        "solve",
        "frontier",
        "decide",
        "rare_ruin",
        "explain",
        "replay",
        "report",
        "serve",
        "export",
        "to_sheet",
        "from_sheet",
        "check",
        "elicit",
        "schema",
        "init",
        "examples",
    ]


@pytest.mark.parametrize("command", [["check", "chatgpt-2023"], ["elicit", "gamma", "p10=2", "p90=8"]])
def test_check_and_elicit_import_neither_numba_nor_xarray_nor_scipy_stats(command):
    statement = f"""
import contextlib, io
from burncast.cli import app
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    app({command})
"""
    loaded = modules_after(statement)
    assert "numpy" in loaded
    assert not loaded.intersection({"numba", "xarray", "matplotlib", "scipy.stats"})
