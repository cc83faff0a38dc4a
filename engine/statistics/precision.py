"""How precisely a figure is asked for, and how precisely a run came to know it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Goal", "Precision"]


@dataclass(frozen=True, slots=True)
class Goal:
    """The standard error that is wanted of a figure: ``size``, or that share of the figure where it ``is_relative``.

    ``text`` is how it was asked for.
    """

    text: str
    size: float
    is_relative: bool

    def is_met(self, estimate: float, standard_error: float) -> bool:
        """Whether an estimate with this standard error is precise enough."""
        return standard_error <= (self.size * abs(estimate) if self.is_relative else self.size)


@dataclass(frozen=True, slots=True)
class Precision:
    """Why a run that goes on until a figure is precise enough stopped: ``reached``, or at its most trajectories."""

    figure: str
    goal: str
    estimate: float
    standard_error: float
    reached: bool

    @property
    def reason(self) -> str:
        """One sentence."""
        known = f"the standard error of {self.figure} is {self.standard_error:.3g}"
        if self.reached:
            return f"stopped because {known}; {self.goal} was asked for"
        return f"stopped at the most trajectories allowed: {known}, not yet {self.goal}"
