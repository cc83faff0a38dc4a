"""How well would burncast have told which listed companies run short of cash? A backtest on a panel of cash burners.

    python examples/calibration/cash_burners.py PANEL.csv 2015-06-15 2015-09-15

The panel has a row for each company and quarter, in the columns of the project pystock-data (figures from filings with
the SEC). At each origin everything is learnt from the rows filed by then, over all companies: how burn moves from
quarter to quarter, how often and how much money is raised at which runway, and how cash moves into and out of other
assets. Each company then gets a scenario of four quarters that opens with its last accounts. Ruin is cash below what
one quarter burns.

Leaving new money out is the famous mistake of the burn list of March 2000 (Barron's, "Burning up"): most companies on
it raised more.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

import burncast

__all__ = ["judge", "learn", "main", "model", "read", "scenario"]

Floats = NDArray[np.float64]

FIGURES = ("cash", "assets", "cash_flow_op", "cash_flow_fin", "quarter_op_cash_flow")
QUARTERS = {"Q1": 1.0, "Q2": 2.0, "Q3": 3.0, "FY": 4.0}
ROUND = 0.5
"""Money raised from half a quarter's burn on is a round; less is part of what cash does otherwise."""
CLASSES = (1.0, 2.0, 4.0, 8.0)
"""Quarters of runway that part companies into five classes, each with quarters of its own to draw from.

Up to the last one what cash does is measured in quarters of burn, beyond it as a share of cash.
"""


FEWEST = 8
"""Quarters that a class needs to stand for itself; with fewer it shares with the others of its unit."""


def read(path: str | Path) -> burncast.Panel:
    """The panel, with quarterly flows: ``burn`` and ``financing``.

    Cash flow statements of a year's later quarters count from its start, so that a quarter is a difference of two.
    Where the file proves no quarterly figure, burn is the average since the start of the fiscal year.
    """
    panel = burncast.read_panel(
        path, entity="symbol", date="end_date", known_from="crawl_date", variables=FIGURES, words=["period_focus"]
    )
    before = panel.previous()
    total, quarter = panel["cash_flow_op"], panel["quarter_op_cash_flow"]
    whole = quarter == total
    difference = (before >= 0) & np.isclose(quarter, total - total[before])

    figures = panel["cash_flow_fin"]
    financing = np.where(whole, figures, np.where(difference, figures - figures[before], np.nan))
    average = total / np.array([QUARTERS[focus] for focus in panel.words["period_focus"]])
    return panel.with_variable("burn", -np.where(np.isfinite(quarter), quarter, average)).with_variable(
        "financing", financing
    )


def learn(known: burncast.Panel) -> dict[str, Any]:
    """What the known rows teach, over all companies: see :func:`scenario` for how it is used."""
    before, usual = known.previous(), usual_burn(known)
    opened, base = known["cash"][before], usual[before]
    with np.errstate(divide="ignore", invalid="ignore"):
        runway = opened / base
    proved = np.isfinite(known["cash"] + known["financing"] + known["quarter_op_cash_flow"])
    usable = (before >= 0) & proved & (opened > 0.0) & (base > floor(known)[before])

    closed = usable & (known["financing"] > ROUND * base)
    if usable.sum() < 2 * FEWEST or closed.sum() < 2:
        raise burncast.InputError(
            f"{usable.sum()} quarters of the panel were known with all flows; too few to learn from"
        )
    level, slope = logistic_regression(np.log(np.clip(runway[usable], 0.05, 50.0)), closed[usable])
    raised = np.where(closed, known["financing"], 0.0)
    net = known["cash"] - opened - raised
    part = np.searchsorted(CLASSES, runway)
    quiet = []
    for one in range(len(CLASSES) + 1):
        alike = usable & ~closed & (part == one)
        if alike.sum() < FEWEST:
            alike = usable & ~closed & ((part < len(CLASSES)) == (one < len(CLASSES)))
        unit = base if one < len(CLASSES) else opened
        quiet.append(_quarters(net[alike] / unit[alike], known["burn"][alike] / base[alike]))
    return {
        "closes": (level, slope),
        "quiet": quiet,
        "rounds": _quarters(
            raised[closed] / base[closed], net[closed] / base[closed], known["burn"][closed] / base[closed]
        ),
    }


