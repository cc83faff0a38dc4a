"""``result.burncast``: pictures, the summary as a table, and what notebooks show, against the dataset itself."""

from __future__ import annotations

import itertools
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pytest
from known_simulation import falling_cash, known_simulation

import burncast
from burncast.distributions.errors import InputError
from burncast.distributions.notebook_view import View, view_html
from burncast.outputs.results.dataset import stack, to_dataset

mpl.use("agg")
from matplotlib import pyplot as plt

CASH = falling_cash(400)
USERS = np.random.default_rng(3).uniform(1e3, 9e6, (400, 10, 37))
PRODUCTS = [f"product {letter}" for letter in "abcdefghij"]


def result(cash=CASH, **options):
    return to_dataset(
        known_simulation(
            {"cash": cash, "users": USERS},
            units={"cash": "USD", "users": "user"},
            dimensions={"product": PRODUCTS},
            over={"users": ("product",)},
            **options,
        )
    )


@pytest.fixture(scope="module")
def plain():
    return result()


@pytest.fixture(scope="module")
def stacked():
    runs = {name: result(falling_cash(400, burn=burn)) for name, burn in (("base", 2e8), ("price_war", 4e8))}
    return stack({**runs, "no_ruin": result(falling_cash(400, burn=1), ruin=False)})


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_pictures_return_the_axes_they_were_given(plain, stacked):
    calls = {
        "fan": lambda ax: plain.burncast.plot.fan("cash", ax=ax),
        "ruin": lambda ax: plain.burncast.plot.ruin(ax=ax),
        "runway": lambda ax: plain.burncast.plot.runway(ax=ax),
        "need": lambda ax: plain.burncast.plot.need(ax=ax),
        "compare": lambda ax: stacked.burncast.plot.compare(ax=ax),
    }
    figure, axes = plt.subplots(2, 3, figsize=(16, 9))
    for call, ax in zip(calls.values(), axes.flat, strict=False):
        assert call(ax) is ax
        assert not figure.texts
    figure.draw_without_rendering()
    for ax in axes.flat[:5]:
        slot = ax.get_subplotspec().get_position(figure).transformed(figure.transFigure)
        assert max(text.get_window_extent().x1 for text in ax.texts) <= slot.x1 + 1
        labels = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text()]
        assert all(right.x0 > left.x1 for left, right in itertools.pairwise(labels))


def test_without_axes_a_picture_is_a_titled_figure_of_pyplot(plain):
    ax = plain.burncast.plot.fan("cash")
    assert plt.fignum_exists(ax.figure.number)
    assert ax.figure.texts[0].get_text().startswith("Cash: the median falls from 8bn USD to below zero")
    assert ax.get_title(loc="left") == "cash, USD"


def test_pictures_show_the_dataset(plain, stacked):
    median = plain["cash"].sel(quantile=0.5)
    np.testing.assert_array_equal(plain.burncast.plot.fan("cash").lines[0].get_ydata(), median)
    ruin = plain["ruin_probability"].values
    np.testing.assert_allclose(plain.burncast.plot.ruin().lines[0].get_ydata(), 100 * ruin)
    bars = [bar.get_height() for bar in plain.burncast.plot.runway().patches]
    np.testing.assert_allclose(bars, 100 * np.diff(ruin), atol=1e-12)
    need = plain["funding_need"]
    wanted = need.sel(quantile=need["quantile"] >= 0.5).values
    np.testing.assert_array_equal(plain.burncast.plot.need().lines[0].get_ydata(), wanted)
    one = plain["users"].sel(product="product c", quantile=0.5)
    for ax in (plain.burncast.plot.fan("users", product="product c"), plain.burncast.plot.fan("users[product c]")):
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), one)
    war = stacked["ruin_probability"].sel(variant="price_war")
    np.testing.assert_allclose(stacked.burncast.plot.ruin(variant="price_war").lines[0].get_ydata(), 100 * war)


def test_comparisons_are_of_variants_and_of_other_results(plain, stacked):
    ax = stacked.burncast.plot.compare()
    words = [text.get_text() for text in ax.texts]
    assert len(words) == 2  # one of the three has no [ruin]
    assert any("price war" in text for text in words)
    ax = stacked.burncast.plot.compare({"other one": plain}, of="cash", variants=["base"])
    assert {text.get_text().split("  ")[-1] for text in ax.texts} == {"base", "other one"}
    others = plain.burncast.plot.compare({"c": plain, "all": stacked}, of="users", product="product c")
    assert len(others.texts) == 5
    np.testing.assert_array_equal(
        others.lines[0].get_ydata(), plain["users"].sel(product="product c", quantile=0.5).values
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda one, _: one.plot.fan("chas"), r"no tracked quantity 'chas'.*did you mean 'cash'"),
        (lambda one, _: one.plot.fan("users"), r"an element for each product: product a.*product='product a'"),
        (lambda one, _: one.plot.fan("users", product="product k"), "no product 'product k'"),
        (lambda one, _: one.plot.fan("users", produkt="product a"), "did you mean 'product'"),
        (lambda one, _: one.plot.fan("users[product a, b]"), "has 1 dimensions, not 2"),
        (lambda one, _: one.plot.ruin(variant="base"), "has no variants"),
        (lambda one, _: one.plot.compare(), "nothing to compare with"),
        (lambda one, _: one.summary(periods=3.5), "there is no period 3.5; the result has those from 0 to"),
        (lambda one, _: one.plot.tornado(), r"shows a tornado, what burncast.sensitivity.*this dataset is a forecast"),
        (lambda one, _: one.plot.shares(), "shows shares of variance"),
        (lambda one, _: one.plot.frontier(), "shows a frontier"),
        (lambda one, _: one.summary("chas"), "did you mean 'cash'"),
        (lambda one, _: one.summary("cash", 37), "no period 37; the result has those from 0 to 36"),
        (lambda one, _: one.summary("cash", quantiles=[0.123]), "quantile 0.123; the result has 0.01"),
        (lambda _, many: many.plot.ruin(variant="price_wor"), "did you mean 'price_war'"),
        (lambda _, many: many.plot.ruin(variant="no_ruin"), r"has no \[ruin\]"),
        (lambda _, many: many.plot.compare(variants=["base", "price_wr"]), "did you mean 'price_war'"),
        (lambda _, many: many.plot.compare(of="ruin_probabilty"), "did you mean 'ruin_probability'"),
        (lambda _, many: many.plot.compare({"w": result(currency="EUR")}), "the currency of w is 'EUR', not 'USD'"),
    ],
)
def test_mistakes_say_what_is_there(plain, stacked, call, said):
    with pytest.raises(InputError, match=said):
        call(plain.burncast, stacked.burncast)


