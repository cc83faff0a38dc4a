"""How a forecast depends on the inputs: the distribution of E[Y | inputs] over the inputs.

What we do not know (inputs, drawn once) and what the world does (processes) mix in a forecast's one number. Here the
inputs of each trajectory stay while the processes are redrawn, R times: the mean over these worlds estimates E[Y |
inputs], with an error that would widen the band. Its variance is known from the spread between worlds, so the means are
drawn together until their variance is that of E[Y | inputs] (the linear shrinkage of Efron and Morris 1973).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["INPUTS", "WORLDS", "conditional_quantiles"]

INPUTS = 1024
WORLDS = 128

Floats = NDArray[np.float64]


def conditional_quantiles(
    world: Callable[[int], Floats], probabilities: Sequence[float], worlds: int = WORLDS
) -> Floats:
    """Quantiles of E[Y | inputs]; ``world(r)`` is the output of the same inputs in the r-th world (from 1), f64[m]."""
    first = world(1)
    total, squares = first.copy(), first * first
    for number in range(2, worlds + 1):
        figures = world(number)
        total += figures
        squares += figures * figures
    means = total / worlds
    within = np.maximum(squares / worlds - means * means, 0.0) * worlds / (worlds - 1)
    seen = float(means.var(ddof=1))
    true = max(seen - float(within.mean()) / worlds, 0.0)
    centre = float(means.mean())
    drawn = centre + (means - centre) * (np.sqrt(true / seen) if seen > 0.0 else 0.0)
    return np.quantile(drawn, probabilities)
