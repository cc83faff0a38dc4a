"""Variants, a pinned baseline, why, and the files to take away."""

from __future__ import annotations

import pytest
from page.reading import address, answered, box, slider

import burncast


def test_variants_are_tabs_and_keep_what_was_changed(visit):
    page = visit("#i.marketing=8000")
    base = answered(page)
    page.get_by_role("tab", name="Base").press("ArrowRight")
    slow = page.get_by_role("tab", name="slow market")
    assert slow.get_attribute("aria-selected") == "true"
    assert slow.evaluate("one => one === document.activeElement")
    assert answered(page) > base + 5
    assert box(page, "marketing").input_value() == "8000"
    assert address(page) == "#v=slow_market&i.marketing=8000"
    page.keyboard.press("Control+z")
    assert answered(page) == pytest.approx(base, abs=1)


def test_a_baseline_stays_behind_what_is_asked(visit):
    page = visit()
    answered(page)
    page.get_by_role("button", name="Pin as baseline").click()
    slider(page, "growth").press("Home")
    answered(page)
    compared = page.locator("#answer .compared")
    assert compared.inner_text().startswith("Baseline (Base): ")
    assert "points more now" in compared.inner_text().replace("\u00a0", " ")
    page.get_by_text("As a table").first.click()
    page.get_by_role("columnheader", name="baseline").wait_for()
    page.reload()
    page.wait_for_function("() => document.querySelector('#answer .compared')?.textContent")
    page.get_by_role("button", name="Let go of baseline").click()
    assert compared.inner_text() == ""


def test_why_says_which_input_matters_and_leads_there(visit):
    page = visit()
    page.get_by_role("button", name="Find out why").click()
    bars = page.get_by_role("table", name="The inputs that move the answer most")
    bars.wait_for()
    assert bars.get_by_role("rowheader").first.inner_text() == "costs"
    bars.get_by_role("button", name="growth").click()
    assert slider(page, "growth").evaluate("one => one === document.activeElement")
    page.keyboard.press("ArrowRight")
    page.get_by_text("This was the answer to an earlier question.").wait_for()


def test_the_question_is_taken_away_as_a_scenario_and_as_a_report(visit, tmp_path):
    page = visit("#i.marketing=9000&i.growth=0.03")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Save as scenario").click()
    page.get_by_text("is in your downloads").wait_for()
    downloading.value.save_as(tmp_path / "mine.toml")
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    assert "# counted twice" in text
    assert "# nobody grows" in text
    saved = burncast.simulate(tmp_path / "mine.toml", 100_000)["ruin_probability"].item(-1)
    assert answered(page) == pytest.approx(100 * saved, abs=1)
    # What a report holds is tested with the server; here that the page asks for it and takes it away.
    told = {"body": "<!DOCTYPE html>", "headers": {"Content-Disposition": 'attachment; filename="kiosk.html"'}}
    asked = []
    page.route("**/api/report.html", lambda route: (asked.append(route.request.post_data_json), route.fulfill(**told)))
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download report").click()
    assert downloading.value.suggested_filename == "kiosk.html"
    assert asked[0]["changes"] == {"growth": {"centre": 0.03}, "marketing": {"centre": 9000}}
    assert asked[0]["lang"] == "en"
