"""Several experts, one law: opinion pools.

pool(law, law, …, weights=[…], kind="linear"): a mixture, which keeps every opinion; kind="log": the normalised weighted
geometric mean of the densities, which keeps what the experts agree on (:mod:`burncast.distributions.logarithmic_pool`).
Equal weights where none are given. Source: O'Hagan et al., Uncertain Judgements, Wiley 2006, §9.2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from burncast.distributions.discrete import check_weights
from burncast.distributions.errors import LawError, nearest_name
from burncast.distributions.law import Law
from burncast.distributions.logarithmic_pool import LogarithmicPool
from burncast.distributions.mixture import mixture

__all__ = ["pool"]

KINDS = ("linear", "log")


def pool(laws: Sequence[Law], weights: Sequence[float] | None = None, kind: str = "linear") -> Law:
    """The law of all experts together.

    >>> from burncast.distributions.normal import Normal
    >>> round(pool([Normal(0.0, 1.0), Normal(4.0, 1.0)], kind="log").mean, 9)
    2.0
    """
    if kind not in KINDS:
        raise LawError(
            f"kind is {kind!r}", argument="kind", expected='"linear" or "log"', nearest=nearest_name(str(kind), KINDS)
        )
    if kind == "linear":
        return mixture(laws, weights)
    given = np.ones(len(laws)) if weights is None else np.array(weights, dtype=np.float64)
    if len(given) != len(laws):
        raise LawError(
            f"{len(given)} weights for {len(laws)} laws", argument="weights", expected="one weight for each law"
        )
    check_weights(given)
    parts = [(law, float(share)) for law, share in zip(laws, given / given.sum(), strict=True) if share > 0]
    if len(parts) == 1:
        return parts[0][0]
    return LogarithmicPool(tuple(law for law, _ in parts), tuple(share for _, share in parts))
