"""The scenario of the tests of the page, and what they read off it and wait for."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["SCENARIO", "address", "answered", "box", "probability", "refined", "sentence", "slider"]

SCENARIO = Path(__file__).parent / "kiosk.toml"
REFINED = 'body[data-drawn="1000000"]'


def sentence(page):
    return page.locator("#answer .sentence").inner_text()


def probability(page):
    """The probability of ruin in per cent, and its error."""
    found = re.match(r"([\d.,]+)\s%\s±\s([\d.,]+)", sentence(page).replace("\u00a0", " "))
    assert found, sentence(page)
    return tuple(float(number.replace(",", ".")) for number in found.groups())


def refined(page):
    """Wait until a million futures are drawn of what is asked now."""
    page.wait_for_selector(f"{REFINED}:not([data-busy]):not([data-stale])")
    return page


def answered(page):
    """Wait until what is drawn answers what is asked; the probability."""
    page.wait_for_selector("body:not([data-stale])")
    return probability(page)[0]


def address(page):
    """The question that the address asks."""
    return page.evaluate("decodeURIComponent(location.hash)")


def slider(page, label):
    return page.get_by_role("slider", name=label, exact=True)


def box(page, label):
    return page.get_by_role("textbox", name=f"{label}, value", exact=True)
