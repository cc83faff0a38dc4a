"""Every figure that the report prints, counted again from the paths themselves."""

from __future__ import annotations

import re

import numpy as np
import pytest

import burncast
from burncast.engine.scenario import load
from burncast.investigating import investigate
from burncast.outputs.report.blocks import Chart, TextTable
from burncast.outputs.report.content import report_sections
from burncast.outputs.report.findings import Request
from burncast.outputs.words.amounts import parse_amount
from burncast.outputs.words.language import NO_BREAK, language

COUNT, SEED, PERIODS = 3000, 11, 18
ENGLISH = language("en")
SHOP = {
    "scenario": {"title": "Shop", "periods": PERIODS, "currency": "EUR"},
    "dimensions": {"product": ["bread", "cake_slices"]},
    "inputs": {
        "rent": {"value": "lognormal(mean=40e3, sd=8e3)", "unit": "EUR/month"},
        "opening": {"value": "500e3 to 900e3", "unit": "EUR"},
        "price": {"value": {"bread": "uniform(0.8, 1.2)", "cake_slices": 3}, "over": "product", "unit": "EUR/user"},
    },
    "processes": {"demand": "gbm(start=1, drift=0.1, volatility=0.5)"},
    "formulas": {"sales": {"value": "price * demand * 500", "over": "product", "unit": "EUR/month"}},
    "stocks": {"cash": {"start": "opening", "next": "cash + sum(sales) - rent * demand", "unit": "EUR"}},
    "ruin": {"when": "cash < 0", "need": "-cash"},
    "outputs": {"track": ["cash", "sales", "rent", "opening", "demand"]},
    "variants": {
        "dear": {"inputs": {"rent": {"value": "lognormal(mean=45e3, sd=8e3)", "unit": "EUR/month"}}},
        "safe": {"inputs": {"rent": {"value": 1e3, "unit": "EUR/month"}}},
    },
}


@pytest.fixture(scope="module")
def found():
    return investigate(load(SHOP), Request(None, COUNT, SEED, "en", True, "report.html"))


@pytest.fixture(scope="module")
def told(found):
    """All words, with those of charts, and the rows of all tables, by the tables' captions."""
    blocks = [block for section in report_sections(found) for block in section.blocks]
    tables = {block.caption: block.rows for block in blocks if isinstance(block, TextTable)}
    assert len(tables) == sum(isinstance(block, TextTable) for block in blocks)
    said = [block.caption if isinstance(block, Chart) else block.text for block in blocks if block.kind != "table"]
    return "\n".join(said), tables


@pytest.fixture(scope="module")
def paths():
    """Name of a run → its paths, each future's: cash f64[n, T+1], and more of the base."""
    runs = {"base": load(SHOP), **load(SHOP).variants}
    return {name: burncast.simulate(one, COUNT, SEED, keep_paths=COUNT) for name, one in runs.items()}


def cash_of(run):
    return run["paths_cash"].values


def ruined_by(cash, period):
    """Which futures are ruined by the end of a period from 1 on."""
    return (cash[:, 1 : period + 1] < 0).any(axis=1)


def chance(ruined):
    share = ruined.mean()
    return ENGLISH.probability(share, np.sqrt(share * (1 - share) / len(ruined)), len(ruined))


def needs_of(cash):
    return np.maximum(-cash[:, 1:].min(axis=1), 0.0)


def amount(text):
    """A number, of a table or of a sentence; the currency before it is left out."""
    return parse_amount(text.replace(f"EUR{NO_BREAK}", "").replace(",", ""))


def close(value):
    """Three digits of a quantile to the width of a bin of 1/256."""
    return pytest.approx(value, rel=0.01)


def test_chances_over_time(told, paths):
    rows = told[1]["Chance of having run out"]
    assert [row[0] for row in rows] == [f"{period}{NO_BREAK}months" for period in (6, 12, 18)]
    for row, period in zip(rows, (6, 12, 18), strict=True):
        assert row[1] == chance(ruined_by(cash_of(paths["base"]), period))


def test_runway(told, paths):
    shares = np.array([ruined_by(cash_of(paths["base"]), period).mean() for period in range(1, PERIODS + 1)])
    for share, after in told[1]["How long the money lasts"]:
        reached = np.flatnonzero(shares >= float(share.partition(NO_BREAK)[0]) / 100)
        assert after == (f"{reached[0] + 1}{NO_BREAK}months" if reached.size else f"beyond 18{NO_BREAK}months")


def test_funding_need(told, paths):
    rows = told[1]["Funding that would have been enough"]
    assert [row[0] for row in rows] == [f"{share}{NO_BREAK}%" for share in (50, 80, 90, 95, 99)]
    for (_, need), share in zip(rows, (0.5, 0.8, 0.9, 0.95, 0.99), strict=True):
        assert amount(need) == close(np.quantile(needs_of(cash_of(paths["base"])), share, method="inverted_cdf"))


def test_what_is_tracked_at_the_end(told, paths):
    rows = told[1]["At the end (month 18)"]
    ends = {name: paths["base"][f"paths_{name}"].values[..., -1] for name in SHOP["outputs"]["track"]}
    sales = ends.pop("sales")
    ends |= {"sales (bread)": sales[:, 0], "sales (cake slices)": sales[:, 1]}
    assert {row[0] for row in rows} == set(ends)
    for name, *figures, unit in rows:
        expected = [ends[name].mean(), *np.quantile(ends[name], [0.05, 0.5, 0.95], method="inverted_cdf")]
        assert [amount(one) for one in figures] == [close(one) for one in expected], name
        assert unit == {"cash": "EUR", "opening": "EUR", "demand": ""}.get(name, "EUR/month")


