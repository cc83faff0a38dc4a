"""What a backtest found: every forecast with its scores, and the questions asked of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from burncast.calibration.scores import (
    Reliability,
    brier_score,
    covered,
    crps,
    log_score,
    pinball_loss,
    pit,
    reliability,
)
from burncast.calibration.skill import Skill, skill
from burncast.distributions.notebook_view import Cell, Shown, View

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["LEVELS", "MODEL", "QUANTILES", "Backtest", "Judged", "LeftOut", "judge", "judged_forecasts"]

Floats = NDArray[np.float64]

MODEL = "model"
LEVELS = (0.5, 0.8, 0.9, 0.95)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SCORES = ("crps", "log_score", "brier")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A company that was not forecast at an origin, and why."""

    origin: str
    entity: str
    reason: str


@dataclass(frozen=True)
class Backtest(Shown):
    """What was forecast and what came.

    ``forecasts`` is a dataset over ``forecast`` and ``model`` (first the model, then the baselines):

    =====================  ================================================================================
    ``observed``           what came, nan where it is not known
    ``happened``           1 where the variable fell below the threshold by then, 0 where not, nan where that is not
                           known, or the variable was below at the opening
    ``scale``              what scores are relative to
    ``median``             of the forecast
    ``crps``, ``log_score``  of the variable over ``scale``
    ``pinball``            by ``quantile``: the pinball loss of the quantiles of the variable over ``scale``
    ``pit``                probability integral transform
    ``covered``            by ``level``: 1 where the central band held what came
    ``event_probability``  of having fallen below the threshold by then
    ``brier``              of that probability
    =====================  ================================================================================

    with the coordinates ``entity``, ``origin``, ``horizon`` (in steps), ``opened`` (the date of the last known row) and
    ``date`` (the one forecast). ``left_out`` are companies that could not be forecast;
    ``step_months`` is the length of a step.
    """

    forecasts: xr.Dataset
    left_out: tuple[LeftOut, ...]
    step_months: int

    @property
    def models(self) -> tuple[str, ...]:
        """The model and the baselines."""
        return tuple(str(name) for name in self.forecasts["model"].values)

    @property
    def horizons(self) -> tuple[int, ...]:
        """The horizons, in steps."""
        return tuple(int(steps) for steps in np.unique(self.forecasts["horizon"].values))

    def skill(self, score: str, against: str, horizon: int | None = None, model: str = MODEL) -> Skill:
        """How much better than ``against`` by a score (``crps``, ``log_score`` or ``brier``), over what
        can be scored."""
        chosen = self._scored("happened" if score == "brier" else "observed", horizon)
        order = np.argsort(chosen["origin"].values, kind="stable")
        ours, theirs = (chosen[score].sel(model=name).values[order] for name in (model, against))
        overlap = int(horizon or max(self.horizons))
        entities = chosen["entity"].values[order].tolist()
        return skill(ours, theirs, entities, overlap, relative=score != "log_score")

    def coverage(self, horizon: int | None = None, model: str = MODEL) -> dict[float, float]:
        """The share of what came that the central band of each level held."""
        held = self._scored("observed", horizon)["covered"].sel(model=model)
        return {float(level): float(held.sel(level=level).mean()) for level in held["level"].values}

    def pits(self, horizon: int | None = None, model: str = MODEL) -> Floats:
        """Probability integral transforms of what came, float64[n]: uniform where the model is calibrated."""
        return np.asarray(self._scored("observed", horizon)["pit"].sel(model=model).values)

    def reliability(self, horizon: int | None = None, model: str = MODEL, bins: int = 10) -> Reliability:
        """How often the variable fell below the threshold where it was said to do so often."""
        chosen = self._scored("happened", horizon)
        return reliability(chosen["event_probability"].sel(model=model).values, chosen["happened"].values, bins)

    def mean(self, score: str, horizon: int | None = None, model: str = MODEL) -> float:
        """The mean of a score over what can be scored."""
        chosen = self._scored("happened" if score == "brier" else "observed", horizon)
        return float(chosen[score].sel(model=model).mean()) if chosen.sizes["forecast"] else math.nan

    def pinball(self, horizon: int | None = None, model: str = MODEL) -> dict[float, float]:
        """The mean pinball loss of each quantile."""
        loss = self._scored("observed", horizon)["pinball"].sel(model=model)
        return {float(at): float(loss.sel(quantile=at).mean()) for at in loss["quantile"].values}

    def count(self, horizon: int | None = None) -> tuple[int, int]:
        """How many forecasts were made, and of how many it is known what came."""
        made = (
            self.forecasts.sizes["forecast"] if horizon is None else int((self.forecasts["horizon"] == horizon).sum())
        )
        return made, int(self._scored("observed", horizon).sizes["forecast"])

    def summary(self, horizon: int | None = None) -> Mapping[str, Any]:
        """The figures of one horizon, or of all: what a table of the result shows."""
        made, known = self.count(horizon)
        return {
            "forecasts": made,
            "observed": known,
            "coverage": self.coverage(horizon),
            "scores": {
                score: {
                    "mean": self.mean(score, horizon),
                    "skill": {other: self.skill(score, other, horizon) for other in self.models if other != MODEL},
                }
                for score in SCORES
            },
        }

    def __str__(self) -> str:
        lines = []
        for horizon, summary in self._summaries():
            lines.append(_observed_text(horizon, summary))
            for score, found in summary["scores"].items() if summary["observed"] else ():
                against = ", ".join(f"{_skill_text(one)} against {name}" for name, one in found["skill"].items())
                lines.append(f"  {score.replace('_', ' '):9s} {found['mean']:.4g}; skill {against}")
        return "\n".join(lines)

    def _summaries(self) -> list[tuple[int, Mapping[str, Any]]]:
        return [(horizon, self.summary(horizon)) for horizon in self.horizons]

    def _scored(self, known: str, horizon: int | None) -> xr.Dataset:
        chosen = np.isfinite(self.forecasts[known].values)
        if horizon is not None:
            chosen &= self.forecasts["horizon"].values == horizon
        return self.forecasts.isel(forecast=np.flatnonzero(chosen))

    def _view(self) -> View:
        made, known = self.count()
        others = [name for name in self.models if name != MODEL]
        summaries = self._summaries()
        rows: list[list[Cell]] = [
            [
                horizon,
                score.replace("_", " "),
                f"{found['mean']:.4g}",
                *(_skill_text(found["skill"][one]) for one in others),
            ]
            for horizon, summary in summaries
            if summary["observed"]
            for score, found in summary["scores"].items()
        ]
        columns = ["ahead", "score", "mean", *(f"skill against {name}" for name in others)]
        remarks = [_observed_text(horizon, summary) for horizon, summary in summaries]
        return View(f"Backtest: {known} of {made} forecasts observed", columns, rows, remarks=remarks)


