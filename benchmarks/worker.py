"""One implementation in a process of its own, which waits for requests.

So implementations can be run in turn, A B A B, without sharing memory or thread pools: whoever is not asked sleeps.
The process is bound to as many processors as it has threads before anything is imported. Its command line is
``python -m benchmarks.worker MODULE VARIANT THREADS``.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

__all__ = ["Answer", "Worker"]

ROOT = Path(__file__).parent.parent


class Answer(NamedTuple):
    """One run: seconds on the clock, seconds of processor time of all threads, and the outcome as lists."""

    seconds: float
    processor_seconds: float
    outcome: dict[str, list[float]]


@dataclass
class Worker:
    """The asking end of the pipe; see :meth:`start`."""

    module: str
    variant: str
    threads: int
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> str | None:
        """Import, compile and tune; why that is not possible here, or None."""
        counts = {name: str(self.threads) for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS")}
        command = [sys.executable, "-m", "benchmarks.worker", self.module, self.variant, str(self.threads)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **counts},
        )
        reason: str | None = self._answer()["unavailable"]
        return reason

    def run(self, trajectories: int, seed: int) -> Answer:
        stdin = cast(IO[str], cast(subprocess.Popen[str], self.process).stdin)
        stdin.write(json.dumps({"trajectories": trajectories, "seed": seed}) + "\n")
        stdin.flush()
        return Answer(**self._answer())

    def stop(self) -> None:
        if self.process is not None:
            cast(IO[str], self.process.stdin).close()
            self.process.wait()
            cast(IO[str], self.process.stdout).close()

    def _answer(self) -> dict[str, Any]:
        line = cast(IO[str], cast(subprocess.Popen[str], self.process).stdout).readline()
        if not line:
            raise RuntimeError(f"{self.module} {self.variant} ended without an answer")
        return cast(dict[str, Any], json.loads(line))


def serve(module: str, variant: str, threads: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(**answer: object) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    from benchmarks.peer import UnavailableError

    try:
        run = importlib.import_module(f"benchmarks.{module}").prepare(variant, threads)
    except UnavailableError as error:
        say(unavailable=str(error))
        return
    say(unavailable=None)
    for line in sys.stdin:
        request = json.loads(line)
        begun, worked = time.perf_counter(), time.process_time()
        outcome = run(request["trajectories"], request["seed"])
        seconds, processor_seconds = time.perf_counter() - begun, time.process_time() - worked
        say(seconds=seconds, processor_seconds=processor_seconds, outcome=outcome.as_lists())


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
