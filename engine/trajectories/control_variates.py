"""Control variates: what is known of the draws takes error off the estimates.

A forecast is a mean over trajectories of outputs Y. The draws themselves have known means: the standard normal of an
input has mean 0 and its square mean 1, and so have the sums of a process's shocks, scaled. Where by chance the drawn
ones lie above their means, and Y goes with them, Y is too high, and the regression of Y on the controls X says by how
much: Ȳ − β′X̄ (Glasserman 2004, "Monte Carlo methods in financial engineering", section 4.1; Owen 2013, "Monte Carlo
theory, methods and examples", section 8.9). What remains is the variance that the controls do not explain.

Controls of each input: its normal z, and z² − 1. Of each stream of shocks z₁ … z_T: Σ z_t, where a random walk ends,
and Σ (T + 1 − t) z_t, the sum of the places where it has been; both scaled to variance 1, and their squares less 1.

Coefficients come from the same run. The unit of the regression is a batch of 64 trajectories, so that it costs little,
that the sums are nearly normal and that mirrored pairs, whose linear controls cancel, are whole. With k controls and B
batches the error is that of a linear regression with B − k − 1 degrees of freedom; its bias is of order 1/n (Lavenberg
and Welch 1981; batches: Nelson 1989, "Batch size effects on the efficiency of control variates in simulation").
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import InputError, nearest_name
from burncast.engine.instructions.normals import Normals, used_draws
from burncast.engine.numerics.kernels import add_block
from burncast.engine.numerics.lanes import LANES
from burncast.engine.program import Program
from burncast.engine.statistics.batch_sums import BATCH, BatchArrays, BatchSums
from burncast.engine.statistics.chunk_arrays import STRANDS
from burncast.engine.trajectories.redraw import drawn_by

__all__ = ["ControlSums", "ControlTotals", "ControlledMeans", "Controls", "controls_of"]

Floats = NDArray[np.float64]

LEAST_BATCHES = 4
"""Batches that a run has for each control, at least."""

NOTHING_LEFT = 1e-10
"""A control of which the others leave no more than this share is none."""


@dataclass(frozen=True, slots=True)
class ControlledMeans:
    """Means with the controls' help: ``ruin`` float64[T + 1] and ``means`` float64[tally rows], each with its standard
    error. ``quantities`` are those whose draws are controls, ``controls`` how many there are, ``batches`` how many sums
    of 64 trajectories the regression is about.
    """

    ruin: Floats
    ruin_se: Floats
    means: Floats
    means_se: Floats
    quantities: tuple[str, ...]
    controls: int
    batches: int


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls of a program's run: rows of its normals, ``weights`` float64[2, T] of a stream's shocks, and what is
    taken off the tracked values, ``shift`` float64[rows], so that sums of squares lose nothing.
    """

    quantities: tuple[str, ...]
    input_rows: NDArray[np.int64]
    shock_rows: NDArray[np.int64]
    weights: Floats
    shift: Floats = field(default_factory=lambda: np.empty(0))

    @property
    def count(self) -> int:
        """How many controls there are, squares included."""
        return 2 * (len(self.input_rows) + 2 * len(self.shock_rows))

    @property
    def outputs(self) -> int:
        """How many means they control: ruin by each period, and the tally's rows."""
        return len(self.weights[0]) + 1 + len(self.shift)


class ControlSums:
    """The sums of one chunk, block after block."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        count, outputs = controls.count, controls.outputs
        self.sums = _no_sums(controls)
        self._scratch = BatchArrays(
            np.empty((count // 2, LANES)),
            np.empty((STRANDS, count)),
            np.empty((STRANDS, outputs)),
            np.zeros((len(controls.shift), STRANDS)),
        )

    def add(self, normals: Normals, passages: NDArray[np.int64], moments: Floats) -> None:
        """Add the next block of lanes; ``moments`` are the chunk's after it."""
        controls = self._controls
        add_block(
            normals.inputs,
            normals.shocks,
            controls.input_rows,
            controls.shock_rows,
            controls.weights,
            passages,
            moments,
            controls.shift,
            self._scratch,
            self.sums,
        )


