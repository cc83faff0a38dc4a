"""What holds on every trajectory and in every period, whatever is switched on: accounts add up, nobody is made or lost.

Worlds are drawn with many mechanisms at once, at values far beyond the plausible. Every amount is computed again from
primitive items (people, heads, GPU-hours, prices, balances), not read from the model's own sums.
"""

from __future__ import annotations

import numpy as np
import pytest
from ai_lab.followed import follow_all
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

PERIODS = 24
TRAJECTORIES = 16
RELATIVE = 1e-9
HOURS = 730.5

STOCKS = (
    "potential", "free_users", "lapsed", "subscribers", "on_order", "owned", "reserved", "contract_price",
    "book_value", "headcount", "credits", "prepaid", "ownership", "undrawn", "debt", "repaid", "asked",
    "stopped", "cash", "run_left", "generation",
)  # fmt: skip
FORMULAS = (
    "sign_ups", "lapsing", "returning", "upgrades", "cancellations", "price_level", "api_requests", "api_price",
    "partner_requests", "season", "market_share", "served_share", "missing", "on_demand", "on_demand_price",
    "chip_gpus", "gpu_hour_price", "energy_cost", "water_cost", "capital_expenditure", "depreciation",
    "chip_development", "run_scale", "running", "research", "training", "data_licences", "other", "policy_cost",
    "interest", "interest_earned", "stock_compensation", "prepayment", "prepaid_used", "credits_used",
    "credits_granted", "instalment", "dilution", "raised", "valuation", "debt_drawn", "debt_repaid",
    "to_partner", "to_owners", "rescue", "loss", "burn", "gpu_price_index",
)  # fmt: skip
INPUTS = ("cost_per_head", "in_kind_share", "credit_share", "population", "wholesale_price", "chip_cost_ratio")


def between(low, high):
    return st.floats(low, high, allow_subnormal=False)


#: What a world may switch on; what it leaves out keeps the model's default.
SWITCHES = {
    "announcement_rate": between(0, 4),
    "season_amplitude": between(0, 0.4),
    "rival_drift": between(-0.3, 0.8),
    "rival_volatility": between(0, 0.5),
    "launch_users": between(0, 5e8),
    "price_drift": between(-0.5, 0.5),
    "price_elasticity": between(0, 3),
    "churn_price_elasticity": between(0, 3),
    "churn_rival_sensitivity": between(0, 2),
    "crisis_churn": between(0, 2),
    "api_elasticity": between(0, 2),
    "api_price_volatility": between(0, 0.5),
    "api_cut_rate": between(0, 4),
    "price_floor": between(0, 1.5),
    "open_drift": between(-0.5, 2),
    "open_volatility": between(0, 0.5),
    "self_build_drift": between(-0.5, 2),
    "price_sensitivity": between(0, 3),
    "opening_partner_requests": between(0, 3e9),
    "usage_growth": between(-0.5, 1),
    "fair_use_cap": between(1, 1e4),
    "selection": between(0, 1),
    "load_volatility": between(0, 1),
    "learning_exponent": between(0, 0.4),
    "breakthrough_rate": between(0, 2),
    "cloud_discount": between(0, 0.9),
    "headroom": between(0, 1),
    "build_ahead": between(0, 1),
    "lead_time": between(0, 12),
    "scarcity_rate": between(0, 1),
    "own_share": between(0, 1),
    "opening_owned": between(0, 60e3),
    "chip_time": between(0, 2.5),
    "chip_budget": between(0, 50e6),
    "spike_rate": between(0, 6),
    "glut_rate": between(0, 6),
    "drought_rate": between(0, 1),
    "first_run": between(0, 2),
    "run_months": between(0, 6),
    "failure": between(0, 1),
    "generation_gain": between(0, 1),
    "full_hiring": between(0, 40),
    "stock_per_head": between(0, 2e6),
    "market_crisis_rate": between(0, 1),
    "partner_total": between(0, 10e9),
    "partner_years": between(0, 3),
    "in_kind_share": between(0, 1),
    "opening_credits": between(0, 5e9),
    "credit_share": between(0, 1),
    "prepay": between(0, 200e6),
    "opening_prepaid": between(0, 1e9),
    "round_trigger": between(0, 60),
    "preparation": between(0, 8),
    "closing": between(0, 1),
    "least_round": between(0, 1e9),
    "least_valuation": between(0, 1e10),
    "debt_line": between(0, 1e9),
    "debt_trigger": between(0, 40),
    "opening_debt": between(0, 1e9),
    "profit_share": between(0, 1),
    "profit_share_cap": between(0, 1e9),
    "payout": between(0, 1),
    "rescue_probability": between(0, 1),
    "rescue_months": between(0, 24),
    "opening_cash": between(0, 3e9),
    "cash_yield": between(0, 0.1),
    "hard_stop": st.sampled_from([0, 1]),
    "price_rise_trigger": between(0, 40),
    "cap_trigger": between(0, 40),
    "freeze_trigger": between(0, 40),
    "pause_trigger": between(0, 40),
    "free_cut_trigger": between(0, 40),
    "pivot_trigger": between(0, 40),
}
PLUS_PRICE = between(1, 200)


