"""What the report says, section by section, in words, charts and tables: the same for the page and for the PDF."""

from __future__ import annotations

from importlib.metadata import version

from burncast.outputs.report.answer import tell_answer
from burncast.outputs.report.assumptions import tell_assumptions
from burncast.outputs.report.blocks import Section, Teller
from burncast.outputs.report.findings import Findings
from burncast.outputs.report.forecast import tell_ruin
from burncast.outputs.report.methods import tell_methods
from burncast.outputs.report.reasons import tell_reasons
from burncast.outputs.words.language import language

__all__ = ["made_by", "report_sections"]

_TELL = {
    "answer": tell_answer,
    "ruin": tell_ruin,
    "why": tell_reasons,
    "assumptions": tell_assumptions,
    "how": tell_methods,
}


def report_sections(found: Findings) -> list[Section]:
    """The sections that have something to tell, in the order in which they are read."""
    teller = Teller(found, language(found.request.language))
    told = ((key, tell(teller)) for key, tell in _TELL.items())
    return [Section(key, _heading(teller, key), blocks) for key, blocks in told if blocks]


def _heading(teller: Teller, key: str) -> str:
    """The heading of a section; that about ruin has another where the scenario does not say what ruin is."""
    alone = "_alone" if key == "ruin" and teller.found.scenario.ruin is None else ""
    return teller.words.text(f"{key}.heading{alone}")


def made_by(found: Findings) -> str:
    """The last words: what made the report."""
    return language(found.request.language).text("page.made_by", creator=f"burncast {version('burncast')}")
