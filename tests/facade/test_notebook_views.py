"""What notebooks show of results: their own figures, as tables that stand alone."""

from __future__ import annotations

import numpy as np
import pytest

import burncast
from burncast.distributions.amounts import format_amount

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


def test_datasets_of_other_verbs_show_theirs():
    tornado = burncast.sensitivity(SCENARIO, "ruin_probability", "tornado", trajectories=256)
    page = shown(tornado.burncast)
    assert f"ruin_probability is {100 * tornado.attrs['mean']:.3g} %" in page
    frontier = burncast.frontier(SCENARIO, amounts=[0, 3], trajectories=1000)
    assert f"{100 * float(frontier['survival'][1, -1]):.1f} %" in shown(frontier.burncast)
    with pytest.raises(burncast.InputError, match="shows a forecast"):
        frontier.burncast.summary()