def _observed_text(horizon: int, summary: Mapping[str, Any]) -> str:
    """How many forecasts of a horizon were observed, and what the bands held of them."""
    if not summary["observed"]:
        return f"{horizon} ahead: none of {summary['forecasts']} observed"
    held = ", ".join(f"{100 * share:.0f} of {100 * level:.0f} %" for level, share in summary["coverage"].items())
    return f"{horizon} ahead: {summary['observed']} of {summary['forecasts']} observed; bands held {held}"


def _skill_text(found: Skill) -> str:
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


@dataclass(frozen=True, slots=True)
class Judged:
    """One forecast of one company with what came of it; ``scores`` are by model, then by name of the score."""

    entity: str
    origin: str
    horizon: int
    opened: Any
    date: Any
    scale: float
    observed: float
    happened: float
    scores: Mapping[str, Mapping[str, Any]]


def judge(sample: Floats, chance: float, observed: float, happened: float, scale: float) -> dict[str, Any]:
    """The scores of a sample float64[N] and of the probability of the event; nan where what came is not known."""
    known = math.isfinite(observed)
    relative, truth = sample / scale, observed / scale
    return {
        "median": float(np.median(sample)),
        "crps": float(crps(relative, truth)) if known else math.nan,
        "log_score": float(log_score(relative, truth)) if known else math.nan,
        "pinball": pinball_loss(np.quantile(relative, QUANTILES), truth, QUANTILES),
        "pit": float(pit(relative, truth)) if known else math.nan,
        "covered": covered(relative, truth, LEVELS).astype(float) if known else np.full(len(LEVELS), math.nan),
        "event_probability": chance,
        "brier": float(brier_score(chance, happened)),
    }


def judged_forecasts(judged: Sequence[Judged], models: Sequence[str]) -> xr.Dataset:
    """The dataset of a backtest, of :class:`Backtest`."""
    import xarray as xr

    def column(name: str, dtype: Any = np.float64) -> tuple[str, Any]:
        return "forecast", np.array([getattr(one, name) for one in judged], dtype)

    def scores(name: str) -> Any:
        return np.array([[one.scores[model][name] for model in models] for one in judged])

    both = ("forecast", "model")
    return xr.Dataset(
        {
            **{name: column(name) for name in ("observed", "happened", "scale")},
            **{
                name: (both, scores(name))
                for name in ("median", "crps", "log_score", "pit", "event_probability", "brier")
            },
            "covered": ((*both, "level"), scores("covered")),
            "pinball": ((*both, "quantile"), scores("pinball")),
        },
        coords={
            "model": list(models),
            "level": list(LEVELS),
            "quantile": list(QUANTILES),
            "entity": column("entity", np.str_),
            "horizon": column("horizon", np.int64),
            "origin": column("origin", "datetime64[ns]"),
            "opened": column("opened", "datetime64[ns]"),
            "date": column("date", "datetime64[ns]"),
        },
    )
