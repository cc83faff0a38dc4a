"""The model against an implementation of its own, in NumPy, written by hand from the text of the file.

It is that of ``python -m benchmarks ai-lab``, and shares the figures of ``openai-2024`` with burncast and nothing else:
neither parser nor compiler, neither machine nor generator. Probabilities of ruin and means must be the same but for
chance, in the example and in those of its variants that turn on nothing which the NumPy model leaves out.
"""

import importlib
import tomllib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from burncast.engine import simulate
from burncast.engine.scenario import load

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "openai-2024.toml"
VARIANTS = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["variants"]
COVERED = ("no_round", "credits_nearly_used", "price_war", "gpu_scarcity", "no_efficiency")
TRAJECTORIES = 65_536
FEWER = 32_768
SEED = 20_240_701


@pytest.fixture(scope="module")
def benchmarks():
    """The modules of the NumPy model; ``benchmarks`` is no package of burncast and is found from the root."""
    names = ("ai_lab_inputs", "ai_lab_numpy", "ai_lab_statistics", "peer_ai_lab_burncast")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        return SimpleNamespace(**{name: importlib.import_module(f"benchmarks.{name}") for name in names})


@pytest.fixture(scope="module")
def by_hand(benchmarks):
    return in_numpy(benchmarks, TRAJECTORIES)


@pytest.fixture(scope="module")
def burncast_run(benchmarks):
    return in_burncast(benchmarks, TRAJECTORIES)


def in_numpy(benchmarks, trajectories, changes=None):
    figures = benchmarks.ai_lab_inputs.read_figures(changes)
    benchmarks.ai_lab_numpy.check_turned_off(figures)
    rng = np.random.default_rng(SEED)
    return benchmarks.ai_lab_statistics.Statistics.merged(
        benchmarks.ai_lab_numpy.run_block(figures, rng, 8_192) for _ in range(trajectories // 8_192)
    )


def in_burncast(benchmarks, trajectories, changes=None):
    document = {"scenario": {"title": "As the example", "extends": str(EXAMPLE)}, "inputs": changes or {}}
    simulation = simulate.run(load(document), trajectories, SEED, threads=2)
    labels = {"subscribers": ["subscribers[plus]", "subscribers[team]"]}
    tracked = [each for item in simulation.tracked for each in labels.get(item.name, [item.name])]
    assert tuple(tracked) == benchmarks.ai_lab_statistics.TRACKED
    return benchmarks.peer_ai_lab_burncast.statistics_of(simulation.tally)


@pytest.mark.parametrize("month", [3, 6, 12, 18, 24, 36])
@pytest.mark.parametrize("what", ["probability of ruin", "cash", "total_revenue", "burn", "credits", "compute_bill"])
def test_same_law(benchmarks, by_hand, burncast_run, what, month):
    found = benchmarks.ai_lab_statistics.differences(by_hand, burncast_run)
    (difference,) = (each for each in found if (each.what, each.month) == (what, month))
    assert abs(difference.errors) < 4.5, str(difference)


def test_every_statistic_of_every_month_agrees(benchmarks, by_hand, burncast_run):
    largest = benchmarks.ai_lab_statistics.differences(by_hand, burncast_run)[0]
    assert abs(largest.errors) < benchmarks.ai_lab_statistics.LARGEST, str(largest)


@pytest.mark.parametrize("variant", COVERED)
def test_variants_agree(benchmarks, variant):
    changes = VARIANTS[variant]["inputs"]
    ours, theirs = in_numpy(benchmarks, FEWER, changes), in_burncast(benchmarks, FEWER, changes)
    largest = benchmarks.ai_lab_statistics.differences(ours, theirs)[0]
    assert abs(largest.errors) < benchmarks.ai_lab_statistics.LARGEST, str(largest)


@pytest.fixture(scope="module")
def certain(benchmarks):
    """Every uncertain input at about its mean: what spread is left comes from processes, and small mistakes show."""
    rng = np.random.default_rng(SEED)

    def fixed(value):
        return float(f"{value(rng, 10_000).mean():.4g}") if callable(value) else value

    figures = benchmarks.ai_lab_inputs.read_figures()
    changes = {name: fixed(value) for name, value in figures.items() if callable(value)}
    for name, value in figures.items():
        if isinstance(value, dict) and any(callable(part) for part in value.values()):
            changes[name] = {"value": {label: fixed(part) for label, part in value.items()}}
    return changes


@pytest.fixture(scope="module")
def certain_run(benchmarks, certain):
    return in_burncast(benchmarks, TRAJECTORIES, certain)


def test_same_law_without_uncertain_inputs(benchmarks, certain, certain_run):
    largest = benchmarks.ai_lab_statistics.differences(in_numpy(benchmarks, TRAJECTORIES, certain), certain_run)[0]
    assert abs(largest.errors) < benchmarks.ai_lab_statistics.LARGEST, str(largest)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("announcement_lift", 0.55),
        ("cuts_matched", 0.9),
        ("outage_churn", 0.6),
        ("crisis_churn", 0.5),
        ("rerun", 0.75),
        ("pause_saving", 0.9),
        ("freeze_attrition", 1.5),
        ("closing_growth", 0.5),
        ("profit_share", 0.5),
    ],
)
def test_a_slightly_different_model_is_noticed(benchmarks, certain, certain_run, name, value):
    other = in_numpy(benchmarks, FEWER, certain | {name: value})
    assert abs(benchmarks.ai_lab_statistics.differences(other, certain_run)[0].errors) > 8.0


def test_what_the_numpy_model_leaves_out_is_refused(benchmarks):
    figures = benchmarks.ai_lab_inputs.read_figures({"debt_line": 1e9})
    with pytest.raises(ValueError, match="debt_line"):
        benchmarks.ai_lab_numpy.check_turned_off(figures)
