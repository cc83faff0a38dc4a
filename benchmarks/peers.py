"""The same model in several implementations, run in turn: a table of times, ratios and agreement."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.agreement import Agreement, compare
from benchmarks.model import PERIODS, Outcome
from benchmarks.worker import Worker

__all__ = ["CONTENDERS", "run_peers"]

CONTENDERS = (
    ("burncast", "peer_burncast", ""),
    ("C, the limit", "peer_c", "tuned"),
    ("C, plain", "peer_c", "plain"),
    ("numba by hand, burncast's streams", "peer_numba_lanes", ""),
    ("numba by hand, np.random", "peer_numba", ""),
    ("NumPy in blocks, float64", "peer_numpy", "float64"),
    ("NumPy in blocks, float32 shocks", "peer_numpy", "mixed"),
    ("NumPy in blocks, float32", "peer_numpy", "float32"),
    ("JAX, float32", "peer_jax", ""),
)
SEED = 20_260_101


@dataclass
class Entry:
    """One implementation with a number of threads, and what it took."""

    name: str
    worker: Worker
    seconds: list[float] = field(default_factory=list)
    outcome: Outcome | None = None


def run_peers(
    console: Console, *, trajectories: int, repeats: int, threads: tuple[int, ...], only: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Print the table; its rows as records."""
    entries = []
    try:
        for name, module, variant in CONTENDERS:
            for count in threads:
                if only and module not in only and module != "peer_burncast":
                    continue
                worker = Worker(module, variant, count)
                console.print(f"preparing {name}, {count} thread(s)", style="dim")
                reason = worker.start()
                if reason is None:
                    entries.append(Entry(name, worker))
                else:
                    console.print(f"{name} is left out: {reason}", style="bold yellow")
                    break
        for turn in range(repeats):
            console.print(f"turn {turn + 1} of {repeats}", style="dim")
            for entry in entries:
                answer = entry.worker.run(trajectories, SEED)
                entry.seconds.append(answer.seconds)
                entry.outcome = Outcome.from_lists(answer.outcome)
    finally:
        for entry in entries:
            entry.worker.stop()
    return show(console, entries, trajectories, repeats)


def show(console: Console, entries: list[Entry], trajectories: int, repeats: int) -> list[dict[str, Any]]:
    from benchmarks.peer_burncast import cash_errors

    cash_sd = np.array(cash_errors(min(trajectories, 262_144), SEED + 1))
    table = Table(
        title=f"{trajectories:,} trajectories of {PERIODS} months with 8 shocks each; minimum and median of {repeats}"
    )
    for column in (
        "implementation",
        "threads",
        "min s",
        "median s",
        "ns / month",
        "time / burncast's",
        "2 over 1 threads",
    ):
        table.add_column(column, justify="left" if column == "implementation" else "right")
    table.add_column("against burncast's result")
    best = {(entry.name, entry.worker.threads): min(entry.seconds) for entry in entries}
    reference = {entry.worker.threads: entry for entry in entries if entry.worker.module == "peer_burncast"}
    records = []
    for entry in entries:
        threads, least = entry.worker.threads, min(entry.seconds)
        base = reference[threads]
        agreement = compare(_outcome(entry), _outcome(base), cash_sd)
        single = best.get((entry.name, 1))
        speedup = f"{single / least:.2f}" if single is not None and threads > 1 else ""
        table.add_row(
            entry.name,
            str(threads),
            f"{least:.3f}",
            f"{statistics.median(entry.seconds):.3f}",
            f"{least / trajectories / PERIODS * 1e9:.1f}",
            f"{least / min(base.seconds):.2f}",
            speedup,
            verdict(agreement) if entry is not base else "",
        )
        records.append(
            {
                "implementation": entry.name,
                "threads": threads,
                "seconds": entry.seconds,
                "ratio": least / min(base.seconds),
                "agreement": asdict(agreement),
            }
        )
    console.print(table)
    return records


def verdict(agreement: Agreement) -> str:
    if agreement.same_counts:
        return "the same counts"
    if agreement.counts_apart <= 1e-5:
        return f"counts within {agreement.counts_apart:.0e}"
    word = "agrees" if agreement.holds else "DISAGREES"
    return f"{word}: ruin {agreement.ruin:+.1f}, cash {agreement.cash:+.1f}, largest {agreement.largest:.1f} s.e."


def _outcome(entry: Entry) -> Outcome:
    if entry.outcome is None:
        raise RuntimeError(f"{entry.name} never ran")
    return entry.outcome
