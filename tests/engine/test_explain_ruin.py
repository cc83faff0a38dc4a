"""Why ruin, where the reason is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

import burncast
from burncast.distributions.errors import InputError
from burncast.engine.questions.boxes import find_box
from burncast.engine.questions.explain_ruin import explain_ruin
from burncast.engine.scenario import load

DOCUMENT = {
    "scenario": {"title": "why", "periods": 4},
    "dimensions": {"part": ["a", "b"]},
    "inputs": {
        "burn": "normal(mean=1, sd=0.2)",
        "idle": "uniform(0, 1)",
        "rent": {"value": "normal(mean=1, sd=0.1)", "over": "part"},
        "fixed": 3,
    },
    "processes": {"market": "random_walk(start=0, drift=0, volatility=0.5)", "noise": "gbm(start=1, volatility=0.1)"},
    "stocks": {
        "cash": {"start": 4.6, "next": "cash - burn - 0 * (idle + fixed + noise + sum(rent)) + market * (period == 4)"}
    },
    "ruin": {"when": "cash < 0"},
}


def test_shifts_are_those_of_a_gaussian_sum():
    """Ruin is 4 burn − market₄ > 4.6: both terms are normal, so that the conditional means are known."""
    found = explain_ruin(load(DOCUMENT), trajectories=40_000, seed=3)
    burn, market = 0.8, 0.5 * np.sqrt(4 / 12)
    sd = np.hypot(burn, market)
    threshold = 0.6 / sd
    hazard = norm.pdf(threshold) / norm.sf(threshold)
    assert found.probability == pytest.approx(norm.sf(threshold), abs=4 * np.sqrt(0.17 / 40_000))
    shifts = {one.name: one for one in found.inputs}
    assert set(shifts) == {"burn", "idle", "rent[a]", "rent[b]"}
    assert found.inputs[0].name == "burn"
    assert shifts["burn"].shift == pytest.approx(burn / sd * hazard, abs=4 / np.sqrt(found.ruined))
    assert abs(shifts["idle"].shift) < 4 / np.sqrt(found.ruined)
    assert shifts["burn"].ruined[1] > shifts["burn"].all[1] + 0.1
    assert found.processes["market"] == pytest.approx(-market / sd * hazard, abs=4 / np.sqrt(2000))
    levels = {one.name: one for one in found.levels}
    assert set(levels) == {"market", "noise"}
    both = 2.5 / np.sqrt(1.875 * 4)  # correlation of the mean of the first four places of a walk with the fourth
    assert levels["market"].shift == pytest.approx(-both * market / sd * hazard, abs=4 / np.sqrt(found.ruined))
    assert abs(levels["noise"].shift) < 4 / np.sqrt(found.ruined)
    assert levels["market"].all[1] == pytest.approx(0.0, abs=4 * 1.25 * 0.2 / np.sqrt(40_000))
    assert "market" in found.box_of_all.rules
    assert found.box_of_all.density > found.box.density
    assert next(iter(found.box.rules)) == "burn"
    assert found.box.rules["burn"][0] > 1.0
    assert found.box.coverage >= 0.5
    assert found.box.density > 2 * found.probability
    path = burncast.replay(load(DOCUMENT), found.typical, seed=3)
    assert float(path["cash"].min()) < 0


def test_a_box_is_found():
    generator = np.random.default_rng(1)
    values = generator.uniform(size=(20_000, 6))
    wanted = (values[:, 1] > 0.7) & (values[:, 4] < 0.4)
    box = find_box(values, wanted)
    assert set(box.rules) == {1, 4}
    assert box.rules[1][0] == pytest.approx(0.7, abs=0.03)
    assert box.rules[4][1] == pytest.approx(0.4, abs=0.03)
    assert box.density > 0.95
    assert box.coverage > 0.9


@pytest.mark.parametrize(
    ("change", "options", "says"),
    [
        ({}, {"by": 9}, "by is 9; expected a period from 1 to 4"),
        ({}, {"trajectories": 10}, "expected a number from 1,000"),
        ({"ruin": {"when": "cash < -50"}}, {}, "only 0 of 65,536"),
        ({"ruin": {"when": "cash < 50"}}, {}, "all of 65,536"),
    ],
)
def test_what_cannot_be_explained_is_one_message(change, options, says):
    with pytest.raises(InputError, match=says):
        explain_ruin(load({**DOCUMENT, **change}), **options)
