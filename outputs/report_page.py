"""The report as one HTML page that needs nothing else: no script, no font, no picture from anywhere.

Templates escape whatever they are given; markup reaches them only from functions that have escaped their words.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from burncast.outputs.dataset import to_dataset
from burncast.outputs.findings import Findings
from burncast.outputs.language import language
from burncast.outputs.report_assumptions import tell_assumptions
from burncast.outputs.report_blocks import Teller
from burncast.outputs.report_forecast import tell_answer, tell_ruin
from burncast.outputs.report_methods import tell_methods
from burncast.outputs.report_reasons import tell_reasons
from burncast.outputs.store import CREATED_BY

__all__ = ["report_page"]

_TELL = {
    "answer": tell_answer,
    "ruin": tell_ruin,
    "why": tell_reasons,
    "assumptions": tell_assumptions,
    "how": tell_methods,
}


def report_page(found: Findings) -> str:
    """The whole page."""
    words = language(found.request.language)
    teller = Teller(found, words, to_dataset(found.base))
    sections = []
    for key, tell in _TELL.items():
        blocks = tell(teller)
        if blocks:
            sections.append({"key": key, "title": words.text(f"{key}.heading"), "blocks": blocks})
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("report.html").render(
        words=words, title=found.scenario.title, creator=CREATED_BY, sections=sections
    )
