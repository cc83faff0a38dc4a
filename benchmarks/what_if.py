"""Previews of the what-if page: from an input that moved to the figures, without the server and the browser."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from burncast.engine.inputs.adjusting import Adjustable, moved
from burncast.engine.scenario import load
from burncast.engine.what_if.what_if import WhatIf

__all__ = ["run_what_if"]

SCENARIOS = ("chatgpt-2023", "openai-2024", "startup")
TRAJECTORIES = 20_480


def run_what_if(console: Console, *, repeats: int) -> list[dict[str, Any]]:
    """Print the table; its rows as records."""
    table = Table(title=f"a preview of {TRAJECTORIES:,} trajectories, on all processors, every time of another value")
    for column in (
        "scenario",
        "input",
        "its text, min s",
        "forecast, min s",
        "median s",
        "of all processors s",
        "prepare s",
        "prepared, min s",
        "of a whole one",
        "runs",
    ):
        table.add_column(column, justify="left" if column in ("scenario", "input") else "right")
    records: list[dict[str, Any]] = []
    for name in SCENARIOS:
        begun = time.perf_counter()
        what_if = WhatIf(load(name))
        opened = time.perf_counter() - begun
        what_if.forecast({}, TRAJECTORIES)
        prepared = WhatIf(what_if.scenario)
        for one in chosen(what_if):
            begun = time.perf_counter()
            is_prepared = prepared.prepare({}, one.key, TRAJECTORIES) is not None
            preparing = time.perf_counter() - begun
            times = list(itertools.islice(previews(what_if, prepared, one), repeats))
            texts, forecasts, spent, parts = (list(column) for column in zip(*times, strict=True))
            records.append(
                {
                    "scenario": name,
                    "input": one.key,
                    "open": opened,
                    "texts": texts,
                    "forecasts": forecasts,
                    "of all processors": spent,
                    "prepare": preparing if is_prepared else None,
                    "prepared": parts if is_prepared else None,
                }
            )
            best, middle = min(forecasts), statistics.median(forecasts)
            row = (f"{min(texts):.4f}", f"{best:.3f}", f"{middle:.3f}", f"{min(spent):.3f}")
            part = (f"{preparing:.3f}", f"{min(parts):.3f}", f"{min(parts) / best:.2f}") if is_prepared else ("",) * 3
            table.add_row(name, f"{one.key} = {one.text[:36]}", *row, *part, str(repeats))
    console.print(table)
    return records


def chosen(what_if: WhatIf) -> Iterator[Adjustable]:
    """The first input of each way to be stated: by percentiles, as an interval, by parameters, as a number."""
    inputs = [one for one in what_if.inputs.values() if one.centre]
    for is_one in (
        lambda one: "p95" in one.text,
        lambda one: " to " in one.text,
        lambda one: one.text.startswith("normal("),
        lambda one: one.kind == "number",
    ):
        yield from itertools.islice(filter(is_one, inputs), 1)


def previews(what_if: WhatIf, prepared: WhatIf, one: Adjustable) -> Iterator[tuple[float, float, float, float]]:
    """Seconds for the text of a value that was never asked for before, and for its forecast; seconds of all processors
    for the latter; and seconds for the forecast of a what-if that was prepared for this input.
    """
    assert one.centre is not None
    for turn in itertools.count(1):
        begun = time.perf_counter()
        text = moved(one, one.centre * (1.0 + turn / 500))
        written, spent = time.perf_counter(), time.process_time()
        what_if.forecast({one.key: text}, TRAJECTORIES)
        whole = time.perf_counter(), time.process_time() - spent
        prepared.forecast({one.key: text}, TRAJECTORIES)
        yield written - begun, whole[0] - written, whole[1], time.perf_counter() - whole[0]
