"""``python -m benchmarks``: see benchmarks/README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any

from rich.console import Console

PARTS = ("peers", "ai-lab", "sampling", "scaling", "startup", "what-if", "page")


def main() -> None:
    """Run the chosen parts and print their tables."""
    options = parser().parse_args()
    console = Console(width=max(Console().width, 140))
    console.print(f"{processor()}, {len(os.sched_getaffinity(0))} processors, Python {platform.python_version()}")
    records: dict[str, Any] = {}
    for part in options.parts or PARTS:
        if part == "peers":
            from benchmarks.peers import run_peers

            records[part] = run_peers(
                console,
                trajectories=options.trajectories,
                repeats=options.repeats,
                threads=tuple(options.threads),
                only=tuple(f"peer_{name}" for name in options.only),
            )
        elif part == "ai-lab":
            from benchmarks.ai_lab import run_ai_lab

            records[part] = run_ai_lab(
                console,
                trajectories=min(options.trajectories, 1 << 17),
                repeats=options.repeats,
                threads=tuple(options.threads),
                whole=options.whole,
            )
        elif part == "sampling":
            from benchmarks.sampling import run_sampling

            records[part] = run_sampling(console, trajectories=min(options.trajectories, 1 << 16), seeds=16)
        elif part == "scaling":
            from benchmarks.scaling import run_scaling

            records[part] = run_scaling(console, most=options.most, repeats=options.repeats)
        elif part == "startup":
            from benchmarks.startup import run_startup

            records[part] = run_startup(console, repeats=options.repeats)
        elif part == "what-if":
            from benchmarks.what_if import run_what_if

            records[part] = run_what_if(console, repeats=options.repeats)
        else:
            from benchmarks.page import run_page

            records[part] = run_page(console, repeats=options.repeats)
    if options.json:
        options.json.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure burncast. See benchmarks/README.md."
    )
    result.add_argument(
        "parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=f"of {', '.join(PARTS)}; default all"
    )
    result.add_argument("--repeats", type=int, default=7, help="runs of each, in turn (default 7)")
    result.add_argument(
        "--trajectories",
        type=int,
        default=1 << 20,
        help="of the peers (default 2^20); of the AI lab, at most 2^17; of sampling, 2^16",
    )
    result.add_argument(
        "--threads", type=int, nargs="+", default=[1, 2], help="of the peers and the AI lab (default 1 2)"
    )
    names = ("c", "numba", "numba_lanes", "numpy", "jax")
    result.add_argument("--only", nargs="+", choices=names, default=[], help="peers beside burncast (default all)")
    result.add_argument("--whole", type=int, default=3, help="runs of the AI lab from the command line (default 3)")
    result.add_argument("--most", type=int, default=10**8, help="most trajectories of the memory table (default 10^8)")
    result.add_argument("--json", type=Path, help="write the figures to this file too")
    return result


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
