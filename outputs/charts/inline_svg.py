"""Pictures as parts of a page: SVG without anything of a file's, with a title, a description and ids of its own."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

__all__ = ["FONTS", "Picture", "figure_picture"]

FONTS = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', sans-serif"
_SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "burncast"}
_REFERENCE = re.compile(r"(url\(#|href=\"#)([^)\"]+)")
_ID = re.compile(r' id="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing: the ``inside`` of an ``svg`` element whose ids all begin with ``name``, its ``view`` (left, top, width
    and height, as in ``viewBox``), a title, and what it shows in words.
    """

    name: str
    view: str
    inside: str
    title: str
    description: str

    def inline(self) -> Markup:
        """As a part of a page."""
        name = escape(self.name)
        return Markup(
            f'<svg role="img" viewBox="{self.view}" aria-labelledby="{name}-title {name}-text">'
            f'<title id="{name}-title">{escape(self.title)}</title>'
            f'<desc id="{name}-text">{escape(self.description)}</desc>{self.inside}</svg>'
        )

    def alone(self) -> bytes:
        """As a file of its own."""
        _, _, width, height = self.view.split()
        space = 'xmlns="http://www.w3.org/2000/svg" xml:space="preserve"'
        opened = f'<svg {space} viewBox="{self.view}" width="{width}" height="{height}">'
        return f"{opened}{self.inside}</svg>".encode()


def figure_picture(figure: Figure, name: str, title: str, description: str) -> Picture:
    """A matplotlib figure as a picture, in which text stays text."""
    buffer = io.StringIO()
    with mpl.rc_context(_SETTINGS):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    drawn = buffer.getvalue()
    view = re.search(r'viewBox="([^"]+)"', drawn)
    if view is None:
        raise ValueError("matplotlib wrote a picture without a viewBox")
    inside = drawn[drawn.index(">", drawn.index("<svg")) + 1 : drawn.rindex("</svg>")]
    inside = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", "", inside, flags=re.DOTALL)
    used = {reference for _, reference in _REFERENCE.findall(inside)}
    inside = _ID.sub(lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", inside)
    inside = _REFERENCE.sub(lambda found: f"{found[1]}{name}-{found[2]}", inside).replace("xlink:href", "href")
    inside = re.sub(r"(font: [^;\"]*?px )[^;\"]*", lambda found: found[1] + FONTS, inside)
    return Picture(name, view[1], re.sub(r"\n\s*", "\n", inside).strip(), title, description)
