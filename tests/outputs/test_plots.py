import datetime
import itertools
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_simulation import falling_cash, known_simulation
from matplotlib.text import Text

from burncast.outputs.charts.calendar_ticks import calendar_ticks, day_number
from burncast.outputs.charts.chart_style import _spread, encode_figure
from burncast.outputs.charts.drawing import figure_of
from burncast.outputs.charts.forecast_plots import (
    fan_chart,
    medians_drawing,
    need_drawing,
    ruin_curve,
    ruin_drawing,
    runway_drawing,
)
from burncast.outputs.results.dataset import stack, to_dataset

CASES = {
    "falling": falling_cash(200),
    "never": falling_cash(200, burn=0, spread=1),
    "always": falling_cash(200, burn=9e9),
    "ruined at once": np.full((200, 37), -1.0),
    "one period": falling_cash(200, 1),
    "one trajectory": falling_cash(1),
    "constant": np.full((200, 37), 0.25),
    "zero": np.zeros((200, 37)),
    "cents": falling_cash(200, opening=0.05, burn=0.001, spread=0.004),
    "cents to trillions": np.geomspace(0.01, 1e12, 37)[None, :] * np.linspace(1, 9, 200)[:, None],
}


def texts(figure):
    axes = [text.get_text() for panel in figure.axes for text in panel.texts]
    return [text.get_text() for text in figure.texts], axes


def marks_of(axis):
    """The marks of an axis that are drawn: those within its limits."""
    scale = axis.get_transform().transform
    low, high = sorted(scale(axis.get_view_interval()))
    slack = 1e-6 * (high - low)
    return [
        tick.label1
        for tick in axis.get_major_ticks()
        if low - slack <= scale(tick.get_loc()) <= high + slack and tick.label1.get_text() and tick.label1.get_visible()
    ]


def assert_fit_to_be_shown(figure):
    """All words are inside the figure, labels and marks do not touch, and no number is written as a power of ten."""
    figure.draw_without_rendering()
    shown = list(figure.texts)
    for panel in figure.axes:
        assert panel.lines or panel.patches or panel.collections or panel.texts
        shown += [*panel.texts, *marks_of(panel.xaxis), *marks_of(panel.yaxis), panel.xaxis.label]
        shown += [text for text in panel.get_children() if isinstance(text, Text) and text.get_text()]
        boxes = [text.get_window_extent() for text in panel.texts if text.get_position()[0] == 1.0]
        for one, other in itertools.combinations(boxes, 2):
            assert not one.shrunk(1.0, 0.9).overlaps(other.shrunk(1.0, 0.9))
        for axis in (panel.xaxis, panel.yaxis):
            assert axis.get_offset_text().get_text() == ""
            for one, other in itertools.pairwise(marks_of(axis)):
                assert not one.get_window_extent().overlaps(other.get_window_extent())
        marks = [text.get_text() for text in marks_of(panel.yaxis)]
        assert len(set(marks)) == len(marks)
    for box, text in ((text.get_window_extent(), text) for text in shown if text.get_text().strip()):
        assert -1 <= box.x0 <= box.x1 <= figure.bbox.width + 1, text
        assert -1 <= box.y0 <= box.y1 <= figure.bbox.height + 1, text


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("start", [datetime.date(2023, 6, 1), None])
def test_every_case_can_be_shown(case, start):
    title = "Cash & $costs$ of " + "T" * 200
    dataset = to_dataset(known_simulation({"cash": CASES[case]}, units={"cash": "USD"}, start=start, title=title))
    drawings = [ruin_drawing({"": dataset}), runway_drawing(dataset), need_drawing(dataset)] if start else []
    for figure in (fan_chart(dataset, "cash"), *map(figure_of, drawings)):
        assert_fit_to_be_shown(figure)


def test_ten_members_with_names_of_sixty_letters_can_be_shown():
    name = "a_name_of_sixty_letters_" + "x" * 36
    members = [f"member number {place} with a long label" for place in range(10)]
    users = np.random.default_rng(1).uniform(1, 2, (50, 10, 37)) * np.geomspace(1, 1e9, 10)[None, :, None]
    simulation = known_simulation({name: users}, dimensions={"p": members}, over={name: ("p",)})
    figure = fan_chart(to_dataset(simulation), name)
    assert len(figure.axes) == 10
    assert_fit_to_be_shown(figure)
    variants = {f"{name}_{place}": to_dataset(known_simulation({"cash": CASES["falling"]})) for place in range(18)}
    figure = figure_of(ruin_drawing(variants))
    assert_fit_to_be_shown(figure)
    assert len({text.get_text() for text in figure.axes[0].texts}) == 18
    values = {label: one["cash"] for label, one in variants.items()}
    assert_fit_to_be_shown(figure_of(medians_drawing(variants, values)))


