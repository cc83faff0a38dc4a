"""The verb ``report``: what an investor reads, as an HTML page or as a PDF, and how to compute it again."""

from __future__ import annotations

import dataclasses
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from burncast.distributions.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from burncast.engine.scenario import Scenario, ScenarioSource
    from burncast.outputs.report.findings import Findings

__all__ = ["make_report", "report"]

TRAJECTORIES, SEED = 100_000, 0

Tell = Callable[[str], None]


def report(
    scenario: ScenarioSource | xr.Dataset,
    path: str | os.PathLike[str],
    *,
    trajectories: int | None = None,
    seed: int | None = None,
    lang: str = "en",
    why: bool = True,
    pdf: bool = False,
    force: bool = False,
    threads: int | None = None,
    tell: Tell | None = None,
) -> None:
    """Write what a scenario says as one self-contained HTML page, or as a tagged PDF.

    Parameters
    ----------
    scenario
        What :func:`burncast.load` returned, or anything that it reads; or a result: what :func:`burncast.simulate`
        returned, a folder that ``burncast run --out`` wrote, or the ``.nc`` file in it.
    path
        The file to write, whole or not at all. A name that ends in ``.pdf`` is written as a PDF.
    trajectories, seed
        How many futures the forecast and each variant are drawn from (100,000 unless told; reasons and funding take
        less), and the seed (0). Those of a result are those of its run.
    lang
        The language of the report, ``en`` or ``fr``; names, notes and sources stay as the scenario has them.
    why
        Whether to look for reasons: the band over the inputs, tornado, shares of variance, ruined futures.
    pdf
        Write the same as a PDF too, beside ``path`` and with the ending ``.pdf``. PDFs need the extra ``pdf``.
    force
        Replace a file that is there.
    tell
        Called with a word on each stage.

    Raises InputError for what the caller can mend, a file that is there and a folder that cannot be written included,
    before anything is simulated.
    """
    request = Request(scenario, Path(path), trajectories, seed, lang, why, pdf, force, threads)
    _write(request, tell or (lambda _: None))


def make_report(
    source: str,
    path: Path,
    trajectories: int | None,
    seed: int | None,
    lang: str,
    why: bool,
    pdf: bool,
    force: bool,
    threads: int | None,
) -> None:
    """Everything that ``burncast report`` does."""
    from burncast.commands.reporting import warm_up
    from burncast.terminal import say

    request = Request(source, path, trajectories, seed, lang, why, pdf, force, threads)
    _write(request, say, lambda scenario: warm_up(scenario, trajectories or TRAJECTORIES, seed or SEED))
    say(f"the report is in {' and '.join(shlex.quote(str(file)) for file in request.files)}")


@dataclass(frozen=True)
class Request:
    """The arguments of :func:`report`."""

    scenario: ScenarioSource | xr.Dataset
    path: Path
    trajectories: int | None
    seed: int | None
    lang: str
    why: bool
    pdf: bool
    force: bool
    threads: int | None

    @property
    def files(self) -> list[Path]:
        """What is written."""
        beside = self.pdf and self.path.suffix.lower() != ".pdf"
        return [self.path, *([self.path.with_suffix(".pdf")] if beside else [])]


def _write(request: Request, say: Tell, before: Callable[[Scenario], None] = lambda _: None) -> None:
    """Check what can be checked, call ``before`` with the scenario, look into it, and write the files."""
    from burncast.engine.simulate import check_seed_and_threads
    from burncast.outputs.files.store import check_file, write_file
    from burncast.outputs.words.language import language

    language(request.lang)
    check_seed_and_threads(request.seed or SEED, request.threads)
    if any(_is_pdf(file) for file in request.files):
        from burncast.outputs.report.pdf import check_typst

        check_typst()
    for file in request.files:
        check_file(file, request.force)
    found = _investigated(request, say, before)

    from burncast.outputs.report.content import report_sections

    sections = report_sections(found)
    for file in request.files:
        if _is_pdf(file):
            from burncast.outputs.report.pdf import report_pdf

            content = report_pdf(found, sections)
        else:
            from burncast.outputs.report.html import report_page

            content = report_page(found, sections).encode()
        write_file(file, content, request.force)


def _investigated(request: Request, say: Tell, before: Callable[[Scenario], None]) -> Findings:
    """What is told: of a scenario that is simulated, or of a run that was saved, as far as it tells."""
    from burncast.investigating import investigate, investigate_runs
    from burncast.outputs.report import findings
    from burncast.saved_results import is_result, read_forecast, saved_scenario

    scenario = request.scenario
    source = os.fspath(scenario) if isinstance(scenario, (str, os.PathLike)) else None
    asked = findings.Request(
        source=source,
        trajectories=TRAJECTORIES if request.trajectories is None else request.trajectories,
        seed=request.seed or SEED,
        language=request.lang,
        why=request.why,
        output=str(request.path),
        pdf=len(request.files) > 1,
    )
    if not is_result(scenario):
        from burncast.engine.scenario import load

        loaded = load(scenario)
        before(loaded)
        return investigate(loaded, asked, request.threads, say)

    from burncast.outputs.report.runs import saved_runs

    if request.trajectories is not None or request.seed is not None:
        raise InputError("a saved run has its own number of futures and its own seed; leave out -n and --seed")
    result = read_forecast(scenario)
    beside = [Path(), *([] if source is None else [Path(source), Path(source).parent])]
    loaded = saved_scenario(result, beside)
    before(loaded)
    runs = saved_runs(result, loaded)
    base = runs["base"]
    asked = dataclasses.replace(asked, trajectories=base.trajectories, seed=base.seed, saved=source or "")
    missing = (
        [str(name) for name in result["variant"].values[1:] if name not in runs] if "variant" in result.dims else []
    )
    return investigate_runs(runs, asked, request.threads, say, missing)


def _is_pdf(file: Path) -> bool:
    return file.suffix.lower() == ".pdf"