class World:
    """All paths of one world: ``world.name`` at 1 … T, ``world.opening(name)`` at 0 … T − 1."""

    def __init__(self, document, trajectories=TRAJECTORIES):
        self.paths = follow_all(document, *STOCKS, *FORMULAS, *INPUTS, trajectories=trajectories)
        self.price = np.array([document["inputs"].get("price", {"value": {"plus": 20}})["value"]["plus"], 25.0])
        self.time = np.arange(1, PERIODS + 1) / 12

    def __getattr__(self, name):
        return self.paths[name][..., 1:]

    def opening(self, name):
        return self.paths[name][..., :-1]

    def whole(self, name):
        return self.paths[name]

    @property
    def operating(self):
        return 1 - self.opening("stopped")

    def revenue(self):
        """By channel, f64[4, n, T]."""
        plans = np.moveaxis(self.opening("subscribers"), 1, 0) * self.price[:, None, None] * self.price_level
        served = self.season * self.served_share
        api = self.api_requests * self.api_price * served
        partner = self.partner_requests * self.wholesale_price * served
        return np.array([*plans, api, partner]) * self.operating

    def rented(self):
        """What reserved and rented GPUs cost."""
        reserved = self.opening("reserved") * HOURS * self.opening("contract_price") * self.operating
        return reserved + self.on_demand * HOURS * self.on_demand_price

    def owned_cost(self):
        chips = self.chip_gpus * self.chip_cost_ratio * self.gpu_hour_price
        return (self.opening("owned") * 0.15 + chips) * HOURS * self.operating

    def salaries(self):
        return self.opening("headcount") * self.cost_per_head / 12 * np.exp(0.05 * self.time) * self.operating

    def bill(self):
        """Computing that credits and prepayments can pay."""
        return self.rented() + self.research + self.training

    def expenses(self):
        """Every expense of the loss, f64[items, n, T]."""
        return np.array(
            [
                *(self.rented(), self.owned_cost(), self.energy_cost, self.water_cost, self.depreciation),
                *(self.chip_development, self.research, self.training, self.data_licences),
                *(self.salaries(), self.stock_compensation, self.other, self.policy_cost, self.interest),
            ]
        )


def same(one, other, scale=0.0):
    """Equal to 1e-9 of the larger of both sides and ``scale``."""
    largest = np.maximum(np.maximum(np.abs(one), np.abs(other)), scale)
    worst = np.max(np.abs(one - other) - RELATIVE * largest)
    assert worst <= 0, f"apart by up to {np.max(np.abs(one - other)):.6g}"


