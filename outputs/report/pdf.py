"""The report as a tagged PDF, typeset by Typst (the extra ``pdf``): PDF/UA-1, with alternative texts and real tables.

The template reads the content from a file of data, so nothing that a scenario says is ever read as markup. Neither date
nor fonts of the machine go into the file where the fonts at hand have every character: the same report gives the same
bytes.
"""

from __future__ import annotations

import dataclasses
import json
import re
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

__all__ = ["check_typst", "report_pdf"]

STANDARD = "ua-1"
_SOFT = "\u200b"
_LONG = re.compile(r"\S{12,}")
_LONGEST_IN_CELLS = 24


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
                "columns": [_soft(column) for column in block.columns],
                "widths": _widths(block) if block.stacking else [],
                "numbers": [block.is_number(place) for place in range(len(block.columns))],
                "rows": [[_cell(cell, files) for cell in row] for row in block.rows],
            }
        case Code():
            return {"kind": "code", "text": _soft(block.text, 90), "long": block.long}
    return dataclasses.asdict(block)


def _widths(table: TextTable) -> list[float]:
    """Shares of the width for the columns of a table that takes all of it; 0 for one of pictures, whose width is known.

    A column gets by the length of its longer cells, within limits, and enough for its longest word.
    """
    widths = []
    for column, head in enumerate(table.columns):
        cells = [row[column] for row in table.rows]
        if any(line.picture for cell in cells if not isinstance(cell, str) for line in cell):
            widths.append(0.0)
            continue
        texts = [cell if isinstance(cell, str) else " ".join(line.lead + line.text for line in cell) for cell in cells]
        lengths = sorted(len(text) for text in (head, *texts))
        word = max(len(word) for text in (head, *texts) for word in (*re.split(r"[\s/]", text), ""))
        widths.append(float(max(8, min(word, 14), min(lengths[int(0.85 * (len(lengths) - 1))], 44))))
    return widths


def _cell(cell: Cell, files: dict[str, bytes]) -> list[dict[str, Any]]:
    if isinstance(cell, str):
        return [{"text": _soft(cell), "look": "", "lead": ""}]
    return [
        {
            "text": _soft(line.text),
            "look": line.look,
            "lead": _soft(line.lead),
            **({} if line.picture is None else _picture(line.picture, files)),
        }
        for line in cell
    ]


def _picture(picture: Picture, files: dict[str, bytes]) -> dict[str, Any]:
    name = f"{len(files)}.svg"
    files[name] = picture.alone()
    return {"file": name, "alt": f"{picture.title}. {picture.description}"}


def _soft(text: str, longest: int = _LONGEST_IN_CELLS) -> str:
    """The text with places to break in long words: after signs, and in what is left longer than ``longest``."""

    def broken(found: re.Match[str]) -> str:
        if longest > _LONGEST_IN_CELLS and len(found[0]) <= longest:
            return found[0]
        parts = re.sub(r"(?<=[_/(),.=&?:*-])(?=[^\W_])", _SOFT, found[0]).split(_SOFT)
        return _SOFT.join(re.sub(rf".{{{longest}}}(?=.)", rf"\g<0>{_SOFT}", part) for part in parts)

    return _LONG.sub(broken, text)
