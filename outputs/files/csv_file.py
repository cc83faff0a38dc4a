"""A result as a CSV file: the long table, and with each row where it comes from.

Digest of the scenario, seed, trajectories, method and version stand in columns of their own at the end, the same in
every row of a variant: a comment before the header would be in the way of spreadsheets and of most readers, and a
second file would be lost. So rows of several runs may be put together and stay told apart.

Numbers have the shortest digits that read back as the same float64; a runway beyond the horizon is ``inf``. A text that
a spreadsheet would take for a formula (it begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return) is
written after an apostrophe. The file is UTF-8, marked as such (BOM) only where it has characters that are not ASCII,
which Excel would misread without.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np

from burncast.engine.documents.sheet_cells import quoted_text
from burncast.outputs.files.long_table import LabelColumn, long_table
from burncast.outputs.results.provenance import each_variant, provenance

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["encode_csv"]

CARRIED = ("sha256", "seed", "trajectories", "method", "burncast")


def encode_csv(result: xr.Dataset) -> bytes:
    """The file; columns are those of :mod:`burncast.outputs.files.long_table`, then where it comes from."""
    table = long_table(result)
    origins = {name: provenance(one) for name, one in each_variant(result).items()}
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow([*table.before, "value", *table.after, *CARRIED])
    tails = [[quoted_text(origin.get(key, "")) for key in CARRIED] for origin in origins.values()]
    variants = table.before["variant"].codes.tolist() if "variant" in table.before else np.zeros_like(table.value, int)
    before, after = _cells(table.before), _cells(table.after)
    for place, (value, variant) in enumerate(zip(table.value.tolist(), variants, strict=True)):
        labels, ends = ([texts[code] for codes, texts in side for code in (codes[place],)] for side in (before, after))
        writer.writerow([*labels, repr(value), *ends, *tails[variant]])
    text = lines.getvalue()
    return text.encode("utf-8" if text.isascii() else "utf-8-sig")


def _cells(columns: dict[str, LabelColumn]) -> list[tuple[list[int], list[str]]]:
    """Each column's codes, and the text of each label; −1 finds the last, which is empty."""
    return [
        (column.codes.tolist(), [*(quoted_text(str(label)) for label in column.labels), ""])
        for column in columns.values()
    ]
