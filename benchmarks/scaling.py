"""How time and memory grow: with the number of formulas, of trajectories, and of threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from burncast.engine.program import Program
from burncast.engine.scenario import Scenario

__all__ = ["run_scaling", "scenario_of"]

ROOT = Path(__file__).parent.parent
FORMULAS = (10, 30, 100, 300, 1_000)
FORMULA_TRAJECTORIES = 65_536
THREAD_TRAJECTORIES = 1 << 20
SHOCKS = 8
PERIODS = 36
SEED = 1

MEMORY_PROBE = """
import json, resource, sys, time
from burncast.engine.scenario import load
from burncast.engine.simulate import run
scenario = load(sys.argv[1])
run(scenario, 1, threads=1)
begun = time.perf_counter()
run(scenario, int(sys.argv[2]))
print(json.dumps([time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


def run_scaling(console: Console, *, most: int, repeats: int) -> dict[str, Any]:
    """Print three tables; their figures as records."""
    return {
        "formulas": formulas(console, repeats),
        "threads": threads(console, repeats),
        "trajectories": trajectories(console, most),
    }


def scenario_of(count: int) -> dict[str, Any]:
    """A scenario of ``count`` formulas, each of the one before it, a process and a constant; 8 shocks, 2 stocks."""
    processes = {f"p{k}": f"gbm(start=1, drift=0.0{k}, volatility=0.1)" for k in range(SHOCKS)}
    shapes = (
        "0.5 * f{before} + 0.5 * p{k}",
        "f{before} * p{k} / (0.5 + f{before})",
        "max(f{before} - p{k}, 0.25)",
        "f{before} + 0.1 * (p{k} - level)",
    )
    formulas = {"f0": "p0 * level"}
    for k in range(1, count):
        formulas[f"f{k}"] = shapes[k % len(shapes)].format(before=k - 1, k=k % SHOCKS)
    return {
        "scenario": {"title": f"{count} formulas", "periods": PERIODS},
        "processes": processes,
        "formulas": formulas,
        "stocks": {
            "level": {"start": 1.0, "next": "0.9 * level + 0.1 * p1"},
            "cash": {"start": 20.0, "next": f"cash - f{count - 1}"},
        },
        "ruin": {"when": "cash < 0", "need": "-cash"},
        "outputs": {"track": ["cash"]},
    }


def formulas(console: Console, repeats: int) -> list[dict[str, float]]:
    from burncast.engine.compiler import compile_scenario
    from burncast.engine.scenario import load
    from burncast.engine.simulate import run_program

    loaded: list[tuple[Scenario, Program, list[float]]] = []
    records = []
    for count in FORMULAS:
        begun = time.perf_counter()
        scenario = load(scenario_of(count))
        between = time.perf_counter()
        program = compile_scenario(scenario)
        ended = time.perf_counter()
        run_program(program, 1, SEED, scenario=scenario, threads=1)
        loaded.append((scenario, program, []))
        records.append({"formulas": float(count), "load": between - begun, "compile": ended - between})
    for _ in range(repeats):
        for scenario, program, times in loaded:
            begun = time.perf_counter()
            run_program(program, FORMULA_TRAJECTORIES, SEED, scenario=scenario, threads=1)
            times.append(time.perf_counter() - begun)
    table = Table(title=f"formulas: {FORMULA_TRAJECTORIES:,} trajectories, {PERIODS} months, {SHOCKS} shocks, 1 thread")
    for column in ("formulas", "instructions", "load s", "compile s", "run s", "ns / month", "ns / month and formula"):
        table.add_column(column, justify="right")
    fewest = min(loaded[0][2])
    for record, (_, program, times) in zip(records, loaded, strict=True):
        least, count = min(times), int(record["formulas"])
        per_month = FORMULA_TRAJECTORIES * PERIODS * 1e-9
        slope = (least - fewest) / per_month / (count - FORMULAS[0]) if count > FORMULAS[0] else None
        record |= {"run": least, "instructions": float(len(program.odd))}
        table.add_row(
            f"{count:,}",
            f"{len(program.odd):,}",
            f"{record['load']:.3f}",
            f"{record['compile']:.3f}",
            f"{least:.3f}",
            f"{least / per_month:.1f}",
            f"{slope:.2f}" if slope is not None else "",
        )
    console.print(table)
    return records


def threads(console: Console, repeats: int) -> list[dict[str, float]]:
    from benchmarks.model import MODEL_FILE
    from burncast.engine.compiler import compile_scenario
    from burncast.engine.scenario import load
    from burncast.engine.simulate import run_program

    counts = [n for n in (1, 2, 4, 8, 16) if n <= len(os.sched_getaffinity(0))]
    scenario = load(MODEL_FILE)
    program = compile_scenario(scenario)
    times: dict[int, list[float]] = {count: [] for count in counts}
    same = set()
    for _ in range(repeats):
        for count in counts:
            begun = time.perf_counter()
            tally = run_program(program, THREAD_TRAJECTORIES, SEED, scenario=scenario, threads=count)
            times[count].append(time.perf_counter() - begun)
            same.add(tally.to_bytes())
    table = Table(title=f"threads: {THREAD_TRAJECTORIES:,} trajectories of the peers' model")
    for column in ("threads", "s", "times as fast as 1", "result"):
        table.add_column(column, justify="right")
    for count in counts:
        result = "the same bytes" if len(same) == 1 else "DIFFERS"
        table.add_row(str(count), f"{min(times[count]):.3f}", f"{min(times[1]) / min(times[count]):.2f}", result)
    console.print(table)
    return [{"threads": float(count), "run": min(times[count])} for count in counts]


def trajectories(console: Console, most: int) -> list[dict[str, float]]:
    """Every size in a process of its own, for its peak memory."""
    from benchmarks.model import MODEL_FILE

    table = Table(title="trajectories: the peers' model, all processors, each in a process of its own")
    for column in ("trajectories", "s", "per second", "peak memory, MB", "over that at 10^6"):
        table.add_column(column, justify="right")
    records = []
    for size in (10**k for k in range(4, 13) if 10**k <= most):
        command = [sys.executable, "-c", MEMORY_PROBE, str(MODEL_FILE), str(size)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
        seconds, peak = json.loads(answer)
        megabytes = peak * (1 if sys.platform == "darwin" else 1024) / 1e6
        records.append({"trajectories": float(size), "run": seconds, "megabytes": megabytes})
    million = next((record["megabytes"] for record in records if record["trajectories"] == 10**6), None)
    for record in records:
        table.add_row(
            f"{int(record['trajectories']):,}",
            f"{record['run']:.2f}",
            f"{record['trajectories'] / record['run']:,.0f}",
            f"{record['megabytes']:.0f}",
            f"{record['megabytes'] / million:.2f}" if million is not None else "",
        )
    console.print(table)
    return records
