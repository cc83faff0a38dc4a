"""``burncast elicit``: the figures are the law's, what cannot be is named, and the entry can be pasted."""

from __future__ import annotations

import json
import tomllib

import pytest
from scipy import stats
from typer.testing import CliRunner

from burncast.cli import app

SCENARIO = """
[scenario]
title = "Pasted"
periods = 2
[inputs]
{entry}
[stocks]
cash = {{ start = "months", next = "cash" }}
"""


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def found(*arguments):
    done = call("elicit", *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_two_percentiles_are_met_and_shown():
    figures = found("lognormal", "p10=2", "p90=8")
    twin = stats.lognorm(figures["parameters"]["sigma"], scale=4)
    assert figures["law"] == "lognormal(p10=2, p90=8)"
    assert figures["percentiles"]["p10"] == pytest.approx(2)
    assert figures["percentiles"]["p90"] == pytest.approx(8)
    assert figures["percentiles"]["p99"] == pytest.approx(twin.ppf(0.99))
    assert (figures["mean"], figures["sd"]) == pytest.approx((twin.mean(), twin.std()))
    assert figures["support"] == [0, None]
    assert figures["misfit"] == 0
    shown = call("elicit", "lognormal", "p10=2", "p90=8").stdout
    for part in ("lognormal(p10=2, p90=8)", "mu 1.38629", "met exactly", "sd       2.699", figures["entry"]):
        assert part in shown, part


def test_the_misfit_is_that_of_the_law():
    figures = found("gamma", "p10=6", "p50=11", "p90=20")
    twin = stats.gamma(figures["parameters"]["shape"], scale=figures["parameters"]["scale"])
    for said in figures["said"]:
        assert said["fitted"] == pytest.approx(twin.cdf(said["value"]), rel=1e-9)
    assert figures["misfit"] == pytest.approx(max(abs(said["fitted"] - said["stated"]) for said in figures["said"]))
    assert "largest misfit 1.5 %" in call("elicit", "gamma", "p10=6", "p50=11", "p90=20").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("lognormal", "mode=3", "p90=8"),
        ("beta(low=0, high=10)", "p5=2", "p95=8"),
        ("gamma", "edges=[0, 10, 20, 40]", "chips=[3, 5, 1]"),
        ("pool(normal(12, 2), normal(20, 1), kind='log')",),
        ("2 to 8",),
        ("metalog()", "p10=2", "p50=5", "p90=9", "low=0"),
        ("pareto(0.8, 2)",),
        ("hurdle(poisson(3), 0.5)",),
        ("johnson_su", "p5=-3", "p30=1", "p70=3", "p95=12"),
    ],
    ids=" ".join,
)
def test_the_entry_can_be_pasted_into_a_scenario(arguments, tmp_path):
    figures = found(*arguments, "--name", "months")
    path = tmp_path / "scenario.toml"
    path.write_text(SCENARIO.format(entry=figures["entry"]), encoding="utf-8")
    tomllib.loads(path.read_text(encoding="utf-8"))
    assert call("check", path).exit_code == 0


def test_out_writes_the_figures_and_the_picture(tmp_path):
    for law in ("lognormal", "weibull"):
        done = call("elicit", law, "p10=2", "p90=8", "--out", tmp_path / "law")
        assert done.exit_code == 0, done.output
        assert sorted(path.name for path in (tmp_path / "law").iterdir()) == ["law.json", "law.png", "law.svg"]
        assert json.loads((tmp_path / "law" / "law.json").read_text())["law"] == f"{law}(p10=2, p90=8)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lognormal", "p10=8", "p90=2"], "p10 = 8 is not below p90 = 2"),
        (["lognormal", "p10=-8", "p90=2"], "p10 = -8 is outside the support of lognormal"),
        (["normal", "p10=1"], "cannot determine mean and sd"),
        (["lognorml", "p10=1", "p90=2"], "did you mean 'lognormal'"),
        (["lognormal", "p10=x", "p90=2"], "x is not a constant"),
        (["normal", "std=1", "mean=2"], "did you mean 'sd'"),
        (["metalog", "p10=2", "p50=2.1", "p90=14"], "expected terms=2"),
        (["lognormal"], "is not a distribution"),
        (["((("], "never closed"),
        (["normal(0, 1)", "--name", "my name"], "cannot be the name"),
    ],
    ids=str,
)
def test_what_cannot_be_is_named(arguments, message):
    done = call("elicit", *arguments)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_check_notes_a_law_that_does_not_meet_what_was_said(tmp_path):
    path = tmp_path / "scenario.toml"
    path.write_text(SCENARIO.format(entry='months = "gamma(p10=6, p50=11, p90=20)"'), encoding="utf-8")
    done = call("check", path)
    assert "note: months: the nearest gamma(p10=6, p50=11, p90=20) has 91.5 % below 20, not 90 %" in done.stdout
    path.write_text(SCENARIO.format(entry='months = "gamma(p10=6, p90=20)"'), encoding="utf-8")
    assert "note:" not in call("check", path).stdout
