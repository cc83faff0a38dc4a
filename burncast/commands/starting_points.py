"""Packaged scenarios as starting points: listed, and copied with their comments."""

from __future__ import annotations

from dataclasses import asdict

from burncast.engine.documents.packaged import find_packaged, list_packaged
from burncast.engine.documents.template import SCHEMA_LINE, TEMPLATE
from burncast.terminal import write_json, write_out

__all__ = ["show_starting_points", "starting_point"]

_HEADINGS = {"example": "Examples", "model": "Models to extend"}


def show_starting_points(*, as_json: bool) -> None:
    """Every packaged scenario with its title and what it shows, on stdout."""
    packaged = list_packaged()
    if as_json:
        write_json([asdict(entry) for entry in packaged])
        return
    width = max((len(entry.name) for entry in packaged), default=0) + 3
    for purpose, heading in _HEADINGS.items():
        write_out(f"{heading}\n\n")
        for entry in packaged:
            if entry.purpose == purpose:
                write_out(f"{entry.name:<{width}}{entry.title}\n")
                write_out(f"{'':<{width}}{entry.description}\n\n" if entry.description else "\n")
    write_out("`burncast run NAME` runs one, `burncast init --from NAME > my.toml` copies it to start from.\n")


def starting_point(name: str | None) -> str:
    """The text of a packaged scenario, or of the template; both name the editor's schema beside the file.

    Raises :class:`~burncast.distributions.errors.ScenarioError` where no packaged scenario has this name.
    """
    if name is None:
        return TEMPLATE
    text = find_packaged(name).read_text(encoding="utf-8")
    first, line_end, rest = text.partition("\n")
    return SCHEMA_LINE + rest if first.startswith("#:schema") and line_end else text
