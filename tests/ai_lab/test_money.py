"""Revenue and loss apart from cash; money from outside: credits, prepayments, rounds, debt, profit, rescue, the end.

On still ground a month costs and earns what the last one did, so that every amount has a closed form.
"""

from functools import cache

import numpy as np
import pytest
from ai_lab.followed import follow, follow_all, run
from ai_lab.quiet import still
from forecasts import Forecast

MONTHS = np.arange(37)
TRAJECTORIES = 65_536
PROFITABLE = {"price": {"value": {"plus": 80, "team": 25}}}


@cache
def ground(periods=36):
    """The still company: cash, burn, loss, compute bill and revenue, by month."""
    return follow(still(periods=periods), "cash", "burn", "loss", "compute_bill", "total_revenue", "reserved_cost")


def gain(document, periods=36):
    """Cash above that of the still company."""
    return follow(document, "cash")["cash"] - ground(periods)["cash"]


def log_odds(chance):
    return np.log(chance / (1 - chance))


# Revenue and loss


def test_revenue_is_what_each_channel_sells():
    document = still({"opening_partner_requests": 50e6, "wholesale_price": 0.002}, periods=1)
    revenue = follow(document, "revenue", "total_revenue")
    np.testing.assert_allclose(revenue["revenue"][:, 1], [0, 20e6, 25 * 50e3, 300e6 * 0.004, 50e6 * 0.002], rtol=1e-12)
    assert revenue["total_revenue"][1] == pytest.approx(22.55e6, rel=1e-12)


def test_without_outside_money_burn_is_the_loss_and_cash_falls_by_it():
    still_ground = ground()
    np.testing.assert_array_equal(still_ground["burn"], still_ground["loss"])
    np.testing.assert_allclose(still_ground["cash"], 1e9 - MONTHS * still_ground["burn"][1], rtol=1e-9)


def test_loss_and_burn_can_differ_by_an_order_of_magnitude():
    """Shares for staff and credits in kind: the loss is reported, the cash stays."""
    document = still({"stock_per_head": 3e6, "opening_credits": 100e9, "hiring_rate": 0.0}, periods=12)
    found = follow(document, "loss", "burn")
    bill = ground()["compute_bill"][1]
    assert found["burn"][12] == pytest.approx(ground()["burn"][12] - bill, rel=1e-9)
    assert found["loss"][12] == pytest.approx(ground()["loss"][12] + 400 * 3e6 / 12, rel=1e-9)
    assert found["loss"][12] > 10 * abs(found["burn"][12])


# Credits and prepayments


def test_credits_pay_computing_until_they_are_gone():
    bill = ground()["compute_bill"][1]
    found = follow(still({"opening_credits": 100e6}), "cash", "credits", "loss")
    used = np.minimum(100e6, bill * MONTHS)
    np.testing.assert_allclose(found["credits"], 100e6 - used, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found["cash"] - ground()["cash"], used, rtol=1e-9)
    np.testing.assert_array_equal(found["loss"], ground()["loss"])


def test_credits_pay_nothing_but_computing():
    """More credits than computing ever costs are worth no more than what it costs: staff is paid in cash."""
    plenty, more = (follow(still({"opening_credits": value}), "cash", "credits") for value in (10e9, 100e9))
    np.testing.assert_array_equal(plenty["cash"], more["cash"])
    np.testing.assert_allclose(plenty["cash"] - ground()["cash"], ground()["compute_bill"][1] * MONTHS, rtol=1e-9)
    np.testing.assert_allclose(more["credits"] - plenty["credits"], 90e9)


def test_credits_may_be_limited_to_a_share_of_the_bill():
    limited = gain(still({"opening_credits": 10e9, "credit_share": 0.4}))
    np.testing.assert_allclose(limited, 0.4 * ground()["compute_bill"][1] * MONTHS, rtol=1e-9)


@pytest.mark.parametrize("in_kind", [0, 0.1, 1])
def test_a_partner_pays_in_instalments_partly_in_kind(in_kind):
    document = still({"partner_total": 1.8e9, "partner_years": 1.5, "in_kind_share": in_kind})
    bill, instalment = ground()["compute_bill"][1], 100e6
    months = np.minimum(MONTHS, 18)
    granted, used = in_kind * instalment * months, np.zeros(37)
    for month in range(1, 37):
        used[month] = min(used[month - 1] + bill, granted[month])
    np.testing.assert_allclose(gain(document), (1 - in_kind) * instalment * months + used, rtol=1e-9, atol=1e-3)


