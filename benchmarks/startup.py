"""Start-up: the command line, the first run on a new machine, the next ones, and a changed scenario."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.model import MODEL_FILE
from burncast.engine.documents.packaged import packaged_scenarios

__all__ = ["run_startup"]

ROOT = Path(__file__).parent.parent
EXAMPLE = "chatgpt-2023"
BURNCAST = (sys.executable, "-m", "burncast")

CHANGED_PROBE = """
import json, sys, time, tomllib
from pathlib import Path
from burncast.engine.compiler import compile_scenario
from burncast.engine.scenario import load
from burncast.engine.simulate import run, run_program
document = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
run(load(document), 1, threads=1)
answers = []
for turn in range(5):
    document["formulas"]["burn"] += " + exp(growth) * 1000"
    document["processes"]["price"] = f"gbm(start={20 + turn}, drift=-0.10, volatility=0.15)"
    begun = time.perf_counter()
    scenario = load(document)
    loaded = time.perf_counter()
    program = compile_scenario(scenario)
    compiled = time.perf_counter()
    run_program(program, 256, 1, scenario=scenario, threads=1)
    answers.append([loaded - begun, compiled - loaded, time.perf_counter() - compiled])
print(json.dumps(answers))
"""


def run_startup(console: Console, *, repeats: int) -> list[dict[str, Any]]:
    """Print the table; its rows as records."""
    table = Table(title="start-up, each in a process of its own")
    for column in ("what", "min s", "median s", "runs"):
        table.add_column(column, justify="left" if column == "what" else "right")
    records: list[dict[str, Any]] = []

    def add(what: str, seconds: list[float]) -> None:
        records.append({"what": what, "seconds": seconds})
        table.add_row(what, f"{min(seconds):.3f}", f"{statistics.median(seconds):.3f}", str(len(seconds)))

    add("burncast --help", measured(repeats, lambda: command(*BURNCAST, "--help")))
    add(f"burncast check {EXAMPLE}", measured(repeats, lambda: command(*BURNCAST, "check", EXAMPLE)))
    with tempfile.TemporaryDirectory() as folder:
        cache = {"NUMBA_CACHE_DIR": folder}
        first = (*BURNCAST, "run", EXAMPLE, "-n", "10_000")
        add("burncast run -n 10_000, empty cache: compiles", measured(1, lambda: command(*first, **cache)))
        add("burncast run -n 10_000, again, warm cache", measured(repeats, lambda: command(*first, **cache)))
        million = (*BURNCAST, "run", EXAMPLE, "-n", "1_000_000")
        add("burncast run -n 1_000_000, again, warm cache", measured(repeats, lambda: command(*million, **cache)))
        changed = (*BURNCAST, "run", str(Path(folder) / "changed.toml"), "-n", "10_000")

        def run_changed() -> None:
            text = packaged_scenarios()[EXAMPLE].read_text(encoding="utf-8")
            Path(changed[-3]).write_text(f"{text}\n# {time.perf_counter_ns()}\n", encoding="utf-8")
            command(*changed, **cache)

        add("burncast run -n 10_000 of a changed file, warm cache", measured(repeats, run_changed))
        answer = command(sys.executable, "-c", CHANGED_PROBE, str(MODEL_FILE), **cache)
        loads, compiles, runs = zip(*json.loads(answer), strict=True)
    add("a changed scenario in a running process: load", list(loads))
    add("then its compilation to a program", list(compiles))
    add("then 256 trajectories", list(runs))
    add("from loaded to simulating", [a + b for a, b in zip(compiles, runs, strict=True)])
    console.print(table)
    return records


def measured(repeats: int, action: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return times


def command(*words: str, **variables: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, **variables})
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[1:])} fails: {done.stderr.strip()[-400:]}")
    return done.stdout
