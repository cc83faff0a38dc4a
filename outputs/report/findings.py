"""What a report tells: the forecast, and the answers to the questions that follow from it, before any words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr

    from burncast.engine.inputs.adjusting import Adjustable
    from burncast.engine.questions.explain_ruin import RuinExplanation
    from burncast.engine.scenario import Scenario
    from burncast.outputs.report.runs import Run

__all__ = ["Difference", "Findings", "MoreFunding", "Request"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a variant has more than the base at the last period that both have: of the probability of ruin, or of the
    mean of ``quantity`` where there is none; the standard error is that of pairs of futures on the same random numbers.
    """

    value: float
    standard_error: float
    quantity: str | None = None


@dataclass(frozen=True, slots=True)
class MoreFunding:
    """The ``amount`` at the start from which on ruin has at most the probability ``goal``, with its 95 % interval;
    an end is None where the amounts that were tried do not tell it. Where not even the greatest that was
    tried is enough, ``amount`` is that, and ``left`` the probability that it leaves.
    """

    amount: float
    low: float | None
    high: float | None
    goal: float
    left: float | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """How the report was asked for: what repeats it; ``pdf`` asks for a PDF beside ``output``, and
    ``saved`` is where the run was saved that it tells of.
    """

    source: str | None
    trajectories: int
    seed: int
    language: str
    why: bool
    output: str
    pdf: bool = False
    saved: str | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that is drawn and told.

    ``runs`` are the finished runs, ``base`` first and then variants; ``missing`` are saved ones that cannot be told of.
    ``band`` f64[T+1, 3] are the 5, 50 and 95 % quantiles of the probability of ruin over the inputs, or ``no_band`` is
    a text's key that says why there is none. ``tornado`` is about ``tornado_output``, the probability of ruin (None) or
    the mean of a quantity. ``shares`` are Sobol indices or Shapley effects of the same output, or ``no_shares`` says
    why there are none. ``path`` is the typical ruined trajectory. ``differences`` are those of variants from the base.
    ``worlds`` are quantiles 5, 50 and 95 % of processes over time, f64[3, T+1] by name and labels. ``drawn`` are inputs
    that no law states, by name and labels, with how they come out. ``behind`` says how many futures were looked at for
    what. ``observed`` are the statements about figures on which the sources of a
    posterior disagree, as ``posterior.json`` has them.
    """

    scenario: Scenario
    request: Request
    runs: Mapping[str, Run]
    band: NDArray[np.float64] | None = None
    no_band: str = "ruin.band_none"
    more: MoreFunding | None = None
    frontier: xr.Dataset | None = None
    no_frontier: str = "ruin.frontier_no_need"
    tornado: xr.Dataset | None = None
    tornado_output: str | None = None
    shares: xr.Dataset | None = None
    no_shares: str = "why.tornado_absent"
    explanation: RuinExplanation | None = None
    path: xr.Dataset | None = None
    differences: Mapping[str, Difference] = field(default_factory=dict)
    worlds: Mapping[str, Mapping[tuple[str, ...], NDArray[np.float64]]] = field(default_factory=dict)
    drawn: Mapping[str, Mapping[tuple[str, ...], Adjustable]] = field(default_factory=dict)
    behind: Mapping[str, int] = field(default_factory=dict)
    observed: Sequence[dict[str, object]] = ()
    missing: Sequence[str] = ()

    @property
    def base(self) -> Run:
        """The scenario's own run."""
        return next(iter(self.runs.values()))
