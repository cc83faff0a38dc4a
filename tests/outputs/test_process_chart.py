"""The picture of a fitted process shows the series, the fan and the innovations that it was given."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from burncast.outputs.charts.chart_style import encode_figure
from burncast.outputs.charts.process_chart import process_chart


@pytest.mark.parametrize("dated", [True, False])
def test_the_picture_holds_what_it_was_given(dated):
    generator = np.random.default_rng(1)
    values = 10 + generator.standard_normal(50).cumsum()
    fan = np.quantile(10 + generator.standard_normal((50, 200)).cumsum(axis=0), [0.05, 0.25, 0.5, 0.75, 0.95], axis=1)
    innovations = generator.standard_normal(49)
    times = (
        [datetime.date(2020, 1, 1) + datetime.timedelta(days=30 * i) for i in range(50)]
        if dated
        else np.arange(50) / 12
    )
    figure = process_chart(times, values, fan, innovations, label="price, USD", finding="Independent", context="ou")
    above, below, quantiles = figure.axes
    assert above.lines[0].get_ydata() == pytest.approx(fan[2])
    assert above.lines[1].get_ydata() == pytest.approx(values)
    assert quantiles.lines[1].get_ydata() == pytest.approx(np.sort(innovations))
    assert below.get_position().x1 < quantiles.get_position().x0
    assert [text.get_text() for text in figure.texts] == ["Independent", "ou"]
    again = process_chart(times, values, fan, innovations, label="price, USD", finding="Independent", context="ou")
    assert encode_figure(figure, "svg") == encode_figure(again, "svg")
