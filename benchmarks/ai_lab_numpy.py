"""The AI lab of ``examples/openai-2024.toml`` by hand in NumPy: arrays over trajectories, one month after the other.

Written from the text of ``engine/models/ai-lab.toml``, with its names, as a good programmer would write it for this one
scenario. What the scenario's switches turn off is not there (:data:`TURNED_OFF`), and what follows from it is simpler:
nothing is ordered ahead, so the reserved fleet is what is needed or what is left of the contracts. What has one form
runs as one operation over several rows; jumps, training runs and rounds are drawn only where they happen. It shares
figures with burncast (``ai_lab_inputs.py``) and nothing else, so it is also an oracle for the tests.
"""

from __future__ import annotations

import math
from collections import deque
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from benchmarks.ai_lab_inputs import Figures, draw
from benchmarks.ai_lab_processes import MonthlyProcesses, World
from benchmarks.ai_lab_statistics import PERIODS, TRACKED, Statistics

__all__ = ["TURNED_OFF", "check_turned_off", "run_block"]

Array = NDArray[np.float64]

DT = 1.0 / 12.0
FIRST_MONTH = 7  # July 2024 is month 1
SEASON_PEAK = 11
OPENING_OUTFLOW = 340e6 / 6.0
SUBSCRIBER_WEIGHT = 2.0  # GPU time of a subscriber's request, against one on the free site

TURNED_OFF = {
    "launch_users": 0,
    "plans_from": 1,
    "price_drift": 0,
    "api_price_volatility": 0,
    "opening_partner_requests": 0,
    "fair_use_cap": 1e9,
    "learning_exponent": 0,
    "breakthrough_rate": 0,
    "headroom": 0,
    "build_ahead": 0,
    "lead_time": 0,
    "own_share": 0,
    "opening_owned": 0,
    "chip_time": 1e6,
    "chip_budget": 0,
    "spike_rate": 0,
    "glut_rate": 0,
    "drought_rate": 0,
    "full_hiring": 0,
    "partner_total": 0,
    "prepay": 0,
    "opening_prepaid": 0,
    "debt_line": 0,
    "opening_debt": 0,
    "payout": 0,
    "rescue_probability": 0,
    "cash_yield": 0,
    "hard_stop": 0,
    "price_rise_trigger": 0,
    "cap_trigger": 0,
    "free_cut_trigger": 0,
    "pivot_trigger": 0,
}
"""Switches whose mechanisms are not here, with their neutral values."""


def check_turned_off(figures: Figures) -> None:
    """Refuse a scenario that needs what is not here."""
    on = [name for name, neutral in TURNED_OFF.items() if figures[name] != neutral]
    if on:
        raise ValueError(f"the NumPy model has nothing of what these inputs turn on: {', '.join(on)}")


def run_block(figures: Figures, rng: np.random.Generator, n: int) -> Statistics:
    """``n`` trajectories of 36 months."""
    lab = Lab(draw(figures, rng, n), rng, n)
    totals, squares = np.empty((2, len(TRACKED), PERIODS))
    for month in range(1, PERIODS + 1):
        for row, values in enumerate(lab.step(month)):
            totals[row, month - 1] = values.sum()
            squares[row, month - 1] = np.einsum("i,i", values, values)
    mean = totals / n
    return Statistics(
        first_passage=np.bincount(lab.passage, minlength=PERIODS + 2),
        mean=mean,
        variance=np.maximum(squares / n - mean * mean, 0.0),
        need=np.array([lab.need.mean(), lab.need.var()]),
    )


