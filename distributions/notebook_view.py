"""What a notebook shows of a result: a title, a table or text, and remarks, as HTML that stands alone.

Colours and fonts are those of the page around it, so that it reads in light and in dark; whatever a scenario or a file
says is escaped.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from burncast.distributions.amounts import format_amount

__all__ = ["Cell", "Shown", "View", "view_html"]

Cell: TypeAlias = str | int | float | None
"""Words, a whole number, an amount, or nothing."""

MOST_ROWS, LONGEST_LINE = 40, 24
_LINE = "1px solid rgba(128,128,128,.35)"
_STYLE = "border-collapse:collapse;color:inherit;font:inherit;margin:.4em 0;font-variant-numeric:tabular-nums"


@dataclass(frozen=True, slots=True)
class View:
    """``columns`` and ``rows`` of a table, or ``text`` whose lines and spaces are kept; ``remarks`` stand below."""

    title: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    text: str = ""
    remarks: Sequence[str] = ()


class Shown(ABC):
    """A result that a notebook shows as ``_view`` lays it out."""

    __slots__ = ()

    @abstractmethod
    def _view(self) -> View:
        """What a notebook shows of it."""

    def _repr_html_(self) -> str:
        return view_html(self._view())


def view_html(view: View) -> str:
    """A view as an HTML element.

    >>> view_html(View("A & B", ["what", "amount"], [["cash", 3.1e9]])).count("3.1bn")
    1
    """
    parts = [f'<div style="font-weight:600">{escape(view.title)}</div>']
    if view.text:
        parts.append(f'<pre style="margin:.4em 0;line-height:1.35;overflow-x:auto">{escape(view.text)}</pre>')
    if view.rows:
        parts.append(_table(view))
    more = len(view.rows) - MOST_ROWS
    remarks = [*([f"… and {more} more"] if more > 0 else []), *view.remarks]
    parts += [f'<div style="opacity:.75">{escape(remark)}</div>' for remark in remarks if remark]
    return f'<div class="burncast" style="overflow-x:auto">{"".join(parts)}</div>'


def _table(view: View) -> str:
    numbers = [any(isinstance(row[place], (int, float)) for row in view.rows) for place in range(len(view.columns))]
    head = "".join(
        f'<th scope="col" style="{_cell(is_number)};border-bottom:{_LINE}">{escape(name)}</th>'
        for name, is_number in zip(view.columns, numbers, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="{_cell(is_number, _text(cell))}">{escape(_text(cell))}</td>'
            for cell, is_number in zip(row, numbers, strict=True)
        )
        + "</tr>"
        for row in view.rows[:MOST_ROWS]
    )
    return f'<table style="{_STYLE}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(is_number: bool, text: str = "") -> str:
    wrapped = "" if len(text) > LONGEST_LINE else ";white-space:nowrap"
    return f"text-align:{'right' if is_number else 'left'};padding:.1em 1em .1em 0;vertical-align:top{wrapped}"


def _text(cell: Cell) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float):
        return format_amount(cell, digits=4)
    return f"{cell:,}" if isinstance(cell, int) else cell