def scenario(learnt: Mapping[str, Any], cash: float, burn: float) -> dict[str, Any]:
    """Four quarters of a company that has so much cash and usually burns so much a quarter.

    A round closes or does not, with odds that depend on the runway. Then a quarter of some company is drawn whole, from
    those with a round or from those of that runway without: who raises money also spends more and pays debts, who
    burns more sells more of what it holds.
    """
    (level, slope), quiet, rounds = learnt["closes"], learnt["quiet"], learnt["rounds"]
    drawn = {f"quiet_{part}": f"iid(discrete({_places(figures)}))" for part, figures in enumerate(quiet)}
    nets, burns = (
        {
            f"{name}_{part}": f"interp(quiet_{part}, {_places(figures)}, {figures[at]})"
            for part, figures in enumerate(quiet)
        }
        for at, name in enumerate(("net", "burn"))
    )
    units = ["usual_burn"] * len(CLASSES) + ["cash"]
    net = _by_class([f"{unit} * {name}" for unit, name in zip(units, nets, strict=True)])
    raised, net_then, burn_then = (f"usual_burn * interp(raising, {_places(rounds)}, {figures})" for figures in rounds)
    return {
        "scenario": {"title": "A listed cash burner", "step": "quarter", "periods": 4, "currency": "USD"},
        "inputs": {"opening_cash": cash, "usual_burn": burn},
        "processes": {**drawn, "raising": f"iid(discrete({_places(rounds)}))"},
        "formulas": {
            "runway": "clip(cash / usual_burn, 0.05, 50)",
            "closes": f"chance(logistic({level} + {slope} * log(runway)))",
            "raised": f"closes * {raised}",
            "net": f"where(closes, {net_then}, {net})",
            "burn": f"where(closes, {burn_then}, usual_burn * {_by_class(list(burns))})",
            **nets,
            **burns,
        },
        "stocks": {"cash": {"start": "opening_cash", "next": "max(cash + net + raised, 0)"}},
        "ruin": {"when": "cash < burn", "need": "burn - cash"},
        "outputs": {"track": ["cash"]},
    }


def model(known: burncast.Panel) -> dict[str, dict[str, Any]]:
    """A scenario for each company of the panel, as it stood at its last known row."""
    learnt, usual = learn(known), usual_burn(known)
    last = {str(entity): row for row, entity in enumerate(known.entity)}
    return {
        entity: scenario(learnt, float(known["cash"][row]), float(usual[row]))
        for entity, row in last.items()
        if np.isfinite(known["cash"][row]) and usual[row] > 0.0
    }


def judge(panel: burncast.Panel, origins: Sequence[str], trajectories: int = 2048) -> burncast.Backtest:
    """The backtest: cash one to four quarters ahead, and the probability that it falls below a quarter's burn."""
    return burncast.backtest(
        model,
        panel,
        origins,
        [1, 2, 3, 4],
        variable="cash",
        threshold="burn",
        flow="burn",
        scale="assets",
        trajectories=trajectories,
    )


def main(path: str, *origins: str) -> None:
    """Print the scores by horizon, and draw them into ``cash_burners.svg``."""
    result = judge(read(path), origins)
    print(result)
    title = f"cash of listed companies that burn it, forecast at {', '.join(origins)}"
    burncast.draw_backtest(result, "cash_burners.svg", title=title, event="cash falls below a quarter's burn")


def usual_burn(panel: burncast.Panel) -> Floats:
    """The mean burn of a company's quarters so far, up to four; at least 1 % of its assets, should it burn none."""
    usual = np.empty(len(panel))
    for row, entity in enumerate(panel.entity):
        first = max(row - 3, 0)
        own = panel.entity[first : row + 1] == entity
        usual[row] = panel["burn"][first : row + 1][own].mean()
    return np.fmax(usual, floor(panel))


def floor(panel: burncast.Panel) -> Floats:
    """1 % of a company's assets: less is no burn to measure anything by."""
    return 0.01 * np.nan_to_num(panel["assets"])


def logistic_regression(x: Floats, happened: NDArray[np.bool_]) -> tuple[float, float]:
    """Level and slope of greatest likelihood of the log-odds of an event, with a little shrinkage to no slope."""

    def loss(at: Floats) -> float:
        odds = at[0] + at[1] * x
        return float(np.logaddexp(0.0, np.where(happened, -odds, odds)).sum() + 0.5 * at[1] ** 2)

    level, slope = minimize(loss, np.zeros(2)).x
    return float(level), float(slope)


def _by_class(cases: Sequence[str]) -> str:
    chosen = cases[-1]
    for edge, case in reversed(list(zip(CLASSES, cases, strict=False))):
        chosen = f"where(runway < {edge}, {case}, {chosen})"
    return chosen


def _quarters(*figures: Floats) -> list[list[float]]:
    """Figures of the same quarters, in order of the first: at most 200, the outermost percent of each pulled in."""
    order = np.argsort(figures[0])
    kept = order[np.unique(np.linspace(0, len(order) - 1, 200).round().astype(int))]
    pulled = (np.clip(values, *np.quantile(values, [0.01, 0.99]))[kept] for values in figures)
    return [[float(f"{value:.4g}") for value in values] for values in pulled]


def _places(figures: Sequence[Sequence[float]]) -> list[int]:
    return list(range(len(figures[0])))


if __name__ == "__main__":
    main(*sys.argv[1:])
