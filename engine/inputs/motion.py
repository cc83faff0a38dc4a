"""How a law can move as a whole.

=======  =================================  =====================================================================
kind     of a law                           which becomes
=======  =================================  =====================================================================
scale    of amounts above 0                 s·X
slide    between ends that it cannot leave  the law shifted on the logit scale of its ends (Johnson, Biometrika 36,
                                            1949)
shift    of anything else                   X + d
=======  =================================  =====================================================================
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

__all__ = ["Motion"]


@dataclass(frozen=True, slots=True)
class Motion:
    """How a law moves: ``low`` and ``high`` are the ends that a slide keeps to."""

    kind: Literal["scale", "slide", "shift"]
    low: float = -math.inf
    high: float = math.inf

    def between(self, before: float, after: float) -> float:
        """The factor s, the difference of logits or the distance d from one place to another."""
        if self.kind == "scale":
            return after / before
        return after - before if self.kind == "shift" else self._logit(after) - self._logit(before)

    def of(self, place: float, by: float) -> float:
        """Where a place comes to lie; the ends of a slide, and what is beyond, stay."""
        if self.kind == "scale":
            return place * by
        if self.kind == "shift":
            return place + by
        if not self.low < place < self.high:
            return place
        share = 1.0 / (1.0 + math.exp(-(self._logit(place) + by)))
        return self.low + (self.high - self.low) * share

    def _logit(self, place: float) -> float:
        return math.log((place - self.low) / (self.high - place))
