"""The what-if page as a hand feels it: from a key pressed on a slider to the picture that answers it, in a browser."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

__all__ = ["run_page"]

SLIDERS = {
    "chatgpt-2023": ("population", "churn (plus)", "api price drift"),
    "openai-2024": ("population", "lapse"),
    "startup": ("lapse", "opening cash"),
}
STAGES = ("until asked", "until answered", "until drawn", "until painted", "in all")
REST = 0.4
"""Seconds between two keys: the refinement, which begins when the hand rests, is stopped by the next of them."""

# A picture is there once the page says that it answers what is asked, and the frame after that has been made.
WATCH = """() => {
  let pressed = 0;
  performance.setResourceTimingBufferSize(10_000);
  addEventListener("keydown", () => { pressed = performance.now(); }, true);
  const isStale = () => document.body.hasAttribute("data-stale");
  let was = isStale();
  new MutationObserver(() => {
    const now = isStale();
    if (was && !now) {
      const [begun, drawn] = [pressed, performance.now()];
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => window.pictures.push([begun, drawn, performance.now()]);
        channel.port2.postMessage(null);
      });
    }
    was = now;
  }).observe(document.body, { attributeFilter: ["data-stale"] });
}"""
ASKED = """() => performance.getEntriesByType("resource").filter((entry) => entry.name.includes("/api/forecast"))
  .map((entry) => [entry.startTime, entry.responseStart])"""


def run_page(console: Console, *, repeats: int) -> list[dict[str, Any]]:
    """Print the table; its rows as records. Without a browser, say so."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        found = None
    if found is None:
        console.print("page: left out, for there is no Chromium or no playwright")
        return []
    table = Table(title="the page: from a key on a slider to the picture that answers it, ms (medians)")
    for column in ("scenario", "slider", *STAGES, "90 %", "most", "keys"):
        table.add_column(column, justify="left" if column in ("scenario", "slider") else "right")
    records: list[dict[str, Any]] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for scenario, sliders in SLIDERS.items():
            with served(scenario) as address:
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.goto(address)
                page.evaluate(WATCH)
                for slider in sliders:
                    page.wait_for_selector('body[data-drawn="1000000"]:not([data-busy])', timeout=120_000)
                    rows = pictures(page, slider, 5 * repeats)
                    records.append({"scenario": scenario, "slider": slider, "ms": rows})
                    columns = [statistics.median(column) for column in zip(*rows, strict=True)]
                    whole = sorted(row[-1] for row in rows)
                    ends = (whole[int(0.9 * (len(whole) - 1))], whole[-1])
                    table.add_row(scenario, slider, *(f"{time:.0f}" for time in (*columns, *ends)), str(len(rows)))
                page.close()
        browser.close()
    console.print(table)
    return records


def pictures(page: Any, slider: str, keys: int) -> list[tuple[float, ...]]:
    """Milliseconds of each key by stage, the last its whole time."""
    page.evaluate("() => { window.pictures = []; performance.clearResourceTimings(); }")
    page.get_by_role("slider", name=slider, exact=True).focus()
    time.sleep(1.0)
    for key in range(keys):
        page.keyboard.press("ArrowRight" if key % 20 < 10 else "ArrowLeft")
        time.sleep(REST)
        page.wait_for_selector("body:not([data-stale])")  # looks at every frame, but only where the answer is that late
    answers = page.evaluate(ASKED)
    rows = []
    for begun, drawn, painted in page.evaluate("window.pictures"):
        asked = next((entry for entry in answers if begun <= entry[0] <= drawn), None)
        if asked is not None:
            stages = (begun, *asked, drawn, painted)
            rows.append((*(after - before for before, after in itertools.pairwise(stages)), painted - begun))
    return rows


@contextlib.contextmanager
def served(scenario: str) -> Iterator[str]:
    """The address of a page that is served meanwhile."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "burncast", "serve", scenario, "--port", str(port), "--no-browser"]
    settings = {**os.environ, "BURNCAST_TOKEN": secrets.token_urlsafe(24)}
    server = subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.kill()
        server.wait()
