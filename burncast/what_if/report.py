"""The report of what was tried on the page of ``burncast serve``."""

from __future__ import annotations

from burncast.investigating import investigate
from burncast.outputs.report.findings import Request
from burncast.outputs.report.html import report_page
from burncast.outputs.words.language import language
from burncast.what_if.desk import Desk, Run
from burncast.what_if.messages import Asked
from burncast.what_if.saving import BASE, saved_scenario

__all__ = ["what_if_report"]

TRAJECTORIES = 100_000


def what_if_report(desk: Desk, asked: Asked, lang: str, name: str, run: Run) -> bytes:
    """The page that `burncast report` makes of the changed scenario, to be called ``name``.

    It is about the scenario as it is saved, so that its digest and its command are those of that file. Of a variant
    it is about that alone, as a scenario of its own.
    """
    language(lang)
    original, texts = desk.original, desk.texts(asked)
    source: str | None = original.file_name("toml") if texts else original.source
    scenario = saved_scenario(original, asked.variant, texts).scenario if texts else original.scenario
    if asked.variant != BASE:
        scenario, source = scenario.variants[asked.variant], None
    request = Request(source, TRAJECTORIES, desk.seed, lang, True, name)
    return report_page(investigate(scenario, request, desk.threads, run.check)).encode()