@pytest.mark.parametrize("years", [3, 2.55, 1 / 12, 0.01])
def test_instalments_add_up_to_the_promise(years):
    instalments = follow(still({"partner_total": 1e9, "partner_years": years}), "instalment")["instalment"][1:]
    assert instalments.sum() == pytest.approx(1e9, rel=1e-12)
    paid = np.count_nonzero(instalments)
    assert paid == int(np.ceil(12 * years - 1e-9))
    np.testing.assert_allclose(instalments[: paid - 1], 1e9 / 12 / years, rtol=1e-9)


def test_a_prepayment_moves_cash_ahead_and_leaves_the_loss_alone():
    bill = ground()["compute_bill"][1]
    found = follow(still({"prepay": 60e6}), "cash", "loss", "prepaid")
    paid = 60e6 * np.minimum(MONTHS, 12)
    used = np.minimum(bill * MONTHS, paid)
    np.testing.assert_allclose(found["prepaid"], paid - used, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found["cash"], ground()["cash"] - paid + used, rtol=1e-9)
    np.testing.assert_array_equal(found["loss"], ground()["loss"])


def test_a_prepayment_below_the_bill_is_used_at_once():
    np.testing.assert_allclose(gain(still({"prepay": 20e6})), 0, atol=1e-3)


def test_what_was_prepaid_before_the_start_is_used_after_the_credits():
    bill = ground()["compute_bill"][1]
    found = follow(still({"opening_credits": 50e6, "opening_prepaid": 70e6}), "credits", "prepaid", "cash")
    np.testing.assert_allclose(found["credits"], np.maximum(50e6 - bill * MONTHS, 0), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found["prepaid"][1:3], [70e6, 120e6 - 2 * bill], rtol=1e-9)
    np.testing.assert_allclose(found["cash"] - ground()["cash"], np.minimum(120e6, bill * MONTHS), rtol=1e-9)


def test_the_partners_cloud_gives_a_discount_on_what_is_reserved():
    np.testing.assert_allclose(
        gain(still({"cloud_discount": 0.3})), 0.3 * ground()["reserved_cost"][1] * MONTHS, rtol=1e-9
    )


# Funding rounds

ROUND = {"round_trigger": 30, "closing": 1, "preparation": 4}


def test_a_round_is_sought_when_cash_is_short_and_closes_after_its_preparation():
    found = follow(still(ROUND), "months_of_cash", "round_clock", "round_closes", "raised", "outflow", "cash")
    sought = int(np.flatnonzero(found["months_of_cash"] < 30)[0])
    closes = sought + 4
    assert found["round_clock"][sought - 1 : closes + 1].tolist() == [0, 1, 2, 3, 4, 0]
    assert np.flatnonzero(found["round_closes"] == 1)[0] == closes
    assert found["raised"][closes] == pytest.approx(24 * found["outflow"][closes - 1], rel=1e-12)
    higher = found["cash"] - ground()["cash"]
    np.testing.assert_allclose(higher[closes:][:4], found["raised"][closes], rtol=1e-9)
    assert not higher[:closes].any()


def test_the_runway_that_management_sees_is_cash_over_a_smoothed_outflow():
    """Burn less what a partner pays in money, plus debt repaid, closes a third of the gap each month."""
    document = still({"partner_total": 720e6, "in_kind_share": 0.5, "opening_debt": 72e6, "opening_outflow": 90e6})
    found = follow(document, "outflow", "months_of_cash", "cash", "burn", "debt")
    net = found["burn"][1:] - 10e6 + found["debt"][:-1] / 36
    outflow = [90e6]
    for amount in net:
        outflow.append(outflow[-1] + (amount - outflow[-1]) / 3)
    np.testing.assert_allclose(found["outflow"], outflow, rtol=1e-9)
    months = np.clip(found["cash"] / found["outflow"], 0, 120)[:-1]
    assert months.min() < 20
    np.testing.assert_allclose(found["months_of_cash"][1:], np.where(found["outflow"][:-1] > 0, months, 120), rtol=1e-9)


def test_a_company_that_earns_has_no_end_in_sight():
    found = follow(still(PROFITABLE | {"opening_outflow": -1e6}), "months_of_cash", "outflow")
    assert (found["outflow"] < 0).all()
    assert (found["months_of_cash"][1:] == 120).all()


