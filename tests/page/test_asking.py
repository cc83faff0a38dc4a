"""Moving inputs by hand: drag, type, undo, reload, and what happens with a bad value."""

from __future__ import annotations

import pytest
from page.reading import SCENARIO, address, answered, box, probability, refined, sentence, slider

import burncast

FOLLOW = """() => {
    window.seen = [];
    new MutationObserver(() => {
      window.seen.push([Number(document.body.dataset.drawn), document.querySelector("#answer .sentence").textContent]);
    }).observe(document.body, { attributeFilter: ["data-drawn"] });
}"""


def has_focus(control):
    return control.evaluate("one => one === document.activeElement")


def row_of(page, control):
    return page.get_by_role("listitem").filter(has=control)


def test_the_answer_is_that_of_python_and_its_error_shrinks(visit):
    page = refined(visit())
    forecast = burncast.simulate(SCENARIO, 1_000_000)
    share, error = probability(page)
    assert share == pytest.approx(100 * forecast["ruin_probability"].item(-1), abs=0.006)
    assert error == pytest.approx(100 * forecast["ruin_probability_se"].item(-1), abs=0.006)
    assert "by June 2026" in sentence(page)
    page.evaluate(FOLLOW)
    slider(page, "growth").press("ArrowRight")
    page.wait_for_function("() => window.seen.length > 2 && window.seen.at(-1)[0] === 1000000")
    seen = page.evaluate("window.seen")
    errors = [float(text.replace("\u00a0", " ").split(" ± ")[1].split()[0]) for _, text in seen]
    assert [count for count, _ in seen] == sorted(count for count, _ in seen)
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > errors[-1]
    page.get_by_text("As a table").first.click()
    page.get_by_role("row", name="January 2025").first.wait_for()


def test_a_drag_moves_law_and_answer_and_reset_puts_them_back(visit):
    page = visit()
    opening = answered(page)
    requests = []
    page.on("request", lambda request: request.url.endswith("/api/forecast") and requests.append(request))
    handle = slider(page, "growth").bounding_box()
    across, down = handle["x"] + handle["width"] * 0.5, handle["y"] + handle["height"] / 2
    page.mouse.move(across, down)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(across + 2 * step, down)
    page.mouse.up()
    assert answered(page) < opening - 2
    assert len(requests) < 40, "a drag asks as fast as pictures come, not as fast as the mouse moves"
    assert row_of(page, slider(page, "growth")).locator(".text").inner_text() != "normal(mean=0.02, sd=0.02)"
    assert "i.growth=" in address(page)
    page.get_by_role("button", name="Reset growth").click()
    assert answered(page) == pytest.approx(opening, abs=1)
    assert has_focus(slider(page, "growth")), "the focus stays at the input"
    assert address(page) == "#v=base"


def test_typing_stepping_undo_redo_and_reload(visit):
    page = visit()
    opening = answered(page)
    costs = box(page, "costs")
    costs.fill("60k")
    costs.press("Enter")
    typed = answered(page)
    assert typed > opening + 10
    assert "i.costs=60000" in address(page)
    assert slider(page, "costs").get_attribute("aria-valuetext") == "60k EUR/month"
    slider(page, "growth").press("End")
    both = answered(page)
    assert both < typed - 10
    page.keyboard.press("Control+z")
    assert answered(page) == pytest.approx(typed, abs=1)
    page.get_by_role("button", name="Undo").click()
    assert answered(page) == pytest.approx(opening, abs=1)
    assert address(page) == "#v=base"
    page.keyboard.press("Control+Shift+Z")
    page.keyboard.press("Control+y")
    assert answered(page) == pytest.approx(both, abs=1)
    asked = address(page)
    page.reload()
    page.wait_for_selector("body[data-drawn]")
    assert address(page) == asked, "the address says what is asked"
    assert answered(page) == pytest.approx(both, abs=1)
    assert costs.input_value() == "60k"
    costs.press("ArrowDown")
    answered(page)
    assert "i.costs=60000" not in address(page)


def test_an_input_that_comes_back_leaves_nothing_in_the_address(visit):
    page = refined(visit())
    marketing = box(page, "marketing")
    for value in ("7000", "6000"):
        marketing.fill(value)
        marketing.press("Enter")
    answered(page)
    assert address(page) == "#v=base"
    marketing.press("ArrowUp")
    answered(page)
    assert "i.marketing=" in address(page)


