"""Inputs that follow from others or are known by date, moved as multiples of what they would be."""

from __future__ import annotations

import pytest
from page.reading import address, answered, slider

import burncast

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (the extra dev has it)").expect
FOLLOWED, DATED = "yearly marketing", "rent"


def multiple(page, label):
    return page.get_by_role("textbox", name=f"{label}, multiple", exact=True)


def opened(page):
    """The page with the groups open in which they stand."""
    for name in ("Taken as given", "Follows from others"):
        page.get_by_text(name).click()
    return page


def row_of(page, label):
    return page.get_by_role("listitem").filter(has=slider(page, label))


def test_a_followed_input_and_a_schedule_move_by_keyboard(visit, tmp_path):
    page = opened(visit())
    opening = answered(page)
    expect(multiple(page, FOLLOWED)).to_have_value("×1")
    expect(row_of(page, FOLLOWED).locator(".unit")).to_have_text("multiple of what others give\nmiddle 72k EUR/year")
    expect(row_of(page, DATED).locator(".unit")).to_have_text("multiple of its schedule\nfrom 2,000 to 3,000 EUR/month")
    for label in (FOLLOWED, DATED):
        expect(row_of(page, label).locator(".hill")).to_be_visible()
        expect(slider(page, label)).to_have_attribute("aria-valuetext", "×1")
    slider(page, FOLLOWED).press("End")
    expect(multiple(page, FOLLOWED)).to_have_value("×5")
    expect(row_of(page, FOLLOWED).locator(".text")).to_have_text("5 * (12 * marketing)")
    dear = answered(page)
    assert dear > opening + 5
    page.keyboard.press("ArrowLeft")
    expect(row_of(page, FOLLOWED).locator(".text")).to_have_text("4.92 * (12 * marketing)")
    page.keyboard.press("End")
    slider(page, DATED).press("ArrowRight")
    expect(row_of(page, DATED).locator(".text")).to_have_text("1.02 * schedule")
    page.keyboard.press("ArrowLeft")
    expect(row_of(page, DATED).locator(".text")).to_have_text("schedule")
    answered(page)
    assert "rent" not in address(page), "moved back is not changed"
    for typed, shown in (("×4", "×4"), ("250 %", "×2.5"), ("5", "×5")):
        multiple(page, DATED).fill(typed)
        page.keyboard.press("Enter")
        expect(multiple(page, DATED)).to_have_value(shown)
    row_of(page, DATED).locator("summary").click()
    page.get_by_text("The scenario says: 2025-01: 2,000 · 2025-10: 3,000").wait_for()
    expect(row_of(page, DATED).locator(".unit")).to_contain_text("from 10k to 15k EUR/month")
    both = answered(page)
    assert both > dear
    assert address(page) == "#v=base&i.rent=×5&i.yearly_marketing=×5"
    asked = address(page)
    page.reload()
    page.wait_for_selector("body[data-drawn]")
    assert address(page) == asked
    assert abs(answered(opened(page)) - both) < 1
    expect(multiple(page, DATED)).to_have_value("×5")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Save as scenario").click()
    downloading.value.save_as(tmp_path / "mine.toml")
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    assert 'rent = { schedule = { "2025-01" = 10000, "2025-10" = 15000 }' in text
    saved = burncast.simulate(tmp_path / "mine.toml", 100_000)["ruin_probability"].item(-1)
    assert abs(100 * saved - both) < 1
    page.get_by_role("button", name="Reset rent").click()
    expect(multiple(page, DATED)).to_have_value("×1")
    page.keyboard.press("Control+z")
    expect(multiple(page, DATED)).to_have_value("×5")
    page.get_by_role("button", name="Reset all").click()
    expect(multiple(page, FOLLOWED)).to_have_value("×1")
    assert abs(answered(page) - opening) < 1


def test_what_is_no_multiple_is_told_and_a_variant_says_its_own(visit):
    page = opened(visit("#i.yearly_marketing=×0.5"))
    expect(multiple(page, FOLLOWED)).to_have_value("×0.5")
    for typed in ("a lot", "-2"):
        multiple(page, FOLLOWED).fill(typed)
        page.keyboard.press("Enter")
        expect(row_of(page, FOLLOWED).locator(".mistake")).to_have_text(
            f"“{typed}” is no multiple; write it like ×1.2, 1.2 or 120\u00a0%."
        )
    page.keyboard.press("Escape")
    expect(row_of(page, FOLLOWED).locator(".mistake")).to_have_text("")
    slider(page, "marketing").press("End")
    expect(row_of(page, FOLLOWED).locator(".unit")).to_contain_text("middle 120k EUR/year")
    page.get_by_role("tab", name="slow market").click()
    answered(page)
    expect(multiple(page, FOLLOWED)).to_have_value("×0.5")
    expect(row_of(page, FOLLOWED).locator(".text")).to_have_text("0.5 * (12 * marketing)")
