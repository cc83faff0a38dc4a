"""Every packaged example forecasts what it forecast when it was last reviewed, to the last bit.

After a deliberate change, look at the differences and renew the summaries: ``python tests/ai_lab/golden.py``.
"""

import pytest
from ai_lab import golden


@pytest.mark.parametrize("example", golden.EXAMPLES)
def test_an_example_forecasts_what_was_reviewed(example):
    changed = list(golden.differences(golden.known(example), golden.summary(example)))
    assert not changed, "\n".join(
        ["not what was reviewed; if it is right, run: python tests/ai_lab/golden.py", *changed]
    )


def test_every_summary_belongs_to_an_example():
    assert {path.stem for path in golden.FOLDER.glob("*.json")} == set(golden.EXAMPLES)


def test_the_smallest_difference_is_seen():
    one = {"runway": {"0.5": 17.0, "0.95": "never"}, "mean": {"cash": 1.0}}
    other = {"runway": {"0.5": 17.0, "0.95": 36.0}, "mean": {"cash": 1.0 + 2**-52, "burn": 2.0}}
    assert list(golden.differences(one, one)) == []
    assert list(golden.differences(one, other)) == [
        "runway.0.95: never → 36.0",
        "mean.cash: 1.0 → 1.0000000000000002",
        "mean.burn: None → 2.0",
    ]
