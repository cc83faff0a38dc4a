"""The picture of a posterior: bars where the laws are, reports that strain in another colour."""

from __future__ import annotations

import numpy as np
import pytest

from burncast.outputs.charts.chart_style import COLOURS, encode_figure
from burncast.outputs.charts.posterior_plot import posterior_plot


def law(mean, sd):
    return {"mean": mean, "sd": sd, "p5": mean - 1.645 * sd, "p50": mean, "p95": mean + 1.645 * sd}


PLAIN = {
    "title": "A shop",
    "particles": 4096,
    "effective_sample_size": 1234.5,
    "r_hat": 1.01,
    "inputs": [
        {"name": "growth", "prior": law(10.0, 2.0), "posterior": law(13.0, 1.0)},
        {
            "name": "a_name_that_is_much_too_long_to_be_shown_in_full",
            "prior": law(0.0, 1.0),
            "posterior": law(0.0, 1.0),
        },
    ],
    "observations": [
        {"figure": "cash, value, 3", "distance": 0.5, "strains": False},
        {"figure": "cash, value, 6", "distance": -6.0, "strains": True},
        {"figure": "cash, value, 9", "distance": None, "strains": True},
    ],
}


def test_bars_are_in_standard_deviations_of_the_prior():
    above, below = posterior_plot(PLAIN).axes
    prior, posterior = (np.array(lines.get_segments())[0][:, 0] for lines in above.collections)
    assert prior == pytest.approx([-1.645, 1.645])
    assert posterior == pytest.approx([1.5 - 0.8225, 1.5 + 0.8225])
    assert above.get_yticklabels()[0].get_text() == "growth"
    assert all(len(label.get_text()) <= 36 for label in above.get_yticklabels())
    points = [line for line in below.lines if line.get_marker() == "o"]
    assert [float(line.get_xdata()[0]) for line in points] == pytest.approx([0.5, -6.0, 6.4])
    assert [line.get_color() == COLOURS[1] for line in points] == [False, True, True]
    assert below.get_xlim() == pytest.approx((-6.4, 6.4))


def test_long_names_stand_inside_the_picture():
    figure = posterior_plot(PLAIN)
    figure.draw_without_rendering()
    assert all(label.get_window_extent().x0 >= 0 for panel in figure.axes for label in panel.get_yticklabels())


def test_the_title_says_what_was_found_and_the_same_figure_gives_the_same_bytes():
    texts = [text.get_text() for text in posterior_plot(PLAIN).texts]
    assert texts == [
        "Most was learned of growth; 2 of 3 reports strain",
        "A shop · 4,096 particles, worth 1,234; R-hat 1.010",
    ]
    assert encode_figure(posterior_plot(PLAIN), "svg") == encode_figure(posterior_plot(PLAIN), "svg")
    nothing = {**PLAIN, "inputs": [], "observations": PLAIN["observations"][:1]}
    assert "Most was learned of nothing; no report strains" in [one.get_text() for one in posterior_plot(nothing).texts]