def changes(world, name):
    return np.diff(world.whole(name), axis=-1)


def cash_moves_only_by_named_flows(world):
    """Revenue less every expense paid in money, purchases, prepayments, and money from and to outside."""
    earned = world.revenue().sum(axis=0) + world.interest_earned
    paid = world.expenses().sum(axis=0) - world.stock_compensation - world.depreciation
    in_kind = world.credits_used + world.prepaid_used
    ahead = world.capital_expenditure + world.prepayment
    received = world.instalment * (1 - world.in_kind_share) + world.raised + world.debt_drawn + world.rescue
    returned = world.debt_repaid + world.to_partner + world.to_owners
    change = earned - paid + in_kind - ahead + received - returned
    gross = sum(np.abs(each) for each in (earned, paid, in_kind, ahead, received, returned))
    same(changes(world, "cash"), change, np.maximum(gross, np.abs(world.cash)))


def loss_and_burn_reconcile_through_named_items(world):
    gross = np.abs(world.expenses()).sum(axis=0) + world.revenue().sum(axis=0)
    same(world.loss, world.expenses().sum(axis=0) - world.revenue().sum(axis=0) - world.interest_earned, gross)
    no_cash = world.stock_compensation + world.depreciation + world.credits_used + world.prepaid_used
    no_loss = world.capital_expenditure + world.prepayment
    same(world.loss - no_cash + no_loss, world.burn, gross + no_cash + no_loss)


def credits_pay_computing_alone_and_never_run_below_nothing(world):
    bill = world.bill()
    assert (world.whole("credits") >= 0).all()
    assert (world.credits_used >= 0).all()
    assert (world.credits_used <= world.credit_share * bill * (1 + RELATIVE)).all()
    same(world.credits_granted, world.instalment * world.in_kind_share)
    held = world.opening("credits") + world.credits_granted
    same(world.credits, held - world.credits_used, held)


def prepayments_are_used_up_by_computing_alone(world):
    assert (world.whole("prepaid") >= 0).all()
    assert (world.prepaid_used >= 0).all()
    assert (world.credits_used + world.prepaid_used <= world.bill() * (1 + RELATIVE)).all()
    held = world.opening("prepaid") + world.prepayment
    same(world.prepaid, held - world.prepaid_used, held)


def people_move_between_four_places(world):
    places = [world.whole(name) for name in ("potential", "free_users", "lapsed")]
    subscribers = world.whole("subscribers")
    for place in (*places, subscribers):
        assert (place >= 0).all()
    same(sum(places) + subscribers.sum(axis=1), world.whole("population"))
    scale = world.population
    same(changes(world, "potential"), world.returning - world.sign_ups, scale)
    same(np.diff(subscribers, axis=-1), world.upgrades - world.cancellations, scale[:, None])
    cancelled, upgraded = world.cancellations.sum(axis=1), world.upgrades.sum(axis=1)
    same(changes(world, "free_users"), world.sign_ups - world.lapsing - upgraded + 0.6 * cancelled, scale)
    same(changes(world, "lapsed"), world.lapsing - world.returning + 0.4 * cancelled, scale)


def shares_sum_to_one(world):
    for name in ("market_share", "ownership"):
        shares = world.whole(name)[..., 1:]
        assert ((shares >= 0) & (shares <= 1)).all()
        same(shares.sum(axis=1), 1.0)


def dilution_compounds(world):
    assert ((world.dilution >= 0) & (world.dilution <= 0.25 * (1 + RELATIVE))).all()
    same(world.dilution, world.raised / np.maximum(world.valuation + world.raised, 1e-9))
    kept = np.cumprod(1 - world.dilution, axis=-1)
    same(world.ownership[:, 0], 0.49 * kept)
    same(world.ownership[:, 1], 0.40 * kept)
    same(world.ownership[:, 2], 1 - 0.89 * kept, 1.0)