def test_a_dollar_sign_is_a_dollar_sign():
    dataset = to_dataset(known_simulation({"cash": CASES["falling"]}, title="A $5 shop and a $6_bn one"))
    figure = fan_chart(dataset, "cash")
    assert figure.texts[1].get_text().startswith("A $5 shop and a $6_bn one ·")
    assert not any(text.get_parse_math() for text in figure.findobj(Text) if text.get_text())


def test_titles_say_the_finding():
    def title(paths, chart, **options):
        dataset = to_dataset(known_simulation({"cash": paths}, units={"cash": "USD"}, **options))
        figure = fan_chart(dataset, "cash") if chart == "fan" else ruin_curve(dataset)
        return " ".join(texts(figure)[0][0].split())

    assert title(CASES["falling"], "fan").startswith(
        "Cash: the median falls from 8bn USD to below zero in Aug 2025; nine"
    )
    assert title(CASES["constant"], "fan") == "Cash stays at 0.25 USD in every future"
    assert title(CASES["never"], "ruin").startswith(
        "Never out of money within 36 months in 200 trajectories (the risk is below 1.5"
    )
    assert title(CASES["always"], "ruin") == "Every trajectory runs out within 36 months, half of them by Jun 2023"
    assert title(CASES["falling"], "ruin").startswith("Even odds of running out by Aug 2025; 9")
    assert "month 1" in title(CASES["one period"], "fan", start=None)


def test_the_fan_shows_the_quantiles_of_the_dataset():
    dataset = to_dataset(known_simulation({"cash": CASES["falling"]}))
    panel = fan_chart(dataset, "cash").axes[0]
    median = panel.lines[0].get_ydata()
    np.testing.assert_array_equal(median, dataset["cash"].sel(quantile=0.5))
    (outer, inner) = (collection.get_paths()[0].vertices[:, 1] for collection in panel.collections)
    assert outer.min() == dataset["cash"].sel(quantile=0.05).min()
    assert inner.max() == dataset["cash"].sel(quantile=0.75).max()


def test_a_quantity_with_elements_has_a_panel_for_each():
    users = np.random.default_rng(1).uniform(1, 2, (50, 3, 13))
    simulation = known_simulation(
        {"users": users}, dimensions={"p": ["a", "b", "c"]}, over={"users": ("p",)}, kinds={"users": "formula"}
    )
    figure = fan_chart(to_dataset(simulation), "users")
    assert [panel.get_title(loc="left") for panel in figure.axes] == ["users a", "users b", "users c"]


def test_variants_have_a_named_line_each_and_one_without_ruin_has_none():
    names = ("base", "price_war", "a name that is much too long for the margin")
    runs = [to_dataset(known_simulation({"cash": CASES[case]})) for case in ("falling", "always", "never")]
    without = to_dataset(known_simulation({"cash": CASES["never"]}, ruin=False))
    figure = ruin_curve(stack({**dict(zip(names, runs, strict=True)), "no ruin": without}))
    assert len(figure.axes[0].lines) == 3
    shown = [any(name in label for label in texts(figure)[1]) for name in ("base", "price war", "a name", "no ruin")]
    assert shown == [True, True, True, False]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_files_are_marked_and_repeatable(kind):
    dataset = to_dataset(known_simulation({"cash": CASES["falling"]}))
    first, second = (encode_figure(ruin_curve(dataset), kind) for _ in range(2))
    assert first == second
    assert b"Created by burncast" in first[:4096]
    if kind == "svg":
        assert ElementTree.fromstring(first).tag == "{http://www.w3.org/2000/svg}svg"


@given(st.dates(datetime.date(1990, 1, 1), datetime.date(2090, 1, 1)), st.integers(min_value=1, max_value=365 * 200))
def test_ticks_are_few_inside_and_ascending(first, days):
    last = min(first + datetime.timedelta(days=days), datetime.date(2200, 1, 1))
    ticks = calendar_ticks(first, last)
    places = [place for place, _ in ticks]
    assert 2 <= len(ticks) <= 12
    assert places == sorted(set(places))
    assert day_number(first) <= places[0]
    assert places[-1] <= day_number(last)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_labels_are_moved_apart_and_keep_their_order_and_centre(places):
    moved = _spread(sorted(places), 0.05)
    assert all(b - a >= 0.05 - 1e-9 for a, b in itertools.pairwise(moved))
    assert min(moved) >= -1e-9
    assert max(moved) <= 1 + 1e-9
    if min(moved) > 1e-9 and max(moved) < 1 - 1e-9:
        assert sum(moved) == pytest.approx(sum(places), abs=1e-9)