def test_the_price_of_a_round_and_what_it_sells():
    found = follow(still(ROUND), "valuation", "dilution", "raised", "ownership", "round_closes")
    valuation = 12 * 25 * ground()["total_revenue"][1]
    np.testing.assert_allclose(found["valuation"][1:], valuation, rtol=1e-12)
    closed = np.flatnonzero(found["round_closes"] == 1)
    assert len(closed) >= 2
    kept = np.prod(1 - found["raised"][closed] / (valuation + found["raised"][closed]))
    np.testing.assert_allclose(found["ownership"][:2, -1], kept * np.array([0.49, 0.40]), rtol=1e-12)
    np.testing.assert_allclose(found["ownership"][2, -1], 1 - kept * 0.89, rtol=1e-12)
    np.testing.assert_allclose(found["ownership"].sum(axis=0), 1, rtol=1e-12)


def test_no_round_sells_more_than_its_limit():
    document = still(ROUND | {"revenue_multiple": 1, "largest_dilution": 0.2})
    found = follow(document, "raised", "dilution", "round_closes")
    closed = found["round_closes"] == 1
    np.testing.assert_allclose(found["dilution"][closed], 0.2, rtol=1e-12)
    np.testing.assert_allclose(found["raised"][closed], 12 * ground()["total_revenue"][1] / 4, rtol=1e-12)
    assert not found["dilution"][1:][~closed[1:]].any()


def test_a_round_has_a_least_size_and_a_company_a_least_value():
    document = still(ROUND | {"least_round": 1.5e9, "revenue_multiple": 0, "least_valuation": 6e9})
    found = follow(document, "raised", "valuation", "round_closes")
    assert found["valuation"][1] == 6e9
    assert found["raised"][found["round_closes"] == 1][0] == 1.5e9


def test_whoever_buys_a_round_gains_its_share():
    buyers = {"value": {"partner": 0.5, "founders": 0, "investors": 0.5}}
    found = follow(still(ROUND | {"buyers": buyers}, periods=10), "ownership", "dilution")
    sold = found["dilution"][1:].max()
    assert sold > 0.05
    np.testing.assert_allclose(
        found["ownership"][:, -1], (1 - sold) * np.array([0.49, 0.40, 0.11]) + sold * np.array([0.5, 0, 0.5])
    )


@pytest.mark.parametrize(("crisis", "odds"), [(0, 0.0), (1, 1.5)], ids=["calm", "crisis"])
def test_prepared_rounds_close_with_their_chance(crisis, odds):
    """Revenue stands still, one doubling a year short of the reference; the months until a closing are geometric."""
    document = still(
        {"round_trigger": 121, "preparation": 3, "closing": 0.25, "closing_growth": 0.8}
        | {"market_crisis_rate": crisis, "market_crisis_end": 0},
        periods=16,
    )
    document["formulas"] = {"closed": "min(cumulative(round_closes), 1)"}
    forecast = Forecast(run(document, "closed", trajectories=TRAJECTORIES))
    chance = 1 / (1 + np.exp(-(log_odds(0.25) - 0.8 - odds)))
    assert forecast.mean("closed", 3)[0] == 0
    for period in (4, 5, 8, 16):
        mean, error = forecast.mean("closed", period)
        assert mean == pytest.approx(1 - (1 - chance) ** (period - 3), abs=4 * error)


@pytest.mark.parametrize("factor", [0.5, 1, 2, 3])
def test_growth_of_revenue_moves_the_odds_of_closing(factor):
    """Revenue grows by ``factor`` a year in every channel, so its growth is known from the fourth month on."""
    drift = np.log(factor)
    document = still({"price_drift": drift, "api_growth": drift}, periods=24)
    found = follow(document, "revenue_growth", "closing_chance")
    np.testing.assert_allclose(found["revenue_growth"][4:], factor - 1, atol=1e-9)
    odds = log_odds(found["closing_chance"][4:])
    np.testing.assert_allclose(odds, log_odds(0.25) + factor - 2, atol=1e-9)


def test_a_crisis_lowers_the_price_of_the_company():
    document = still({"market_crisis_rate": 1, "market_crisis_end": 0, "crisis_discount": 0.4}, periods=2)
    valuation = follow(document, "valuation")["valuation"]
    np.testing.assert_allclose(valuation[1:], 0.6 * 12 * 25 * ground()["total_revenue"][1], rtol=1e-12)