def test_a_result_without_the_quantiles_of_a_fan_says_so():
    few = to_dataset(known_simulation({"cash": CASH}), [0.1, 0.9])
    with pytest.raises(InputError, match=r"quantile 0.05; the result has 0.1, 0.9"):
        few.burncast.plot.fan("cash")


def test_the_summary_is_that_of_the_paths(plain):
    table = plain.burncast.summary(["ruin_probability", "cash", "users[product b]", "runway"], [0, 12, 36])
    cash, users = CASH[:, 12], USERS[:, 1, 36]
    row = table.loc[("cash", 12)]
    np.testing.assert_allclose(row["mean"], cash.mean())
    np.testing.assert_allclose(row["sd"], cash.std(ddof=1))
    np.testing.assert_allclose(row["se"], cash.std(ddof=1) / 20)
    np.testing.assert_allclose(row["p5"], np.quantile(cash, 0.05, method="inverted_cdf"))
    assert row["unit"] == "USD"
    assert str(row["date"].date()) == "2024-05-31"
    np.testing.assert_allclose(table.loc[("users[product b]", 36), "mean"], users.mean())
    ruined = (CASH < 0).any(axis=1).mean()
    row = table.loc[("ruin_probability", 36)]
    np.testing.assert_allclose([row["mean"], row["se"]], [ruined, np.sqrt(ruined * (1 - ruined) / 400)])
    np.testing.assert_allclose(row["sd"], np.sqrt(ruined * (1 - ruined)))
    assert table.loc[("runway", 36), "p50"] == plain["runway"].sel(quantile=0.5)
    assert np.isnan(table.loc[("runway", 36), "mean"])


def test_a_summary_may_be_of_one_period_and_one_quantile(plain):
    whole = plain.burncast.summary("cash", [12], quantiles=[0.5])
    for period in (12, np.int64(12), 12.0):
        assert plain.burncast.summary("cash", period, quantiles=0.5).equals(whole)


def test_the_summary_of_variants_names_them(stacked):
    table = stacked.burncast.summary()
    assert table.index.names == ["variant", "quantity", "period"]
    assert "ruin_probability" not in table.loc["no_ruin"].index.get_level_values("quantity")
    alone = stacked.burncast.summary("users", variant="base")
    assert list(alone.index.get_level_values("quantity")) == [f"users[{product}]" for product in PRODUCTS]
    assert list(alone.columns) == ["date", "mean", "se", "sd", "p5", "p50", "p95", "unit"]


class Words(HTMLParser):
    """The tags of a piece of HTML, and its words."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.depth = [], [], 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.depth += 1

    def handle_endtag(self, _):
        self.depth -= 1

    def handle_data(self, data):
        self.words.append(data)


def test_what_a_notebook_shows_is_escaped_stands_alone_and_has_no_colours_of_its_own():
    view = View("<b>&", ["<i>", "n"], [["<script>x</script>", 3.1e9], ["", None]], "a  <b", ["<style>"])
    read = Words(view_html(view))
    assert read.depth == 0
    assert {tag for tag, _ in read.tags} == {"div", "pre", "table", "thead", "tbody", "tr", "th", "td"}
    styles = [attributes.get("style", "").replace("color:inherit", "") for _, attributes in read.tags]
    assert not any("color:" in style or "background" in style for style in styles)
    assert "3.1bn" in read.words
    assert "<script>x</script>" in read.words
    long = View("t", ["n"], [[place] for place in range(100)])
    assert "… and 60 more" in Words(view_html(long)).words


def test_results_show_their_figures_in_notebooks(plain, stacked):
    for dataset in (plain, stacked):
        shown = Words(dataset.burncast._repr_html_())
        assert "Known paths" in shown.words
        assert "out of money" in shown.words
        assert "users[product j]" in shown.words or dataset is stacked
    scenario = burncast.load("startup")
    words = Words(scenario._repr_html_()).words
    assert scenario.title in words
    assert next(iter(scenario.quantities)) in words
    path = burncast.replay("startup", 3)
    assert "xarray.Dataset" in path.burncast._repr_html_()


def test_the_accessor_comes_with_the_first_dataset_and_not_with_the_package():
    code = """
import sys, burncast
assert "xarray" not in sys.modules
import xarray
print(hasattr(xarray.Dataset, "burncast"))
from burncast.outputs.results.dataset import register_accessor
register_accessor()
print(hasattr(xarray.Dataset, "burncast"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
