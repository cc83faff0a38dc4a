"""The one look of tables on the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.table import Table
from rich.text import Text

__all__ = ["add_texts", "new_table"]


def new_table(first: str, *others: str, left: int = 1) -> Table:
    """An empty table of these columns: the first ``left`` of them hold words, the others numbers, to the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for place, heading in enumerate((first, *others)):
        table.add_column(Text(heading), justify="left" if place < left else "right", no_wrap=True)
    return table


def add_texts(table: Table, cells: Iterable[str]) -> None:
    """A row of plain words: a bracket in a name is no markup."""
    table.add_row(*(Text(cell) for cell in cells))