class ControlTotals:
    """The sums of a run, chunk after chunk in the order of trajectories, whatever the order in which they come."""

    def __init__(self, controls: Controls, shift: Floats) -> None:
        """``shift`` float64[rows] are values near those that the tally's rows will take."""
        self.controls = replace(controls, shift=shift)
        self.trajectories = 0
        self._sums = _no_sums(self.controls)
        self._waiting: dict[int, tuple[int, ControlSums]] = {}

    def add(self, first: int, count: int, chunk: ControlSums) -> None:
        """Add the chunk of ``count`` trajectories from ``first`` on; early ones wait for their turn."""
        self._waiting[first] = (count, chunk)
        while self.trajectories in self._waiting:
            count, chunk = self._waiting.pop(self.trajectories)
            for total, part in zip(self._sums, chunk.sums, strict=True):
                total += part
            self.trajectories += count

    def means(self) -> ControlledMeans:
        """The regression on everything added."""
        controls, periods = self.controls, self.controls.weights.shape[1] + 1
        batches = self.trajectories // LANES * STRANDS
        estimates, errors = _regress(self._sums, batches)
        estimates, errors = estimates / BATCH, errors / BATCH
        return ControlledMeans(
            ruin=np.clip(estimates[:periods], 0.0, 1.0),
            ruin_se=errors[:periods],
            means=estimates[periods:] + controls.shift,
            means_se=errors[periods:],
            quantities=controls.quantities,
            controls=controls.count,
            batches=batches,
        )


def controls_of(program: Program, asked: bool | Collection[str], method: str, trajectories: int) -> Controls | None:
    """The controls of a run: those of all draws (True or ``"all"``), of the quantities named (in a text, with commas
    between), or none.

    An InputError where a name is of nothing drawn, where the method leaves controls nothing to do, or where there are
    too few trajectories for so many controls.
    """
    if not asked:
        return None
    if method not in ("random", "antithetic"):
        raise InputError(
            f"method is {method!r}; control variates serve 'random' and 'antithetic': evenly spread points have the "
            "known means already"
        )
    if program.particles is not None:
        raise InputError("control variates need draws of known means, and a posterior's are not known")
    used = used_draws(program)
    of_inputs = [drawn_by(program.draw_names[row]) for row in used]
    of_shocks = [drawn_by(stream) for stream in program.shock_names]
    drawn = tuple(dict.fromkeys(name for names in (*of_inputs, *of_shocks) for name in names))
    listed = asked.split(",") if isinstance(asked, str) else () if isinstance(asked, bool) else asked
    chosen = tuple(dict.fromkeys(name.strip() for name in listed))
    if isinstance(asked, bool) or chosen == ("all",):
        chosen = drawn
    for name in chosen:
        if name not in drawn:
            nearest = nearest_name(name, drawn)
            hint = f"did you mean {nearest!r}?" if nearest else f"expected one of {', '.join(drawn)}"
            raise InputError(f"control_variates names {name!r}, on whose draws nothing depends; {hint}")
    input_rows = [int(row) for row, names in zip(used, of_inputs, strict=True) if set(names) & set(chosen)]
    shock_rows = [row for row, names in enumerate(of_shocks) if set(names) & set(chosen)]
    left = program.periods - np.arange(program.periods, dtype=np.float64)
    weights = np.stack([np.ones(program.periods), left])
    weights /= np.sqrt((weights**2).sum(axis=1, keepdims=True))
    controls = Controls(chosen, np.array(input_rows, np.int64), np.array(shock_rows, np.int64), weights)
    least = max(LEAST_BATCHES * BATCH * controls.count, 2 * LANES)
    if trajectories < least:
        raise InputError(
            f"trajectories is {trajectories:,}; {controls.count} control variates need {least:,} or more: name fewer "
            "quantities"
        )
    return controls


def _no_sums(controls: Controls) -> BatchSums:
    count, outputs = controls.count, controls.outputs
    return BatchSums(
        np.zeros(count), np.zeros(outputs), np.zeros((count, count)), np.zeros((count, outputs)), np.zeros(outputs)
    )


def _regress(sums: BatchSums, batches: int) -> tuple[Floats, Floats]:
    """The intercepts of the regressions of y on x, and their standard errors.

    Gaussian elimination of the controls, one after the other, in the moments about the means; row i is then what the
    controls before it leave of control i.
    """
    mean_x, mean_y = sums.x / batches, sums.y / batches
    products = np.triu(sums.xx) + np.triu(sums.xx, 1).T
    rows = np.concatenate(
        [products - sums.x[:, None] * mean_x, sums.xy - sums.x[:, None] * mean_y, mean_x[:, None]], axis=1
    )
    count = len(sums.x)
    residual = sums.yy - sums.y * mean_y
    variances = np.diagonal(rows).copy()
    weight, used, estimates = 1.0 / batches, 0, mean_y.copy()
    for i in range(count):
        if not rows[i, i] > NOTHING_LEFT * max(variances[i], batches * BATCH):
            continue
        slope = rows[i, count:-1] / rows[i, i]
        estimates -= slope * rows[i, -1]
        residual -= slope * rows[i, count:-1]
        weight += rows[i, -1] ** 2 / rows[i, i]
        used += 1
        rows[i + 1 :] -= (rows[i + 1 :, i] / rows[i, i])[:, None] * rows[i]
    variance = np.maximum(residual, 0.0) / (batches - used - 1)
    return estimates, np.sqrt(variance * weight)
