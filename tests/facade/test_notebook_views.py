"""What notebooks show of results: their own figures, as tables that stand alone."""

from __future__ import annotations

import json

import numpy as np
import pytest

import burncast
from burncast.distributions.amounts import format_amount
from burncast.distributions.sip_library import parse_sip_library

SCENARIO = burncast.load(
    {
        "scenario": {"title": "A <b>walk</b>", "periods": 12, "start": "2024-01"},
        "inputs": {"opening": 10, "burn": {"value": "0.7 to 1.3", "source": "<script>x</script>"}},
        "processes": {"market": "gbm(start=1, drift=0, volatility=0.2)"},
        "stocks": {"cash": {"start": "opening", "next": "cash - burn * market"}},
        "ruin": {"when": "cash < 0", "need": "-cash"},
        "variants": {"dear": {"inputs": {"burn": "normal(mean=1.2, sd=0.2)"}}},
    }
)


def shown(result):
    page = result._repr_html_()
    assert page.startswith('<div class="burncast"')
    assert page.endswith("</div>")
    for unwanted in ("<script", "<b>", "http", "color:#", "background"):
        assert unwanted not in page
    return page


def test_a_scenario_shows_its_quantities_variants_and_ruin():
    page = shown(SCENARIO)
    for words in (
        "A &lt;b&gt;walk",
        "&lt;script&gt;x",
        "cash &lt; 0",
        "0.7 to 1.3",
        "dear",
        "→ cash - burn",
        "12 months",
    ):
        assert words in page


def test_answers_about_a_scenario_show_their_figures():
    solved = burncast.solve(SCENARIO, "inputs.opening", "ruin_probability <= 0.25", trajectories=2000)
    assert f"at least {format_amount(solved.value)} for ruin_probability &lt;= 0.25" in shown(solved)
    rare = burncast.rare_ruin(SCENARIO, by=6, particles=256, replications=4)
    assert f"{rare.probability:.3g} ± {rare.standard_error:.2g}" in shown(rare)
    why = burncast.explain_ruin(SCENARIO, trajectories=4096)
    assert f"{why.ruined:,} of 4,096 trajectories ruined" in shown(why)
    assert f"{why.inputs[0].shift:+.2f}" in shown(why)


def test_fits_show_their_estimates():
    generator = np.random.default_rng(1)
    churn = burncast.fit_churn(generator.integers(1, 24, 200), generator.uniform(size=200) < 0.4)
    assert f"{100 * churn.whole.churn:.2f} %" in shown(churn)
    growth = burncast.fit_growth(list(range(2015, 2025)), np.array([1, 2.2, 4.5, 9, 16, 27, 39, 50, 58, 63]))
    assert format_amount(growth.values["market"], digits=4) in shown(growth)
    curve = burncast.fit_experience_curve([1, 2, 4, 8, 16.0], [10, 8.1, 6.3, 5.2, 4.1])
    assert f"{100 * curve.learning_rate:.3g} %" in shown(curve)
    times = np.arange(40) / 12
    process = burncast.fit_process(times, 10 + generator.standard_normal(40), "ou")
    assert process.table.splitlines()[0] in shown(process).replace("&#x27;", "'")


OBSERVED = [
    {"variable": "cash", "period": "2024-03-31", "value": 7, "sd": 0.2, "source": "bank <b>"},
    {"variable": "cash", "period": "2024-04-30", "low": 3.5, "high": 4.5, "source": "press"},
]


def decision():
    document = {
        "scenario": {"periods": 4},
        "inputs": {"price": {"value": 3, "decision": [0, 10]}, "demand": "uniform(0.5, 1.5)"},
        "stocks": {"cash": {"start": 10, "next": "cash + demand * (5 - (price - 2) ** 2) - 4"}},
        "ruin": {"when": "cash < 0"},
    }
    return burncast.decide(document, "cash_mean[4]", "ruin_probability <= 0.9", evaluations=15, trajectories=128)


def said_of_decision(found):
    figures = (found.choice["price"], found.present_outcome, found.outcome)
    return ["cash_mean[4]", "ruin_probability &lt;= 0.9", *(format_amount(value, digits=4) for value in figures)]


def joint_fit():
    draws, times = np.random.default_rng(1).standard_normal((2, 60)), np.arange(60) / 12
    return burncast.fit_processes({"gpu": (times, 10 + draws[0]), "<b>": (times, 5 + draws[1])}, "ou")


