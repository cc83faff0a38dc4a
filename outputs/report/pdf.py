"""The report as a tagged PDF, typeset by Typst (the extra ``pdf``): PDF/UA-1, with alternative texts and real tables.

The template reads the content from a file of data, so nothing that a scenario says is ever read as markup. Neither date
nor fonts of the machine go into the file where the fonts at hand have every character: the same report gives the same
bytes.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

from burncast.distributions.errors import InputError
from burncast.outputs.charts.inline_svg import Picture
from burncast.outputs.files.store import CREATED_BY
from burncast.outputs.report.blocks import Block, Cell, Chart, Code, Section, TextTable
from burncast.outputs.report.content import made_by, report_sections
from burncast.outputs.report.findings import Findings
from burncast.outputs.report.line_breaks import breakable

__all__ = ["check_typst", "report_pdf"]

STANDARD = "ua-1"


def check_typst() -> None:
    """Raise an InputError where the extra that makes PDFs is missing."""
    try:
        import typst  # noqa: F401
    except ImportError:
        raise InputError('a PDF needs the extra "pdf": pip install "burncast[pdf]"; HTML needs nothing') from None


def report_pdf(found: Findings, sections: Sequence[Section] | None = None) -> bytes:
    """The whole file; ``sections`` are what it says, where that is known already.

    Where a character is in no font at hand, the file is tagged all the same, but not declared as PDF/UA.
    """
    import typst

    compile_files: Any = typst.compile  # its stub knows nothing of a mapping of files, which its guide describes
    files: dict[str, bytes] = {"main.typ": (Path(__file__).parent / "templates" / "report.typ").read_bytes()}
    told = {
        "title": found.scenario.title,
        "language": found.request.language,
        "creator": CREATED_BY,
        "made_by": made_by(found),
        "sections": [
            {"title": one.title, "blocks": [_block(block, files) for block in one.blocks]}
            for one in (report_sections(found) if sections is None else sections)
        ],
    }
    files["report.json"] = json.dumps(told).encode()
    fonts = [Path(mpl.get_data_path()) / "fonts" / "ttf"]
    try:
        return bytes(compile_files(files, font_paths=fonts, pdf_standards=[STANDARD], timestamp=0))
    except typst.TypstError:
        return bytes(compile_files(files, font_paths=fonts, timestamp=0))


_BOLD = 1.5
"""How much wider than its share a word in bold is, where columns share less than what they want."""

_BETWEEN = 2
"""Characters of the gap between columns."""


def _block(block: Block, files: dict[str, bytes]) -> dict[str, Any]:
    """A block as data; its pictures go into ``files``."""
    match block:
        case Chart(wide=picture, narrow=narrow, caption=caption):
            return {"kind": "chart", "caption": caption, "wide": narrow is not None, **_picture(picture, files)}
        case TextTable():
            return {
                "kind": "table",
                "caption": block.caption,
                "titled": block.titled,
                "stacking": block.stacking,
                "columns": [breakable(column) for column in block.columns],
                "widths": _widths(block) if block.stacking else [],
                "numbers": [block.is_number(place) for place in range(len(block.columns))],
                "rows": [[_cell(cell, files) for cell in row] for row in block.rows],
            }
        case Code():
            return {"kind": "code", "text": breakable(block.text, 90), "long": block.long}
    return dataclasses.asdict(block)


def _widths(table: TextTable) -> list[float]:
    """Shares of the width for the columns of a table that takes all of it; 0 for one of pictures, whose width is known.

    A column gets by the length of its longer cells, within limits, and enough for its longest word (part of a unit).
    The first is in bold.
    """
    widths = []
    for column, head in enumerate(table.columns):
        cells = [row[column] for row in table.rows]
        if any(line.picture for cell in cells if not isinstance(cell, str) for line in cell):
            widths.append(0.0)
            continue
        texts = [cell if isinstance(cell, str) else " ".join(line.lead + line.text for line in cell) for cell in cells]
        lengths = sorted(len(text) for text in (head, *texts))
        words = (word for text in (head, *texts) for word in text.split())
        longest = max(len(part) for word in words for part in (word.split("/") if len(word) > 10 else [word]))
        word_width = min(longest, 14) * (1 if column else _BOLD) + _BETWEEN
        widths.append(float(max(8, word_width, min(lengths[int(0.85 * (len(lengths) - 1))], 44))))
    return widths


def _cell(cell: Cell, files: dict[str, bytes]) -> list[dict[str, Any]]:
    if isinstance(cell, str):
        return [{"text": breakable(cell), "look": "", "lead": ""}]
    return [
        {
            "text": breakable(line.text),
            "look": line.look,
            "lead": breakable(line.lead),
            **({} if line.picture is None else _picture(line.picture, files)),
        }
        for line in cell
    ]


def _picture(picture: Picture, files: dict[str, bytes]) -> dict[str, Any]:
    name = f"{len(files)}.svg"
    files[name] = picture.alone()
    return {"file": name, "alt": f"{picture.title}. {picture.description}"}