def test_survival_with_more_money(told, paths):
    """Nothing reacts to cash here, so an amount added at the start lifts every path by as much."""
    cash = cash_of(paths["base"])
    rows = told[1]["Survival by money added at the start"]
    assert len(rows) == 9
    for added, *survived in rows:
        richer = cash + amount(added)
        assert survived == [chance(~ruined_by(richer, period)) for period in (12, 18)]


def test_the_amount_that_brings_ruin_to_five_per_cent(told, paths):
    said, low, high = (
        amount(found)
        for found in re.search(
            r"; ([^;]+) more at the start brings it to 5.%.*?known to between (.+?) and (.+?) \(", told[0], re.DOTALL
        ).groups()
    )
    needs = needs_of(cash_of(paths["base"]))
    assert said == pytest.approx(np.quantile(needs, 0.95), rel=0.02)
    error = 1.96 * np.sqrt(0.05 * 0.95 / COUNT)
    assert [low, high] == pytest.approx(np.quantile(needs, [0.95 - error, 0.95 + error]), rel=0.05)


def test_variants_side_by_side(told, paths):
    rows = {row[0]: row[1:] for row in told[1]["Variants side by side"]}
    assert list(rows) == ["base", "dear", "safe"]
    base = ruined_by(cash_of(paths["base"]), PERIODS).astype(float)
    for name, (said, difference, after, need, at_the_end) in rows.items():
        cash = cash_of(paths[name])
        ruined = ruined_by(cash, PERIODS)
        assert said == chance(ruined)
        apart = ruined - base
        error = apart.std(ddof=1) / np.sqrt(COUNT)
        assert difference == ("" if name == "base" else ENGLISH.points(apart.mean(), error))
        shares = np.array([ruined_by(cash, period).mean() for period in range(1, PERIODS + 1)])
        reached = np.flatnonzero(shares >= 0.25)
        assert after == (f"{reached[0] + 1}{NO_BREAK}months" if reached.size else f"beyond 18{NO_BREAK}months")
        assert amount(need) == close(np.quantile(needs_of(cash), 0.95, method="inverted_cdf"))
        ends = [
            amount(one) for one in re.fullmatch(rf"(\S+) \((\S+?){NO_BREAK}to{NO_BREAK}(\S+)\)", at_the_end).groups()
        ]
        expected = np.quantile(cash[:, -1], [0.5, 0.05, 0.95], method="inverted_cdf")
        assert ends == [close(one) for one in expected]


def test_the_tornado_is_that_of_inputs_held_where_it_says(found, told):
    rows = {row[0]: row[1:] for row in told[1]["Which assumptions move the answer most"]}
    assert set(rows) == {"rent", "opening", "price (bread)"}
    held = found.tornado.sel(input="rent")
    for end, place in (("low", 2), ("high", 3)):
        rent = {"value": float(held[f"value_{end}"]), "unit": "EUR/month"}
        changed = {**SHOP, "inputs": {**SHOP["inputs"], "rent": rent}}
        last = float(burncast.simulate(changed, COUNT, SEED)["ruin_probability"][-1])
        assert rows["rent"][place] == ENGLISH.chance(last, np.sqrt(last * (1 - last) / COUNT))
    spread = np.log(40e3) - 0.5 * np.log(1.04) + np.array([-1, 1]) * 1.2815515655446004 * np.sqrt(np.log(1.04))
    assert [amount(one) for one in rows["rent"][:2]] == [close(one) for one in np.exp(spread)]


def test_what_separates_ruin_from_survival(told, paths):
    base = paths["base"]
    ruined = ruined_by(cash_of(base), PERIODS)
    known = {name: base[f"paths_{name}"].values[:, 1] for name in ("rent", "opening")}
    known["demand"] = base["paths_demand"].values[:, 1:].mean(axis=1)
    rows = {row[0]: row for row in told[1]["What separates ruin from survival"]}
    for name, values in known.items():
        _, _, shift, every, own, _ = rows[name]
        moved = (values[ruined].mean() - values.mean()) / values.std()
        assert float(shift.replace("−", "-")) == pytest.approx(moved, abs=0.006), name
        assert [amount(every), amount(own)] == [close(np.median(values)), close(np.median(values[ruined]))], name


def test_the_box_that_isolates_ruin(found, told, paths):
    base = paths["base"]
    ruined = ruined_by(cash_of(base), PERIODS)
    known = {name: base[f"paths_{name}"].values[:, 1] for name in ("rent", "opening")}
    known["demand"] = base["paths_demand"].values[:, 1:].mean(axis=1)
    known["price[bread]"] = base["paths_sales"].values[:, 1, 0] / base["paths_demand"].values[:, 1] / 500
    box = found.explanation.box_of_all
    inside = np.ones(COUNT, dtype=bool)
    for name, (low, high) in box.rules.items():
        inside &= (known[name] >= low) & (known[name] <= high)
    shares = [ENGLISH.share(one, 2) for one in (ruined[inside].mean(), ruined.mean(), inside[ruined].mean())]
    assert f", {shares[0]} of futures run out rather than {shares[1]}; {shares[2]} of all ruined futures" in told[0]


def test_the_typical_path_is_the_future_that_it_names(found, told, paths):
    path = cash_of(paths["base"])[found.explanation.typical]
    ruined = int(np.flatnonzero(path[1:] < 0)[0]) + 1
    ends = [ENGLISH.money(one, "EUR") for one in (path[0], path[ruined])]
    assert f"Cash goes from {ends[0]} to {ends[1]} when the money runs out (month {ruined})." in told[0]
    assert f"Future number {found.explanation.typical:,} of seed {SEED}" in told[0]
