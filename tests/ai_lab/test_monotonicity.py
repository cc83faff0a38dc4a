"""What must help helps, on every trajectory and in every period: exact comparisons on the same random numbers.

Theory promises this where nobody reacts. More cash adds to every later balance. Cheaper GPUs lower every bill, and
requests do not look at them (without a price floor). A higher price that moves no customer is income alone. A lower
churn helps where a subscriber earns more than he costs and more than he would as a free user, and where subscribers
bring no others (``imitation`` and ``return_rate`` 0): free users cost money, and more of them can be a loss.

It promises nothing where somebody reacts to the months that cash lasts: with more cash a round is sought later and may
meet a crisis, a company goes on hiring, raises its prices later, or draws its debt too late. A rescue that is asked
for later meets another draw. The world below therefore holds every other mechanism and none of these.
"""

from functools import cache

import numpy as np
import pytest
from ai_lab.followed import follow_all

TRAJECTORIES = 4_096

WORLD = {
    "announcement_rate": 2,
    "season_amplitude": 0.2,
    "rival_volatility": 0.2,
    "rival_drift": 0.2,
    "api_cut_rate": 1,
    "open_drift": 0.3,
    "opening_partner_requests": 100e6,
    "selection": 0.3,
    "load_volatility": 0.3,
    "breakthrough_rate": 0.3,
    "headroom": 0.1,
    "lead_time": 2,
    "scarcity_rate": 0.03,
    "own_share": 0.3,
    "opening_owned": 5_000,
    "spike_rate": 2,
    "drought_rate": 0.05,
    "first_run": 0.5,
    "failure": 0.3,
    "generation_gain": 0.2,
    "stock_per_head": 1e5,
    "partner_total": 300e6,
    "opening_credits": 50e6,
    "opening_prepaid": 50e6,
    "opening_debt": 50e6,
    "cash_yield": 0.04,
    "opening_cash": 700e6,
    "hard_stop": 0,
}


@cache
def cash(*changes):
    document = {"scenario": {"title": "Nobody reacts", "extends": "ai-lab"}, "inputs": WORLD | dict(changes)}
    return follow_all(document, "cash", trajectories=TRAJECTORIES)["cash"]


def ruined(paths):
    """Whether a trajectory is ruined by the end of each period."""
    return np.maximum.accumulate(paths < 0, axis=1)


def never_worse(better, worse):
    """On no trajectory does ruin come earlier, and on some it comes later."""
    early, late = ruined(worse), ruined(better)
    assert 0.05 < early[:, -1].mean() < 0.98
    assert (late <= early).all()
    assert late.sum() < early.sum()


@pytest.mark.parametrize("more", [701e6, 800e6, 2e9])
def test_more_cash(more):
    never_worse(cash(("opening_cash", more)), cash())


@pytest.mark.parametrize("what", ["opening_credits", "opening_prepaid", "partner_total"])
def test_more_of_anything_that_pays_bills(what):
    never_worse(cash((what, WORLD[what] + 60e6)), cash())


@pytest.mark.parametrize(
    "cheaper", [("opening_gpu_price", 0.8), ("gpu_price_drift", "normal(mean=-0.25, sd=0.15)"), ("cloud_discount", 0.1)]
)
def test_cheaper_gpus(cheaper):
    never_worse(cash(cheaper), cash())


def test_cheaper_purchases_and_power():
    never_worse(cash(("purchase_price", 20e3)), cash())
    never_worse(cash(("pue", 1.1)), cash())


def churn(factor):
    value = {"plus": f"{factor} * beta(p5=0.04, p95=0.13)", "team": f"{factor} * beta(p5=0.01, p95=0.04)"}
    return {"churn": {"value": value}}


@cache
def alone(factor):
    """Churn times ``factor``, where subscribers bring no others: cash, and what a subscriber earns."""
    inputs = WORLD | {"imitation": 0, "innovation": 0.01, "return_rate": 0, "opening_cash": 500e6} | churn(factor)
    document = {"scenario": {"title": "Nobody reacts", "extends": "ai-lab"}, "inputs": inputs}
    return follow_all(document, "cash", "subscriber_margin", "subscribers", trajectories=TRAJECTORIES)


@pytest.mark.parametrize("factor", [0.98, 0.7])
def test_lower_churn_where_a_subscriber_earns_money(factor):
    base, loyal = alone(1), alone(factor)
    earning = (base["subscriber_margin"][..., 1:] > 0).all(axis=(1, 2))
    assert earning.mean() > 0.9
    assert (loyal["subscribers"] >= base["subscribers"]).all()
    never_worse(loyal["cash"][earning], base["cash"][earning])


@pytest.mark.parametrize("price", [20.01, 24, 60])
def test_a_higher_price_that_moves_no_customer(price):
    dearer = {"value": {"plus": price, "team": 25}}
    document = {"scenario": {"title": "Nobody reacts", "extends": "ai-lab"}, "inputs": WORLD | {"price": dearer}}
    never_worse(follow_all(document, "cash", trajectories=TRAJECTORIES)["cash"], cash())


def test_the_comparison_would_notice_harm():
    with pytest.raises(AssertionError):
        never_worse(cash(("opening_cash", 650e6)), cash())