def said_of_joint_fit(found):
    mean = found.fits["gpu"].values["mean"]
    return ["gpu: ou, ", f"mean {mean:.4g} ±", f"{found.correlation[0, 1]:.3f} ±", "&lt;b&gt;: ou", ">59<"]


def library():
    sips = [{"name": "<b>", "function": "SIP_Array", "arguments": {"value": [1.0, 2.0, 3.0, 4.0]}}]
    rng = {"rng": [{"name": "index", "function": "Index", "arguments": {"counter": "PM_Index"}}]}
    for sip in sips:
        sip |= {"ref": {"source": "rng", "name": "index"}}
    document = {"name": "Own", "objectType": "sipModel", "libraryType": "SIPmath_3_0", "provenance": "a test"}
    return parse_sip_library(json.dumps({**document, "U01": rng, "globalVariables": [], "sips": sips}))


def percentiles(law):
    return [f">{format_amount(float(value), digits=4)}<" for value in law.quantile([0.05, 0.5, 0.95])]


def panel():
    dates = np.array(["2023-12-31", "2024-03-31", "2024-06-30", "2024-09-30"] * 8, "datetime64[D]")
    names = np.repeat([f"C{number}" for number in range(8)], 4)
    cash = 60 + np.cumsum(np.random.default_rng(1).normal(-5, 8, (8, 4)), axis=1).ravel()
    return burncast.Panel(names, dates, dates, {"cash": cash, "debt": np.full(32, np.nan)}, {})


def walk(known):
    return {
        str(name): {
            "scenario": {"step": "quarter", "periods": 2},
            "processes": {"change": "iid(normal(-5, 8))"},
            "stocks": {"cash": {"start": float(cash), "next": "cash + change"}},
            "ruin": {"when": "cash < 20"},
        }
        for name, cash in zip(known.entity, known["cash"], strict=True)
    }


def backtested():
    return burncast.backtest(walk, panel(), ["2024-04-15"], [1], variable="cash", threshold=20.0, trajectories=64)


def said_of_backtest(found):
    return ["8 of 8 forecasts observed", f">{found.mean('crps', 1):.4g}<", "1 ahead: 8 of 8 observed; bands held"]


def said_of_posterior(found):
    assert [one.name for one in found.inputs] == ["burn"]
    learned = found.inputs[0].posterior
    return ["A &lt;b&gt;walk", *(format_amount(value, digits=4) for value in (learned.mean, learned.sd)), "R-hat"]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (decision, said_of_decision),
        (joint_fit, said_of_joint_fit),
        (
            library,
            lambda found: ["SIP library Own", "&lt;b&gt;", *percentiles(found.sip("<b>").law)],
        ),
        (lambda: library().sip("<b>").law, lambda law: [f">{law.mean:g}<", *percentiles(law)]),
        (lambda: burncast.posterior(SCENARIO, OBSERVED, particles=256, runs=2, moves=2), said_of_posterior),
        (
            lambda: burncast.hindsight(SCENARIO, OBSERVED, trajectories=256)[0],
            lambda found: [
                "7 ± 0.2",
                f"{found.pit:.3f}",
                "bank &lt;b&gt;",
                format_amount(found.forecast.p50, digits=4),
            ],
        ),
        (backtested, said_of_backtest),
        (panel, lambda _: ["8 companies, 32 rows, 2023-12-31 to 2024-09-30", ">32<", "debt"]),
    ],
    ids=["Decision", "JointFit", "SipLibrary", "Law", "Posterior", "Hindsight", "Backtest", "Panel"],
)
def test_every_other_result_shows_its_figures(make, said):
    found = make()
    page = shown(found)
    for words in said(found):
        assert words in page


def test_futures_that_are_ruined_at_once_have_a_runway_of_no_months():
    start = {
        "scenario": {"periods": 3},
        "stocks": {"cash": {"start": -1, "next": "cash"}},
        "ruin": {"when": "cash < 0"},
    }
    assert shown(burncast.simulate(start, trajectories=64).burncast).count(">0 months<") == 3


def test_datasets_of_other_verbs_show_theirs():
    tornado = burncast.sensitivity(SCENARIO, "ruin_probability", "tornado", trajectories=256)
    page = shown(tornado.burncast)
    assert f"ruin_probability is {100 * tornado.attrs['mean']:.3g} %" in page
    frontier = burncast.frontier(SCENARIO, amounts=[0, 3], trajectories=1000)
    assert f"{100 * float(frontier['survival'][1, -1]):.1f} %" in shown(frontier.burncast)
    with pytest.raises(burncast.InputError, match="shows a forecast"):
        frontier.burncast.summary()