def test_an_input_that_may_move_next_is_prepared(visit):
    """Where the mouse rests on its slider, where it has the focus, and where it was moved; with what is asked then."""
    page = visit()
    growth = slider(page, "growth")
    with page.expect_response("**/api/prepare") as pointed_at:
        growth.hover()
    page.mouse.move(0, 0)
    with page.expect_response("**/api/prepare") as focused:
        growth.focus()
    with page.expect_response("**/api/prepare") as moved:
        growth.press("ArrowRight")
    responses = [expected.value for expected in (pointed_at, focused, moved)]
    assert all(response.ok for response in responses)
    bodies = [response.request.post_data_json for response in responses]
    assert [body["moving"] for body in bodies] == ["growth"] * 3
    assert [list(body["changes"]) for body in bodies] == [[], [], ["growth"]]


def test_a_picture_does_not_wait_for_a_preparation(visit):
    page = visit()
    before = answered(page)
    page.route("**/api/prepare", lambda _: None)  # never answered
    with page.expect_request("**/api/prepare"):
        slider(page, "growth").focus()
    with (
        page.expect_event("requestfailed", lambda request: request.url.endswith("/api/prepare")),
        page.expect_request("**/api/forecast") as asked,
    ):
        slider(page, "growth").press("Home")
    assert asked.value.post_data_json["moving"] == "growth"
    assert answered(page) != before


def test_the_law_can_be_rewritten_and_its_numbers_changed(visit):
    page = visit()
    opening = answered(page)
    row = row_of(page, slider(page, "growth"))
    row.locator("summary").click()
    row.get_by_role("textbox", name="Written as, growth").fill("uniform(-0.1, 0.0)")
    page.keyboard.press("Enter")
    assert answered(page) > opening + 5
    assert "uniform" in row.locator(".text").inner_text()
    row.get_by_role("button", name="Reset growth").click()
    assert answered(page) == pytest.approx(opening, abs=1)
    row.get_by_role("textbox", name="mean, growth").fill("0.08")
    page.keyboard.press("Tab")
    assert answered(page) < opening - 5
    assert "a.growth=mean:0.08" in address(page)
    slider(page, "growth").press("Home")
    assert answered(page) > opening
    assert "x.growth=normal(mean=0.08" in address(page), "the slider moves the law that was written"


def test_a_bad_value_is_told_at_its_input_and_the_page_goes_on(visit, told):
    told.allowed = ("422",)
    page = visit("#x.growth=2%20to%201")
    page.get_by_text("growth: ").wait_for()
    opening = answered(page)
    marketing = box(page, "marketing")
    marketing.fill("a lot")
    marketing.press("Enter")
    row = row_of(page, marketing)
    assert "not a number" in row.locator(".mistake").inner_text()
    assert marketing.get_attribute("aria-invalid") == "true"
    assert has_focus(marketing)
    slider(page, "price (team)").press("ArrowRight")
    answered(page)
    assert marketing.input_value() == "a lot", "an answer to something else leaves it there"
    page.keyboard.press("Control+z")
    marketing.press("Escape")
    assert row.locator(".mistake").inner_text() == ""
    growth = row_of(page, slider(page, "growth"))
    growth.locator("summary").click()
    law = growth.get_by_role("textbox", name="Written as, growth")
    law.fill("normall(mean=0, sd=1)")
    law.press("Enter")
    growth.locator(".mistake:not(:empty)").wait_for()
    assert "normal" in growth.locator(".mistake").inner_text()
    assert has_focus(law)
    assert probability(page)[0] == pytest.approx(opening, abs=1)
    assert law.input_value() == "normall(mean=0, sd=1)", "it can be mended"
    assert address(page) == "#v=base", "and is not part of the question"
    slider(page, "growth").press("End")
    assert answered(page) < opening - 10
    assert growth.locator(".mistake").inner_text() == ""
    assert law.input_value().startswith("normal(")


def test_two_tabs_ask_at_once_and_do_not_meet(visit):
    pages = {"0": visit(), "20k": visit()}
    for value, page in pages.items():
        box(page, "marketing").fill(value)
        box(page, "marketing").press("Enter")
    none, most = (answered(page) for page in pages.values())
    assert none != pytest.approx(most, abs=1)
    assert [address(page) for page in pages.values()] == ["#v=base&i.marketing=0", "#v=base&i.marketing=20000"]
