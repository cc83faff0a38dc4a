"""Pictures as parts of a page: SVG without anything of a file's, with a title, a description and ids of its own."""

from __future__ import annotations

import io
import re
from html import escape
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

__all__ = ["inline_figure", "svg_open"]

FONTS = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', sans-serif"
_SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "burncast"}
_REFERENCE = re.compile(r"(url\(#|href=\"#)([^)\"]+)")
_ID = re.compile(r' id="([^"]*)"')


def inline_figure(figure: Figure, name: str, title: str, description: str) -> Markup:
    """A figure as an ``svg`` element whose ids all begin with ``name``; text stays text."""
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
    inside = re.sub(r"\n\s*", "\n", inside)
    return svg_open(name, view[1], title, description) + Markup(inside.strip()) + Markup("</svg>")


def svg_open(name: str, view: str, title: str, description: str) -> Markup:
    """The beginning of an ``svg`` element that says in words what it shows."""
    return Markup(
        f'<svg role="img" viewBox="{view}" aria-labelledby="{name}-title {name}-text">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-text">{escape(description)}</desc>'
    )