def test_funding_markets_turn_and_recover():
    """P(crisis at t) = r/(r + e) · (1 − (1 − r − e)^t)."""
    turn, recover = 0.04, 0.15
    document = still({"market_crisis_rate": turn, "market_crisis_end": recover}, periods=24)
    document["formulas"] = {"crisis": "market == 'crisis'"}
    forecast = Forecast(run(document, "crisis", trajectories=TRAJECTORIES))
    for period in (1, 6, 24):
        expected = turn / (turn + recover) * (1 - (1 - turn - recover) ** period)
        mean, error = forecast.mean("crisis", period)
        assert mean == pytest.approx(expected, abs=4 * error)


@pytest.mark.parametrize("preparation", [0, 4])
def test_no_round_closes_that_was_not_sought(preparation):
    found = follow(still({"closing": 1, "preparation": preparation}), "raised", "round_clock")
    assert not found["raised"][1:].any()
    assert not found["round_clock"].any()


def test_a_round_that_needs_no_preparation_closes_at_once():
    found = follow(still(ROUND | {"preparation": 0}), "months_of_cash", "round_closes")
    np.testing.assert_array_equal(found["round_closes"][1:], found["months_of_cash"][1:] < 30)


# Venture debt


def test_debt_is_drawn_once_and_repaid_with_interest():
    document = still({"debt_line": 120e6, "debt_trigger": 20, "debt_rate": 0.12, "debt_months": 24})
    found = follow(document, "months_of_cash", "debt", "undrawn", "cash", "debt_drawn", "loss")
    drawn = int(np.flatnonzero(found["months_of_cash"] < 20)[0])
    balance = np.where(drawn > MONTHS, 0, 120e6 * (23 / 24) ** (MONTHS - drawn))
    np.testing.assert_allclose(found["debt"], balance, rtol=1e-12)
    np.testing.assert_array_equal(found["undrawn"], np.where(drawn > MONTHS, 120e6, 0))
    interest = np.concatenate([[0], balance[:-1] * 0.01])
    repaid = np.concatenate([[0], balance[:-1] / 24])
    expected = np.where(drawn <= MONTHS, 120e6, 0) - np.cumsum(interest + repaid)
    np.testing.assert_allclose(found["cash"] - ground()["cash"], expected, rtol=1e-9, atol=1e-2)
    np.testing.assert_allclose((found["loss"] - ground()["loss"])[1:], interest[1:], rtol=1e-9, atol=1e-4)


def test_opening_debt_is_served():
    found = follow(still({"opening_debt": 36e6, "debt_months": 36, "debt_rate": 0.12}), "cash", "outflow")
    assert (found["cash"] - ground()["cash"])[1] == pytest.approx(-1e6 - 0.36e6, rel=1e-9)
    plain = follow(still(), "outflow")["outflow"]
    assert found["outflow"][1] - plain[1] == pytest.approx((1e6 + 0.36e6) / 3, rel=1e-9)


# Share of profit


def test_the_partner_takes_its_share_of_profit_until_it_is_repaid_and_then_its_stake():
    terms = {"profit_share": 0.75, "profit_share_cap": 100e6, "payout": 0.2}
    plain = follow(still(PROFITABLE), "cash", "loss")
    shared = follow(still(PROFITABLE | terms), "cash", "loss", "to_partner", "to_owners", "repaid")
    profit = -plain["loss"][1]
    assert profit > 20e6
    np.testing.assert_array_equal(shared["loss"], plain["loss"])
    repaid = np.minimum(0.75 * profit * MONTHS, 100e6)
    np.testing.assert_allclose(shared["repaid"], repaid, rtol=1e-9)
    after = np.concatenate([[False], repaid[:-1] == 100e6])
    assert 4 < np.argmax(after) < 30
    to_partner = np.diff(repaid, prepend=0) + np.where(after, 0.2 * 0.49 * profit, 0)
    to_owners = np.where(after, 0.2 * 0.51 * profit, 0)
    np.testing.assert_allclose(shared["to_partner"][1:], to_partner[1:], rtol=1e-9)
    np.testing.assert_allclose(shared["to_owners"][1:], to_owners[1:], rtol=1e-9)
    np.testing.assert_allclose(plain["cash"] - shared["cash"], np.cumsum(to_partner + to_owners), rtol=1e-9, atol=1e-3)


def test_a_loss_is_not_shared():
    np.testing.assert_array_equal(
        gain(still({"profit_share": 0.75, "profit_share_cap": 100e6, "payout": 1})), np.zeros(37)
    )


