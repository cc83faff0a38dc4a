"""The AI lab in burncast and by hand in NumPy: do they agree, and what does a month of a trajectory take?"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.ai_lab_statistics import LARGEST, PERIODS, Statistics, differences
from benchmarks.peer_ai_lab_burncast import EXAMPLE
from benchmarks.worker import Worker

__all__ = ["run_ai_lab"]

ROOT = Path(__file__).parent.parent
CONTENDERS = (("burncast", "peer_ai_lab_burncast"), ("NumPy by hand, float64", "peer_ai_lab_numpy"))
SEED = 20_260_202
COMPARED = 1 << 18
WHOLE = 1_000_000


@dataclass
class Entry:
    """One implementation with a number of threads, and what it took."""

    name: str
    worker: Worker
    seconds: list[float] = field(default_factory=list)
    processor_seconds: list[float] = field(default_factory=list)


def run_ai_lab(
    console: Console, *, trajectories: int, repeats: int, threads: tuple[int, ...], whole: int
) -> dict[str, Any]:
    """Print agreement, times, and the wall time of ``whole`` runs from the command line; all as records."""
    entries: list[Entry] = []
    try:
        for name, module in CONTENDERS:
            for count in threads:
                worker = Worker(module, "", count)
                entries.append(Entry(name, worker))
                console.print(f"preparing {name}, {count} thread(s)", style="dim")
                worker.start()
        agreement = compared(console, entries)
        for turn in range(repeats):
            console.print(f"turn {turn + 1} of {repeats}", style="dim")
            for entry in entries:
                answer = entry.worker.run(trajectories, SEED)
                entry.seconds.append(answer.seconds)
                entry.processor_seconds.append(answer.processor_seconds)
    finally:
        for entry in entries:
            entry.worker.stop()
    return {
        "agreement": agreement,
        "times": shown(console, entries, trajectories),
        "whole": whole_runs(console, whole) if whole else [],
    }


def compared(console: Console, entries: list[Entry]) -> dict[str, Any]:
    """The largest differences of the two implementations, over as many trajectories as show a mistake."""
    ours, theirs = (
        Statistics.from_lists(next(e for e in entries if e.name == name).worker.run(COMPARED, SEED + 1).outcome)
        for name, _ in CONTENDERS
    )
    found = differences(ours, theirs)
    largest = abs(found[0].errors)
    word = "agree" if largest <= LARGEST else "DISAGREE"
    console.print(f"{COMPARED:,} trajectories of each: they {word}. The largest of {len(found)} differences:")
    for difference in found[:3]:
        console.print(f"  {difference}", highlight=False)
    return {"largest": largest, "differences": [str(difference) for difference in found[:10]]}


def shown(console: Console, entries: list[Entry], trajectories: int) -> list[dict[str, Any]]:
    """The table of times; its rows as records."""
    table = Table(
        title=f"{EXAMPLE}, {trajectories:,} trajectories of {PERIODS} months; ns are per trajectory-month, "
        f"the least of {len(entries[0].seconds)}; CPU: processor time of all threads"
    )
    for column in ("implementation", "threads", "min s", "median s", "ns", "/ burncast's", "CPU ns", "/ burncast's"):
        table.add_column(column, justify="left" if column == "implementation" else "right")
    bases = {entry.worker.threads: entry for entry in entries if entry.name == CONTENDERS[0][0]}
    months = trajectories * PERIODS
    records = []
    for entry in entries:
        threads, base = entry.worker.threads, bases[entry.worker.threads]
        least, worked = min(entry.seconds), min(entry.processor_seconds)
        ratios = least / min(base.seconds), worked / min(base.processor_seconds)
        table.add_row(
            entry.name,
            str(threads),
            f"{least:.3f}",
            f"{statistics.median(entry.seconds):.3f}",
            f"{least / months * 1e9:.0f}",
            f"{ratios[0]:.2f}",
            f"{worked / months * 1e9:.0f}",
            f"{ratios[1]:.2f}",
        )
        records.append(
            {
                "implementation": entry.name,
                "threads": threads,
                "seconds": entry.seconds,
                "processor_seconds": entry.processor_seconds,
                "ratios": ratios,
            }
        )
    console.print(table)
    return records


def whole_runs(console: Console, runs: int) -> list[tuple[float, float]]:
    """Seconds and processor seconds of ``burncast run`` with a million trajectories: whole processes, a warm cache."""
    command = [sys.executable, "-m", "burncast", "run", EXAMPLE, "-n"]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        variables = {**os.environ, "NUMBA_CACHE_DIR": folder}
        for trajectories in ("1000", *[str(WHOLE)] * runs):  # the first one fills the cache
            begun, worked = time.perf_counter(), children_seconds()
            subprocess.run([*command, trajectories], capture_output=True, check=True, env=variables, cwd=ROOT)
            found.append((time.perf_counter() - begun, children_seconds() - worked))
    least, worked = (min(column) for column in zip(*found[1:], strict=True))
    console.print(
        f"burncast run {EXAMPLE} -n {WHOLE:_}, warm cache, the least of {runs}: {least:.1f} s on "
        f"{len(os.sched_getaffinity(0))} processors, {worked:.1f} s of processor time",
        highlight=False,
    )
    return found[1:]


def children_seconds() -> float:
    """Processor time of all processes started from here that have ended."""
    times = os.times()
    return times.children_user + times.children_system
