"""Running a program: chunks of trajectories on threads, added up into one tally.

A chunk depends on the program, the seed and its own first trajectory alone, and tallies add up exactly, so the result
is the same bits for any number of threads. The kernels run without the interpreter's lock on plain threads; the calling
thread hands out chunks, reports progress and listens for Ctrl-C, which stops every kernel at its next block.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from burncast.distributions.errors import InputError, InterruptedRunError
from burncast.engine.draws.addresses import STREAM_VERSION
from burncast.engine.instructions.workspace import code_of
from burncast.engine.language.scenario_model import Scenario
from burncast.engine.numerics.kernels import run_blocks
from burncast.engine.numerics.lanes import CHUNK, LANES
from burncast.engine.program import Program, Tracked
from burncast.engine.statistics.precision import Precision
from burncast.engine.statistics.replications import ReplicationSums
from burncast.engine.tally import Tally
from burncast.engine.trajectories.control_variates import ControlledMeans, ControlTotals, controls_of
from burncast.engine.trajectories.sampling import INDEPENDENT, METHODS, REPLICATIONS, Part, Sampler, sampler_for
from burncast.engine.trajectories.workbenches import Workbench, Workbenches

__all__ = ["Simulation", "chunk_size_for", "give_way", "processors", "run", "run_program"]

FEWEST_CHUNKS, LEAST_CHUNK = 8, 5120
"""Into how many chunks a run is cut at least, as long as they have so many trajectories: adding up the tally of a chunk
takes as long as some hundred trajectories."""

LISTENING = 0.004
"""Seconds between two looks at whether a run shall stop."""

NICENESS = 10
"""Of what gives way, as of the command ``nice``: a tenth of the time of others. With 19 a key that is pressed meanwhile
has its picture a few milliseconds earlier, but a machine that is busy otherwise never comes to the refinement."""

MOST_TRAJECTORIES = 1 << 48
MOST_KEPT_VALUES = 1 << 30

Progress = Callable[[int, int], None]
Done: TypeAlias = tuple[int, int, Workbench, Part | None]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Simulation:
    """A finished run.

    ``precision`` says why a run stopped that was to reach a standard error, ``controlled`` are the means with control
    variates, None where there were none.
    ``tally`` holds the statistics, ``tracked`` says which of its rows belong to which quantity; ``paths`` has shape
    (kept trajectories, elements of all tracked quantities, T + 1), NaN where a quantity has no value at period 0.
    ``replications`` int64[R, T + 2] are the first passages of each replication (see
    :mod:`burncast.engine.trajectories.sampling`) and ``spread`` what tells the errors of other figures from them, None
    where trajectories are independent. ``effective`` is how many independent draws the particles are worth that
    trajectories begin with, None where they begin with none.
    """

    scenario: Scenario
    trajectories: int
    seed: int
    method: str
    seconds: float
    tally: Tally
    tracked: tuple[Tracked, ...]
    paths: Floats | None
    notes: tuple[str, ...]
    stream_version: int = STREAM_VERSION
    precision: Precision | None = None
    controlled: ControlledMeans | None = None
    replications: NDArray[np.int64] | None = None
    spread: ReplicationSums | None = None
    effective: int | None = None

    @property
    def independent(self) -> int:
        """How many independent draws the result rests on: trajectories, particles, mirrored pairs, or replications."""
        if self.effective is not None:
            return min(self.trajectories, self.effective)
        if self.replications is None:
            return self.trajectories
        return self.trajectories // 2 if self.method == "antithetic" else len(self.replications)


def run(
    scenario: Scenario,
    trajectories: int = 100_000,
    seed: int = 0,
    *,
    threads: int | None = None,
    method: str = "random",
    control_variates: bool | Collection[str] = False,
    keep_paths: int = 0,
    progress: Progress | None = None,
    program: Program | None = None,
) -> Simulation:
    """Simulate ``trajectories`` trajectories of ``scenario``; ``program`` is what it compiles to, where it is at hand.

    ``threads`` is the number of threads (None: one per processor); it never changes the result. ``method`` says how
    trajectories are spread (see :mod:`burncast.engine.trajectories.sampling`), ``control_variates`` whether the draws'
    known means correct the estimates, or those of which quantities
    (:mod:`burncast.engine.trajectories.control_variates`). ``keep_paths`` keeps the tracked quantities of the first so
    many trajectories. ``progress(done, total)`` is called from this thread.

    Raises :class:`~burncast.distributions.errors.ScenarioError` for a scenario that cannot be compiled,
    :class:`~burncast.distributions.errors.SimulationError` where a quantity becomes NaN or infinite, and
    :class:`~burncast.distributions.errors.InterruptedRunError` after Ctrl-C.
    """
    _check_request(trajectories, seed, threads, method, keep_paths)
    if program is None:
        from burncast.engine.compiler import compile_scenario

        program = compile_scenario(scenario)
    elements = sum(item.elements for item in program.tracked)
    if keep_paths * elements * (program.periods + 1) > MOST_KEPT_VALUES:
        raise InputError(f"keeping {keep_paths:,} trajectories takes more than 8 GiB; keep fewer or track less")
    kept = min(keep_paths, trajectories)
    paths = np.full((kept, elements, program.periods + 1), np.nan)
    begun = time.perf_counter()
    controls = controls_of(program, control_variates, method, trajectories)
    library = None
    if method == "library":
        from burncast.engine.trajectories.library_trials import library_trials

        library = library_trials(scenario, trajectories)
    sampler = sampler_for(program, method, seed, trajectories, in_memory=controls is not None, library=library)
    totals = None if controls is None or sampler is None else ControlTotals(controls, sampler.pilot())
    is_plain = method in INDEPENDENT and program.particles is None
    found = None if is_plain else np.zeros((REPLICATIONS, program.periods + 2), np.int64)
    spread = None if is_plain else ReplicationSums(program.tally_rows)
    tally = run_program(
        program,
        trajectories,
        seed,
        threads=threads,
        paths=paths,
        progress=progress,
        scenario=scenario,
        sampler=sampler,
        replications=found,
        spread=spread,
        totals=totals,
    )
    return Simulation(
        scenario=scenario,
        trajectories=trajectories,
        seed=seed,
        method=method,
        seconds=time.perf_counter() - begun,
        tally=tally,
        tracked=program.tracked,
        paths=paths if kept else None,
        notes=program.notes,
        replications=found,
        spread=spread,
        controlled=None if totals is None else totals.means(),
        effective=None if program.particles is None else program.particles.effective,
    )


def run_program(
    program: Program,
    trajectories: int,
    seed: int,
    *,
    scenario: Scenario,
    threads: int | None = None,
    paths: Floats | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    first: int = 0,
    chunk_size: int | None = None,
    sampler: Sampler | None = None,
    replications: NDArray[np.int64] | None = None,
    spread: ReplicationSums | None = None,
    totals: ControlTotals | None = None,
    kept: Floats | None = None,
    benches: Workbenches | None = None,
    gives_way: bool = False,
) -> Tally:
    """The tally of a program's trajectories ``first`` … ``trajectories`` − 1.

    ``chunk_size``, a multiple of the lanes that divides ``first``, is :func:`chunk_size_for` the whole run unless
    given. Once ``stop`` is set, kernels end at their next block of lanes, and InterruptedRunError is raised.
    A ``sampler`` gives the points; first passages by replication are then added to ``replications``, what else they
    tell to ``spread``, and the sums of control variates to ``totals``. ``kept`` is where a part of a program keeps what
    it recalls (:mod:`burncast.engine.what_if.partial_program`). Memory comes from ``benches`` and is left there. A run
    that ``gives_way`` has what processor time others leave.
    """
    paths = paths if paths is not None else np.empty((0, 0, program.periods + 1))
    sampler = sampler or sampler_for(program, "random", seed, trajectories)
    chunk_size = chunk_size or chunk_size_for(trajectories)
    starts = range(first, trajectories, chunk_size)
    workers = max(1, min(threads or processors(), len(starts)))
    halt = np.zeros(1, dtype=np.int64)
    code = code_of(program)
    controls = None if totals is None else totals.controls
    benches = benches or Workbenches()

    def work(start: int) -> Done:
        bench = benches.take(program, paths, kept)
        count = min(chunk_size, trajectories - start)
        while True:
            part = None
            if sampler is None:
                arrays = bench.chunk.arrays
                status = run_blocks(code, bench.space, arrays, np.uint64(seed), np.uint64(start), count, halt)
            else:
                status, part = sampler.run(code, bench.space, bench.chunk.arrays, start, count, halt, controls)
            if status != -1 or not bench.chunk.settle():
                return status, count, bench, part
            bench.chunk = bench.chunk.grown()

    total = Tally(program.tally_rows, program.periods)
    done = 0
    waiting = iter(starts)
    with ThreadPoolExecutor(workers, "burncast", initializer=give_way if gives_way else None) as pool:
        running: set[Future[Done]] = set()
        failure: int | None = None
        try:
            for start in waiting:
                running.add(pool.submit(work, start))
                if len(running) >= workers:
                    break
            while running:
                patience = None if stop is None else LISTENING
                finished, running = wait(running, patience, return_when=FIRST_COMPLETED)
                if stop is not None and stop.is_set():
                    raise InterruptedRunError(done, trajectories - first)
                for future in finished:
                    status, count, bench, part = future.result()
                    if status >= 0:
                        failure = status if failure is None else min(failure, status)
                    if failure is not None:
                        continue
                    following = next(waiting, None)
                    if following is not None:
                        running.add(pool.submit(work, following))
                    total.add(bench.chunk)
                    if replications is not None and part is not None:
                        replications += part.passages
                    if spread is not None and part is not None:
                        spread.add(bench.chunk.arrays.moments, count)
                        spread.add_needs(*part.needs)
                    if totals is not None and part is not None and part.sums is not None:
                        totals.add(part.first, count, part.sums)
                    benches.leave(bench)
                    done += count
                if progress is not None and failure is None:
                    progress(done, trajectories)
        except KeyboardInterrupt:
            halt[0] = 1
            raise InterruptedRunError(done, trajectories) from None
        except BaseException:
            halt[0] = 1
            raise
    if failure is not None:
        from burncast.engine.trajectories.replay import explain_failure

        raise explain_failure(scenario, seed, failure, sampler)
    return total


def chunk_size_for(trajectories: int) -> int:
    """Trajectories of a chunk, at most ``CHUNK``: equal chunks, in a number that several threads share evenly.

    It depends on nothing but the length of the run, as the order does in which its means are summed.

    >>> chunk_size_for(20_480), chunk_size_for(1_000_000)
    (5120, 62976)
    """
    chunks = FEWEST_CHUNKS * -(-trajectories // (FEWEST_CHUNKS * CHUNK))
    return max(-(-trajectories // (chunks * LANES)) * LANES, LEAST_CHUNK)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def give_way() -> None:
    """Let this thread, and those it starts, have what processor time others leave (on Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a sandbox may forbid it, and nothing depends on it but comfort
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def check_seed_and_threads(seed: int, threads: int | None) -> None:
    """Raise the InputError of a seed or of a number of threads that cannot be."""
    if not 0 <= seed < 1 << 64:
        raise InputError(f"seed is {seed}; expected a whole number from 0 to 2^64 - 1")
    if threads is not None and not 1 <= threads <= 4096:
        raise InputError(f"threads is {threads}; expected 1 or more")


def _check_request(trajectories: int, seed: int, threads: int | None, method: str, keep_paths: int) -> None:
    if not 1 <= trajectories <= MOST_TRAJECTORIES:
        raise InputError(f"trajectories is {trajectories:,}; expected a number from 1 to 2^48")
    check_seed_and_threads(seed, threads)
    if method not in METHODS:
        raise InputError(f"method is {method!r}; expected one of {', '.join(METHODS)}")
    if keep_paths < 0:
        raise InputError(f"keep_paths is {keep_paths}; expected 0 or more")