# Rescue and the end

POOR = {"opening_cash": 200e6}


def test_a_rescue_fills_the_hole_and_pays_some_months_once():
    document = still(POOR | {"rescue_probability": 1, "rescue_months": 12})
    found = follow(document, "cash", "rescue", "outflow", "asked")
    burn = ground()["burn"][1]
    distress = int(np.ceil(200e6 / burn))
    assert found["cash"][distress] == pytest.approx(12 * found["outflow"][distress - 1], rel=1e-9)
    assert np.flatnonzero(found["rescue"] > 0).tolist() == [distress]
    np.testing.assert_array_equal(found["asked"], distress <= MONTHS)
    ruined = distress + int(np.ceil(found["cash"][distress] / burn))
    assert np.flatnonzero(found["cash"] < 0)[0] == ruined


def test_a_rescue_of_no_further_months_leaves_exactly_nothing():
    document = still(POOR | {"rescue_probability": 1, "rescue_months": 0}, periods=6)
    cash = follow_all(document, "cash", trajectories=4)["cash"]
    assert (cash[:, 6] == 0).all()


def test_the_partner_is_asked_once_and_pays_with_its_probability():
    """Distress comes in month 6; the ruined of that month are those whom the partner refused, and no one is saved
    later."""
    document = still(POOR | {"rescue_probability": 0.35, "rescue_months": 3}, periods=18)
    forecast = Forecast(run(document, "rescue", trajectories=TRAJECTORIES))
    ruined = forecast.hits / TRAJECTORIES
    assert ruined[5] == 0
    assert ruined[6] == pytest.approx(0.65, abs=4 * np.sqrt(0.65 * 0.35 / TRAJECTORIES))
    assert ruined[8] == ruined[6]
    assert ruined[10] == 1
    assert all(forecast.mean("rescue", period)[0] == 0 for period in range(7, 19))


def test_by_default_losses_go_on_after_the_end_of_cash():
    assert gain(still(POOR))[-1] == pytest.approx(-800e6, rel=1e-9)


def test_a_hard_stop_ends_all_business():
    flows = ["total_revenue", "serving", "research", "staff", "other", "data_licences", "burn", "loss"]
    document = still(POOR | {"hard_stop": 1, "first_run": 1, "run_cost": 90e6})
    found = follow(document, "cash", "stopped", "training", "generation", *flows)
    stop = int(np.ceil(200e6 / ground()["burn"][1]))
    np.testing.assert_array_equal(found["stopped"], stop <= MONTHS)
    for name in ("training", *flows):
        assert not found[name][stop + 1 :].any(), name
    assert found["burn"][stop] == ground()["burn"][stop]
    assert (found["cash"][stop:] == found["cash"][stop]).all()
    assert not found["generation"].any()


def test_a_run_dies_with_the_company():
    """Cash ends in the second month of a run of three: nobody finishes it."""
    document = still(POOR | {"hard_stop": 1, "first_run": 0.25, "run_cost": 210e6, "run_months": 3})
    found = follow(document, "stopped", "generation")
    assert found["stopped"].tolist()[:5] == [0, 0, 0, 0, 1]
    assert not found["generation"].any()


def test_a_rescue_prevents_the_hard_stop():
    document = still(POOR | {"hard_stop": 1, "rescue_probability": 1, "rescue_months": 6}, periods=10)
    assert not follow(document, "stopped")["stopped"].any()


@pytest.mark.parametrize(("closing", "survives"), [(0, False), (1, True)])
def test_a_company_ends_where_nothing_closes(closing, survives):
    document = still({"round_trigger": 12, "closing": closing, "hard_stop": 1, "opening_cash": 600e6})
    found = follow(document, "stopped", "cash", "total_revenue")
    assert (found["stopped"][-1] == 0) == survives
    assert (found["cash"].min() >= 0) == survives
    assert (found["total_revenue"][-1] > 0) == survives


def test_cash_earns_interest():
    found = follow(still({"cash_yield": 0.06}), "cash", "interest_earned")
    cash, burn = 1e9, ground()["burn"][1]
    for month in range(1, 37):
        interest = max(cash, 0) * 0.005
        assert found["interest_earned"][month] == pytest.approx(interest, rel=1e-9)
        cash += interest - burn
        assert found["cash"][month] == pytest.approx(cash, rel=1e-9)
