"""The picture of a fitted law shows the data and the laws as they are."""

from __future__ import annotations

import numpy as np
import pytest

from burncast.distributions.families import make_law
from burncast.distributions.gamma import Gamma
from burncast.distributions.lognormal import Lognormal
from burncast.outputs.charts.chart_style import encode_figure
from burncast.outputs.charts.fit_chart import fit_chart

WORDS = {"label": "price, USD", "finding": "gamma fits", "context": "prices.csv"}


def steps(values):
    return np.sort(values), np.arange(1, len(values) + 1) / len(values)


def test_density_distribution_and_quantiles():
    law, wide = Gamma(4.0, 0.5), Gamma(3.5, 0.6)
    values, heights = steps(law.quantile((np.arange(40) + 0.5) / 40))
    figure = fit_chart((values, heights), law, wide, **WORDS)
    above, below, beside = figure.axes
    bars = sum(bar.get_height() * bar.get_width() for bar in above.patches)
    assert bars == pytest.approx(1.0)
    for line, one in zip(above.lines, (wide, law), strict=True):
        assert line.get_ydata() == pytest.approx(one.density(line.get_xdata()), nan_ok=True)
    data, first, second = below.lines
    assert data.get_ydata()[1:-1] == pytest.approx(100 * heights)
    assert first.get_ydata() == pytest.approx(100 * wide.cdf(first.get_xdata()))
    assert second.get_ydata() == pytest.approx(100 * law.cdf(second.get_xdata()))
    points = beside.lines[1]
    assert points.get_ydata() == pytest.approx(values)
    assert points.get_xdata() == pytest.approx(wide.quantile((np.arange(40) + 0.5) / 40))
    assert "gamma fits" in [text.get_text() for text in figure.texts]
    assert encode_figure(figure, "png").startswith(b"\x89PNG")


def test_wide_laws_are_drawn_on_logarithms():
    law = Lognormal(0.0, 2.0)
    figure = fit_chart(steps(law.quantile((np.arange(30) + 0.5) / 30)), law, None, **WORDS)
    above, below, beside = figure.axes
    assert {axes.get_xscale() for axes in (above, below, beside)} == {"log"}
    (line,) = above.lines
    assert line.get_ydata() == pytest.approx(line.get_xdata() * law.density(line.get_xdata()))
    edges = [(bar.get_x(), bar.get_x() + bar.get_width(), bar.get_height()) for bar in above.patches]
    assert sum(height * np.log(high / low) for low, high, height in edges) == pytest.approx(1.0)


def test_counts_and_groups_have_pictures_of_their_own():
    law = make_law("poisson", [3.0], {})
    figure = fit_chart((np.array([1.0, 3.0, 6.0]), np.array([0.2, 0.7, 1.0])), law, None, **WORDS)
    bars = {bar.get_x() + bar.get_width() / 2: bar.get_height() for bar in figure.axes[0].patches}
    assert bars == pytest.approx({1.0: 20.0, 3.0: 50.0, 6.0: 30.0})
    grouped = fit_chart(
        (np.array([0.0, 1.0, 3.0]), np.array([0.0, 0.4, 1.0])), Gamma(2.0, 0.7), None, grouped=True, **WORDS
    )
    heights = [bar.get_height() for bar in grouped.axes[0].patches]
    assert heights == pytest.approx([0.4, 0.3])
    assert grouped.axes[1].lines[0].get_linestyle() == "None"
    alone = fit_chart(None, Gamma(2.0, 0.7), None, **WORDS)
    assert len(alone.axes) == 2
