"""A mechanism that is off changes nothing: the model as it stands against the model without the mechanism, bit for bit.

Both run with all their uncertainty, since every quantity keeps its random numbers whatever is removed beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from ai_lab.quiet import paths
from numpy.typing import NDArray

__all__ = ["assert_neutral"]

TRAJECTORY, SEED = 7, 11


@cache
def _model() -> dict[str, NDArray[np.float64]]:
    return paths({"scenario": {"title": "The model as it stands", "extends": "ai-lab"}}, TRAJECTORY, SEED)


def assert_neutral(*, inputs: Mapping[str, Any] | None = None, **sections: Any) -> None:
    """The model with ``sections`` over it, from which mechanisms were removed, gives the same numbers but for rounding.

    ``inputs`` are those that belong to a mechanism that is off: with any value at all they change nothing.
    """
    document = {"scenario": {"title": "Less", "extends": "ai-lab"}, "inputs": dict(inputs or {}), **sections}
    without = paths(document, TRAJECTORY, SEED)
    for name, values in _model().items():
        if name not in (inputs or {}):
            scale = np.nanmax(np.abs(values), initial=0.0)
            np.testing.assert_allclose(without[name], values, rtol=1e-12, atol=1e-12 * scale, err_msg=name)
