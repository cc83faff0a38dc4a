"""What a scenario had said of figures that became known later, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from burncast.outputs.tables.table_layout import add_texts, new_table
from burncast.outputs.words.amounts import format_amount

__all__ = ["hindsight_table"]


def hindsight_table(title: str, rows: Sequence[Mapping[str, Any]]) -> RenderableType:
    """A row for each report: what was forecast (5, 50 and 95 %), what was said, and how likely it was called."""
    table = new_table("Figure", "said", "forecast: p5", "p50", "p95", "PIT", "", left=2)
    for row in rows:
        forecast = row["forecast"]
        likely = f"{row['pit']:.3f}" if not row["bound"] else f"{100 * row['pit']:.0f} % that it holds"
        spread = [format_amount(forecast[key]) for key in ("p5", "p50", "p95")]
        add_texts(table, [row["figure"], row["said"], *spread, likely, "missed" if row["missed"] else ""])
    reports = [row for row in rows if not row["bound"]]
    held = sum(not row["missed"] for row in reports)
    count = len(reports)
    closing = f"The central 90 % held {held} of {count} report{'s' if count != 1 else ''}." if count else ""
    return Group(Text(title, style="bold"), Text(), table, Text(), Text(closing))
