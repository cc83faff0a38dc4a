"""A mechanism that is off leaves no trace: its inputs can take any value, and not one bit of a result changes."""

from functools import cache

import numpy as np
import pytest
from ai_lab.followed import follow_all

RESULTS = ("cash", "loss", "burn", "headcount", "subscribers", "free_users", "market_share", "served_share")

#: What belongs to mechanisms that are off by default, at values unlike those of the model.
OFF = {
    "training": {
        "run_interval": 0.1,
        "run_slip": 0,
        "run_months": 7,
        "run_cost": 9e9,
        "run_cost_growth": 7,
        "run_overrun": 0,
        "failure": 0.9,
        "rerun": 0.9,
        "generation_gain": 3,
    },
    "market": {"market_crisis_end": 0.9, "crisis_churn": 5, "closing_crisis": 9, "crisis_discount": 0.9},
    "partner": {"partner_years": 0.5, "in_kind_share": 0.9, "credit_share": 0.1},
    "rounds": {
        "preparation": 0,
        "closing": 0.99,
        "closing_growth": 5,
        "round_months": 60,
        "least_round": 1e9,
        "revenue_multiple": 500,
        "least_valuation": 1e12,
        "largest_dilution": 0.9,
        "opening_outflow": 1e9,
    },
    "debt": {"debt_trigger": 100, "debt_rate": 0.9, "debt_months": 2},
    "profit": {"profit_share_cap": 1e3, "payout": 1},
    "rescue": {"rescue_months": 99},
    "policies": {
        "price_rise": 3,
        "policy_cap": 1,
        "cap_churn": 4,
        "freeze_attrition": 9,
        "pause_saving": 1,
        "free_cut": 1,
        "free_cut_sign_ups": 1,
        "pivot_saving": 1,
        "pivot_api_loss": 1,
        "policy_price": 9e9,
    },
}
#: What turns these mechanisms on.
ON = {
    "training": {"first_run": 0.5},
    "market": {"market_crisis_rate": 0.2},
    "partner": {"partner_total": 1e9},
    "rounds": {"round_trigger": 24},
    "debt": {"debt_line": 1e8},
    "profit": {"profit_share": 0.75},
    "rescue": {"rescue_probability": 0.5},
    "policies": {f"{policy}_trigger": 24 for policy in ("price_rise", "cap", "freeze", "pause", "free_cut", "pivot")},
}


#: Blocks 8 to 13 without any mechanism that is off: what costs, what earns, and cash.
BARE = {
    "formulas": {
        "price_level": "1",
        "cap": "fair_use_cap",
        "research": "opening_research * exp(research_growth * time) * gpu_price_index",
        "data_licences": "opening_data * exp(data_growth * time)",
        "hiring": "hiring_rate * headcount",
        "leaving": "attrition * headcount",
        "staff": "headcount * cost_per_head / 12 * exp(pay_growth * time)",
        "other": "opening_other * headcount / opening_headcount",
        "loss": "serving + research + data_licences + staff + other - total_revenue",
        "burn": "serving + research + data_licences + staff + other - total_revenue",
        "operating": "1",
    },
    "stocks": {"cash": {"next": "cash - burn"}, "strength": {"next": "strength"}},
}


@cache
def results(*changes):
    document = {"scenario": {"title": "Off", "extends": "ai-lab", "periods": 30}, "inputs": dict(changes)}
    return follow_all(document, *RESULTS, trajectories=512)


def of(*changes):
    return results(*sorted((key, value) for each in changes for key, value in each.items()))


def same_bits(one, other):
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in RESULTS)


def test_what_belongs_to_a_mechanism_that_is_off_changes_not_one_bit():
    assert same_bits(of(), of(*OFF.values()))


def test_a_company_without_these_mechanisms_is_the_same_company():
    document = {"scenario": {"title": "Bare", "extends": "ai-lab", "periods": 30}, **BARE}
    bare = follow_all(document, *RESULTS, trajectories=512)
    for name, values in of().items():
        np.testing.assert_allclose(bare[name], values, rtol=1e-12, atol=1e-12 * np.nanmax(np.abs(values)))


@pytest.mark.parametrize("mechanism", ON)
def test_the_comparison_sees_a_mechanism_that_is_on(mechanism):
    lucrative = {"price": {"value": {"plus": 90, "team": 90}}} if mechanism == "profit" else {}
    document = {"scenario": {"title": "On", "extends": "ai-lab", "periods": 30}, "inputs": ON[mechanism] | lucrative}
    on = follow_all(document, *RESULTS, trajectories=512)
    document["inputs"] = on_and_changed = ON[mechanism] | OFF[mechanism] | lucrative
    assert on_and_changed.keys() >= ON[mechanism].keys()
    assert not same_bits(on, follow_all(document, *RESULTS, trajectories=512))