class Lab:
    """The state of ``n`` trajectories. Arrays are float64[n], over plans float64[2, n]; amounts are USD per month."""

    def __init__(self, inputs: SimpleNamespace, rng: np.random.Generator, n: int) -> None:
        self.x, self.rng, x = inputs, rng, inputs
        self.processes = MonthlyProcesses(x, rng, n)

        def rows(value: dict[str, float | Array]) -> Array:
            return np.stack([np.broadcast_to(value[plan], n) for plan in ("plus", "team")])

        def full(value: float | Array) -> Array:
            return np.array(np.broadcast_to(value, n), np.float64)

        # 1, 2. People, plans and prices.
        self.price = np.array([[x.price["plus"]], [x.price["team"]]])
        self.conversion, self.churn = rows(x.conversion), rows(x.churn)
        shares = np.stack([full(1.0 - x.api_revenue_share - x.seat_revenue_share), full(x.seat_revenue_share)])
        self.subscribers = x.opening_revenue / 12.0 * shares / self.price
        self.free_users = x.opening_users - self.subscribers.sum(axis=0)
        self.potential, self.lapsed = full(x.population - x.opening_users), np.zeros(n)
        self.curiosity, self.in_review, self.features = np.zeros((3, n))
        self.lapse, self.imitation = np.minimum(x.lapse, 0.4), x.imitation / x.population
        self.strength = np.ones(n)

        # 3. Programming interface.
        opening_api_requests = x.opening_revenue * x.api_revenue_share / 12.0 / x.opening_api_price
        self.market = opening_api_requests / x.opening_share["own"]
        self.list_price = np.zeros(n)  # its logarithm, against the opening
        self.rival_price_drift = x.api_price_drift if x.rival_price_drift is None else x.rival_price_drift

        # 4, 5. Usage; the opening requests keep the opening fleet busy.
        self.usage, self.usage_shift = rows(x.usage), np.zeros((2, n))
        self.newcomers_variance, self.most_shift = full(x.usage_spread**2), 4.0 * x.usage_spread
        self.usage_variance = np.stack([self.newcomers_variance, self.newcomers_variance])
        self.usage_level, self.usage_factor = np.ones(n), np.exp(x.usage_growth * DT)
        site = self.free_users * x.free_usage + SUBSCRIBER_WEIGHT * (self.subscribers * self.usage).sum(axis=0)
        api_weight = x.api_gpu_share / (1.0 - x.api_gpu_share) * site / opening_api_requests
        computing = x.serving_fleet * x.utilisation * x.hours_per_month
        self.site_hours = computing / (site + api_weight * opening_api_requests)  # GPU-hours of a free user's request
        self.api_hours = self.site_hours * api_weight

        # 6. Fleet.
        self.reserved, self.contract_price = full(x.serving_fleet), full(x.partner_gpu_price)

        # 8. Training and research.
        self.run_length = max(math.floor(x.run_months + 0.5), 1)
        self.rerun_length = max(math.floor(x.rerun * self.run_length + 0.5), 1)
        self.next_run, self.run_left, self.run_size = full(x.first_run), np.zeros(n), np.ones(n)
        self.run_cost, self.run_cost_growth = full(x.run_cost), full(x.run_cost_growth)
        self.gain = full(1.0 + x.generation_gain)
        self.research, self.research_factor = full(x.opening_research), np.exp(x.research_growth * DT)

        # 9, 11, 12. Staff and money.
        self.headcount = full(x.opening_headcount)
        self.credits, self.cash, self.outflow = full(x.opening_credits), full(x.opening_cash), full(OPENING_OUTFLOW)
        self.closing, self.least_round = full(np.log(x.closing / (1.0 - x.closing))), full(x.least_round)
        self.round_clock, self.repaid = np.zeros((2, n))
        self.revenues: deque[Array] = deque(maxlen=7)
        self.need, self.passage = np.zeros(n), np.full(n, PERIODS + 1)

    def step(self, month: int) -> tuple[Array, ...]:
        """One month; the values of ``TRACKED`` in their order."""
        x, time = self.x, month * DT
        world = self.processes.step()
        gpu_price_index = world.gpu_hour_price / x.opening_gpu_price
        season = 1.0 + x.season_amplitude * math.cos(2.0 * math.pi * (FIRST_MONTH + month - 1 - SEASON_PEAK) / 12.0)
        months_of_cash = np.clip(self.cash / np.maximum(self.outflow, 1.0), 0.0, 120.0)
        months_of_cash[self.outflow <= 0.0] = 120.0
        freezing, pausing = months_of_cash < x.freeze_trigger, months_of_cash < x.pause_trigger

        api_price, api_requests = self.programming_interface(world, time)
        site_hours, api_hours = self.computing(world, api_requests)
        rent, serving, served_share = self.fleet(world, (site_hours + api_hours) * season)

        revenue = (self.subscribers * self.price).sum(axis=0) + api_requests * api_price * served_share * season
        self.people(world, served_share)
        training = self.training(time, pausing) * gpu_price_index / self.run_length
        self.research *= self.research_factor
        research = self.research * gpu_price_index * np.where(pausing, 1.0 - x.pause_saving, 1.0)
        bill = rent + training + research

        pay = self.headcount * (math.exp(x.pay_growth * time) / 12.0)
        staff, stock_compensation = pay * x.cost_per_head, pay * x.stock_per_head
        expenses = serving + training + research + staff + stock_compensation
        expenses += x.opening_data * math.exp(x.data_growth * time)
        expenses += self.headcount * (x.opening_other / x.opening_headcount)
        leaving = x.attrition * (1.0 + x.freeze_attrition)
        self.headcount *= 1.0 + np.where(freezing, -leaving, x.hiring_rate - x.attrition)

        loss = expenses - revenue
        credits_used = np.minimum(self.credits, x.credit_share * bill)
        self.credits -= credits_used
        burn = loss - stock_compensation - credits_used
        valuation = self.money(month, world, revenue, loss, burn, months_of_cash)
        return (
            self.cash, self.credits, burn, loss, revenue, bill, staff, self.free_users, *self.subscribers,
            self.headcount, valuation, months_of_cash,
        )  # fmt: skip

    def programming_interface(self, world: World, time: float) -> tuple[Array, Array]:
        """Price and requests: clients choose between four suppliers by strength and price."""
        x = self.x
        self.list_price += x.api_price_drift * DT
        cost = self.api_hours * world.efficiency / world.busy_share * world.gpu_hour_price
        price = np.maximum(x.opening_api_price * np.exp(self.list_price - world.price_cuts), x.price_floor * cost)
        relative = np.log(price / x.opening_api_price)
        dearer = relative + x.cuts_matched * world.price_cuts - self.rival_price_drift * time
        own = np.exp(-x.price_sensitivity * dearer) * self.strength
        own *= x.opening_share["own"]
        rest = x.opening_share["closed"] * world.rivals + x.opening_share["open"] * world.open_models
        rest += own + x.opening_share["self_built"] * math.exp(x.self_build_drift * time)
        requests = self.market * own / rest * world.api_demand * np.exp(-x.api_elasticity * relative)
        return price, requests

    def computing(self, world: World, api_requests: Array) -> tuple[Array, Array]:
        """GPU-hours a month on the site and by the interface, before the season."""
        self.usage_level *= self.usage_factor
        heavier = np.exp(self.usage_shift + (self.usage_variance - self.newcomers_variance) / 2.0)
        asked = (self.subscribers * self.usage * heavier).sum(axis=0)
        asked *= SUBSCRIBER_WEIGHT
        asked += self.free_users * self.x.free_usage
        asked *= self.usage_level
        return asked * self.site_hours * world.efficiency, api_requests * self.api_hours * world.efficiency

    def fleet(self, world: World, gpu_hours: Array) -> tuple[Array, Array, Array]:
        """The cost of what is rented, that of serving, and the share of requests served; contracts run off."""
        x = self.x
        needed = gpu_hours / (world.busy_share * x.hours_per_month)
        missing = np.maximum(needed - self.reserved, 0.0)
        on_demand = missing * np.where(world.scarce, 1.0 - x.scarcity_shortfall, 1.0)
        served_share = 1.0 - (missing - on_demand) / np.maximum(needed, 1e-9)
        dear = x.on_demand_premium * np.where(world.scarce, 1.0 + x.scarcity_premium, 1.0)
        rent = self.reserved * self.contract_price + on_demand * dear * world.gpu_hour_price
        rent *= x.hours_per_month
        passed_on = (world.energy_price - x.opening_energy_price) * (x.pass_through * x.power_per_gpu * x.pue)
        serving = rent + (self.reserved + on_demand) * passed_on * x.hours_per_month
        kept = self.reserved * (1.0 - x.release_rate)
        self.reserved = np.maximum(needed, kept)
        self.contract_price *= kept
        self.contract_price += (
            (self.reserved - kept) * world.gpu_hour_price * (x.partner_gpu_price / x.opening_gpu_price)
        )
        self.contract_price /= np.maximum(self.reserved, 1e-9)
        return rent, serving, served_share

    def people(self, world: World, served_share: Array) -> None:
        """Sign-ups, upgrades and cancellations; announcements and features."""
        x = self.x
        relative_strength = self.strength / world.rivals
        pull = relative_strength**x.sign_up_sensitivity
        self.curiosity += world.announcement
        attention = (1.0 + x.announcement_lift * self.curiosity) * (1.0 + x.feature_lift * self.features)
        self.curiosity *= math.exp(-x.curiosity_decay * DT)
        self.in_review += world.announcement
        released = self.in_review / max(x.review_months, 1.0)
        self.in_review -= released
        self.features += released

        coming = x.innovation + self.imitation * (self.free_users + self.subscribers[0] + self.subscribers[1])
        sign_ups = np.minimum(coming * world.demand * attention * pull, 0.5) * self.potential
        lapsing, returning = self.lapse * self.free_users, x.return_rate * self.lapsed
        upgrades = self.conversion * pull
        np.minimum(upgrades, 0.2, out=upgrades)
        upgrades *= self.free_users
        churn_level = world.churn_level * np.where(world.crisis, 1.0 + x.crisis_churn, 1.0)
        churn_level /= relative_strength**x.churn_rival_sensitivity
        cancellations = self.churn * churn_level
        cancellations += x.outage_churn * (1.0 - served_share)
        np.minimum(cancellations, 0.6, out=cancellations)
        cancellations *= self.subscribers

        gone = cancellations[0] + cancellations[1]
        self.potential += returning
        self.potential -= sign_ups
        self.free_users += sign_ups - lapsing + x.stay_free * gone - upgrades[0] - upgrades[1]
        self.lapsed += lapsing - returning + (1.0 - x.stay_free) * gone
        self.subscribers -= cancellations
        left = np.divide(cancellations, self.subscribers, out=cancellations)
        self.subscribers += upgrades
        new = np.divide(upgrades, self.subscribers, out=upgrades)
        self.selected(left, new)

    def selected(self, left: Array, new: Array) -> None:
        """Mean and variance of subscribers' log-usage, given those who left per stayer and the share of new ones."""
        selection, variance, shift = self.x.selection, self.usage_variance, self.usage_shift
        gap = variance * left
        shift += np.minimum(selection * gap, np.sqrt(gap))
        np.minimum(shift, self.most_shift, out=shift)
        gap *= selection**2
        left += 1.0
        gap *= left
        gap += 1.0
        variance /= gap
        old = 1.0 - new
        variance *= old
        new *= self.newcomers_variance + old * shift * shift
        variance += new
        shift *= old

    def training(self, time: float, pausing: NDArray[np.bool_]) -> Array:
        """The cost of a run for each trajectory that has one under way, else 0; few start or end in a month."""
        x, rng = self.x, self.rng
        starts = np.flatnonzero((self.next_run <= time) & (self.run_left < 0.5) & ~pausing)
        slip, overrun = self.processes.slip(starts.size), self.processes.overrun(starts.size)
        self.next_run[starts] = time + x.run_interval * (1.0 + x.run_slip * (slip - 1.0))
        self.run_size[starts] = 1.0 + x.run_overrun * (overrun - 1.0)
        self.run_left[starts] = self.run_length
        running = self.run_left > 0.5
        cost = self.run_cost * self.run_size * running
        self.run_left -= running
        ends = np.flatnonzero(running & (self.run_left < 0.5))
        fails = rng.random(ends.size) < x.failure
        self.run_left[ends[fails]] = self.rerun_length
        new = ends[~fails]
        self.run_cost[new] *= self.run_cost_growth[new]
        self.strength[new] *= self.gain[new]
        return cost

    def money(self, month: int, world: World, revenue: Array, loss: Array, burn: Array, months_of_cash: Array) -> Array:
        """Rounds, the partner's share of profit, cash and ruin; the valuation."""
        x = self.x
        valuation: Array = np.maximum(12.0 * x.revenue_multiple * revenue, x.least_valuation)
        valuation *= np.where(world.crisis, 1.0 - x.crisis_discount, 1.0)
        self.revenues.append(revenue)
        earlier = self.revenues[0]  # of six months ago, or of the first
        sought = (self.round_clock > 0.5) | (months_of_cash < x.round_trigger)
        ready = np.flatnonzero(sought & (self.round_clock >= x.preparation))
        growth = (revenue[ready] / np.maximum(earlier[ready], 1.0)) ** (12.0 / min(max(month - 1, 3), 6)) - 1.0
        odds = self.closing[ready] + x.closing_growth * (np.clip(growth, -1.0, 4.0) - 1.0)
        odds -= x.closing_crisis * world.crisis[ready]
        closed = ready[self.rng.random(ready.size) < 1.0 / (1.0 + np.exp(-odds))]
        wanted = np.maximum(x.round_months * self.outflow[closed], self.least_round[closed])
        raised = np.minimum(wanted, valuation[closed] * x.largest_dilution / (1.0 - x.largest_dilution))
        self.round_clock += 1.0
        self.round_clock *= sought
        self.round_clock[closed] = 0.0

        to_partner = np.minimum(x.profit_share * np.maximum(-loss, 0.0), x.profit_share_cap - self.repaid)
        self.repaid += to_partner
        self.outflow += (burn - self.outflow) / 3.0
        self.cash -= burn
        self.cash -= to_partner
        self.cash[closed] += raised
        self.passage[(self.cash < 0.0) & (self.passage > month)] = month
        np.maximum(self.need, -self.cash, out=self.need)
        return valuation
