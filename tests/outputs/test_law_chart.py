"""The picture of a law draws whatever the law, shows what was said, and its labels stay inside."""

from __future__ import annotations

import numpy as np
import pytest

from burncast.distributions.elicitation import Percentile
from burncast.distributions.families import make_law
from burncast.distributions.misfit import misfits
from burncast.outputs.charts.chart_style import encode_figure
from burncast.outputs.charts.law_chart import law_chart

LAWS = {
    "smooth": make_law("gamma", [3.0, 2.0], {}),
    "infinite density": make_law("beta", [0.3, 0.4], {}),
    "heavy tail": make_law("pareto", [0.5, 1.0], {}),
    "wide": make_law("lognormal", [], {"mu": 20.0, "sigma": 3.0}),
    "counts": make_law("poisson", [3.0], {}),
    "constant": make_law("discrete", [[5.0]], {}),
    "zeros": make_law("hurdle", [make_law("gamma", [2.0, 3.0], {}), 0.6], {}),
    "gap": make_law("piecewise", [[0.0, 1.0, 2.0, 3.0], [0.0, 0.5, 0.5, 1.0]], {}),
    "negative": make_law("normal", [-5e9, 1e9], {}),
}


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_every_law_draws(law):
    figure = law_chart(law, "the law " * 30)
    figure.draw_without_rendering()
    for text in figure.texts:
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width
    assert encode_figure(figure, "png")


def test_what_was_said_is_shown_where_it_was_said():
    stated = make_law("gamma", [], {"p10": 2.0, "p50": 6.0, "p90": 8.0})
    said = misfits(stated, [Percentile("p10", 0.1, 2.0), Percentile("p50", 0.5, 6.0), Percentile("p90", 0.9, 8.0)])
    figure = law_chart(stated, "gamma(p10=2, p50=6, p90=8)", said)
    curve, dots = figure.axes[1].lines
    np.testing.assert_allclose(dots.get_xydata(), [[2, 10], [6, 50], [8, 90]])
    x, y = curve.get_data()
    np.testing.assert_allclose(y, 100 * stated.cdf(x))
    assert x[0] <= 2
    assert figure.texts[0].get_text().startswith("Median 6; one in twenty is 3.96 or less")
