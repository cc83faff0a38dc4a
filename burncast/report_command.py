"""The verb ``report``: one HTML file that an investor reads, and that says how to compute it again."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from burncast.engine.scenario import Scenario, ScenarioSource

__all__ = ["make_report", "report"]


def report(
    scenario: ScenarioSource,
    path: str | os.PathLike[str],
    *,
    trajectories: int = 100_000,
    seed: int = 0,
    lang: str = "en",
    why: bool = True,
    force: bool = False,
    threads: int | None = None,
    tell: Callable[[str], None] | None = None,
) -> None:
    """Write what a scenario says as one self-contained HTML page.

    Parameters
    ----------
    scenario
        What :func:`burncast.load` returned, or anything that it reads.
    path
        The file to write, whole or not at all.
    trajectories
        How many futures the forecast and each variant are drawn from; reasons and funding take less.
    lang
        The language of the page, ``en`` or ``fr``; names, notes and sources stay as the scenario has them.
    why
        Whether to look for reasons: the band over the inputs, the tornado, what ruined futures are like.
    force
        Replace a file that is there.
    tell
        Called with a word on each stage.

    Raises InputError for what the caller can mend, a file that is there and a folder that cannot be written included,
    before anything is simulated.
    """
    from burncast.engine.scenario import load

    source = os.fspath(scenario) if isinstance(scenario, (str, os.PathLike)) else None
    write_report(load(scenario), source, Path(path), trajectories, seed, lang, why, force, threads, tell)


def write_report(
    scenario: Scenario,
    source: str | None,
    path: Path,
    trajectories: int,
    seed: int,
    lang: str,
    why: bool,
    force: bool,
    threads: int | None,
    tell: Callable[[str], None] | None,
) -> None:
    """As :func:`report`, of a scenario that was read from ``source``."""
    from burncast.engine.simulate import check_seed_and_threads
    from burncast.investigating import investigate
    from burncast.outputs.findings import Request
    from burncast.outputs.language import language
    from burncast.outputs.store import check_file, write_file

    language(lang)
    check_seed_and_threads(seed, threads)
    check_file(path, force)
    request = Request(source, trajectories, seed, lang, why, str(path))
    found = investigate(scenario, request, threads, tell)

    from burncast.outputs.report_page import report_page

    write_file(path, report_page(found).encode(), force)


def make_report(
    source: str, path: Path, trajectories: int, seed: int, lang: str, why: bool, force: bool, threads: int | None
) -> None:
    """Everything that ``burncast report`` does."""
    from burncast.engine.scenario import load
    from burncast.outputs.store import check_file
    from burncast.reporting import warm_up
    from burncast.terminal import say

    scenario = load(source)
    check_file(path, force)
    warm_up(scenario, trajectories, seed)
    write_report(scenario, source, path, trajectories, seed, lang, why, force, threads, say)
    say(f"the report is in {shlex.quote(str(path))}")
