"""The report as one HTML page that needs nothing else: no script, no font, no picture from anywhere.

Templates escape whatever they are given; markup reaches them only from pictures, which have escaped their words.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from burncast.outputs.files.store import CREATED_BY
from burncast.outputs.report.blocks import Section
from burncast.outputs.report.content import made_by, report_sections
from burncast.outputs.report.findings import Findings
from burncast.outputs.report.line_breaks import SOFT, breakable_after_signs
from burncast.outputs.words.language import language

__all__ = ["report_page"]


def report_page(found: Findings, sections: Sequence[Section] | None = None) -> str:
    """The whole page; ``sections`` are what it says, where that is known already."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["breaking"] = _breaking
    return environment.get_template("report.html").render(
        words=language(found.request.language),
        title=found.scenario.title,
        creator=CREATED_BY,
        made_by=made_by(found),
        sections=report_sections(found) if sections is None else sections,
    )


def _breaking(text: str) -> Markup:
    """The text, whose long words may break."""
    return Markup("<wbr>").join(escape(part) for part in breakable_after_signs(text).split(SOFT))
