"""The ground of the other tests: without chance, every trajectory is the same; standing still, so is every month."""

import numpy as np
import pytest
from ai_lab.quiet import path, paths, quiet, still

# What drives a trajectory without touching the company: draws that are used only where a switch is on.
UNUSED_DRAWS = {"slip", "overrun"}


@pytest.mark.parametrize("document", [quiet(), still()], ids=["quiet", "still"])
def test_without_chance_every_trajectory_is_the_same(document):
    first, other = paths(document, 0, seed=1), paths(document, 12_345, seed=2)
    assert first.keys() == other.keys()
    for name in first.keys() - UNUSED_DRAWS:
        np.testing.assert_array_equal(first[name], other[name], err_msg=name)


def test_the_comparison_would_notice_chance():
    document = quiet({"demand_volatility": 0.3})
    assert path(document, "sign_ups", 0)[5] != path(document, "sign_ups", 1)[5]


def test_standing_still_every_month_is_like_the_first():
    found = paths(still())
    for name in (
        "free_users",
        "subscribers",
        "api_requests",
        "requests",
        "gpus_needed",
        "serving",
        "staff",
        "research",
    ):
        values = found[name][..., 1:]
        np.testing.assert_allclose(values, np.broadcast_to(values[..., :1], values.shape), rtol=1e-9, err_msg=name)


def test_what_a_caller_passes_goes_over_the_model():
    changed = quiet({"lapse": 0.5}, periods=3, processes={"weather": {"value": "markov(transition=[[0, 1], [0, 1]])"}})
    assert path(changed, "weather").tolist()[1:] == [1, 1, 1]
