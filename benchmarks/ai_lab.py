"""The AI lab in burncast and by hand in NumPy: do they agree, and what does a month of a trajectory take?"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.ai_lab_statistics import LARGEST, PERIODS, Statistics, differences
from benchmarks.peer_ai_lab_burncast import EXAMPLE
from benchmarks.worker import Worker

__all__ = ["run_ai_lab"]

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
                entry.seconds.append(entry.worker.run(trajectories, SEED)[0])
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
        Statistics.from_lists(next(e for e in entries if e.name == name).worker.run(COMPARED, SEED + 1)[1])
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
    table = Table(title=f"{EXAMPLE}, {trajectories:,} trajectories of {PERIODS} months")
    columns = ("implementation", "threads", "min s", "median s", "ns / trajectory-month", "time / burncast's")
    for column in (*columns, "2 over 1 threads"):
        table.add_column(column, justify="left" if column == "implementation" else "right")
    best = {(entry.name, entry.worker.threads): min(entry.seconds) for entry in entries}
    records = []
    for entry in entries:
        threads, least = entry.worker.threads, min(entry.seconds)
        ratio = least / best[CONTENDERS[0][0], threads]
        single = best.get((entry.name, 1))
        table.add_row(
            entry.name,
            str(threads),
            f"{least:.3f}",
            f"{statistics.median(entry.seconds):.3f}",
            f"{least / trajectories / PERIODS * 1e9:.0f}",
            f"{ratio:.2f}",
            f"{single / least:.2f}" if single is not None and threads > 1 else "",
        )
        records.append({"implementation": entry.name, "threads": threads, "seconds": entry.seconds, "ratio": ratio})
    console.print(table)
    return records


def whole_runs(console: Console, runs: int) -> list[float]:
    """Seconds of ``burncast run`` with a million trajectories, as whole processes with a warm cache."""
    command = [sys.executable, "-m", "burncast", "run", EXAMPLE, "-n", str(WHOLE)]
    with tempfile.TemporaryDirectory() as folder:
        variables = {**os.environ, "NUMBA_CACHE_DIR": folder}
        seconds = []
        for run in range(runs + 1):
            words = command if run else [*command[:-1], "1000"]  # the first one fills the cache
            begun = time.perf_counter()
            subprocess.run(words, capture_output=True, check=True, env=variables)
            seconds.append(time.perf_counter() - begun)
    warm = seconds[1:]
    console.print(
        f"burncast run {EXAMPLE} -n {WHOLE:_}, warm cache, {len(os.sched_getaffinity(0))} processors: "
        f"{min(warm):.1f} s at least, {statistics.median(warm):.1f} s in the median of {runs}",
        highlight=False,
    )
    return warm