def balances_move_by_their_flows(world):
    for name in ("book_value", "debt", "undrawn", "repaid"):
        assert (world.whole(name) >= 0).all(), name
    spent, written_off = world.capital_expenditure, world.depreciation
    same(changes(world, "book_value"), spent - written_off, world.opening("book_value") + spent)
    same(changes(world, "debt"), world.debt_drawn - world.debt_repaid, world.opening("debt") + world.debt_drawn)
    same(-changes(world, "undrawn"), world.debt_drawn, world.opening("undrawn"))


def nothing_that_is_counted_is_negative(world):
    for name in ("owned", "reserved", "on_order", "headcount", "run_left", "generation", "contract_price"):
        assert (world.whole(name) >= 0).all(), name
    for name in ("on_demand", "missing", "chip_gpus", "training", "research", "raised", "rescue", "api_requests"):
        assert (getattr(world, name) >= 0).all(), name
    assert ((world.served_share >= 0) & (world.served_share <= 1)).all()
    same(world.generation, np.round(world.generation))


def a_rescue_and_an_end_come_once(world):
    assert ((world.rescue > 0).sum(axis=-1) <= 1).all()
    assert (changes(world, "stopped") >= 0).all()
    assert (changes(world, "asked") >= 0).all()
    ended = world.opening("stopped") == 1
    for name in ("training", "research", "on_demand", "raised", "rescue", "debt_drawn", "policy_cost", "instalment"):
        assert not getattr(world, name)[ended].any(), name


IDENTITIES = (
    cash_moves_only_by_named_flows,
    loss_and_burn_reconcile_through_named_items,
    credits_pay_computing_alone_and_never_run_below_nothing,
    prepayments_are_used_up_by_computing_alone,
    people_move_between_four_places,
    shares_sum_to_one,
    dilution_compounds,
    balances_move_by_their_flows,
    nothing_that_is_counted_is_negative,
    a_rescue_and_an_end_come_once,
)


def document_of(switches, price=20.0, **sections):
    return {
        "scenario": {"title": "Many mechanisms at once", "extends": "ai-lab", "periods": PERIODS},
        "inputs": {**switches, "price": {"value": {"plus": price, "team": 25}}},
        **sections,
    }


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a failing world is not simplified, which would take minutes
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.fixed_dictionaries({}, optional=SWITCHES), PLUS_PRICE)
def test_identities_hold_whatever_is_switched_on(switches, price):
    world = World(document_of(switches, price))
    for identity in IDENTITIES:
        identity(world)


#: The middle of every range at once.
BUSY = {
    "debt_line": 3e8,
    "debt_trigger": 30,
    "opening_credits": 1e8,
    "partner_total": 1e9,
    "stock_per_head": 5e5,
    "own_share": 0.5,
    "opening_cash": 4e8,
    "round_trigger": 20,
    "closing": 0.5,
}


@pytest.mark.parametrize(
    ("identity", "mistake"),
    [
        (
            cash_moves_only_by_named_flows,
            {"stocks": {"cash": {"next": "cash - burn + instalment - credits_granted + raised + debt_drawn + rescue"}}},
        ),
        (
            credits_pay_computing_alone_and_never_run_below_nothing,
            {"formulas": {"compute_bill": "reserved_cost + on_demand_cost + research + training + staff"}},
        ),
        (
            loss_and_burn_reconcile_through_named_items,
            {"formulas": {"burn": "loss - depreciation - credits_used - prepaid_used + prepayment"}},
        ),
        (people_move_between_four_places, {"stocks": {"lapsed": {"next": "lapsed + lapsing - returning"}}}),
        (dilution_compounds, {"stocks": {"ownership": {"next": "ownership - dilution * (1 - buyers) / 2 + 0"}}}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_identities_would_notice_a_mistake(identity, mistake):
    identity(World(document_of(BUSY)))
    with pytest.raises(AssertionError):
        identity(World(document_of(BUSY, **mistake)))
