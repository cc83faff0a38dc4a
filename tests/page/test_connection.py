"""The server is killed and comes back; a page that it does not know is told where to look."""

from __future__ import annotations

from page.reading import address, answered, box


def test_the_page_outlives_the_server(visit, server, told):
    told.allowed = ("net::ERR", "Failed to load resource")
    page = visit()
    before = answered(page)
    server.kill()
    try:
        box(page, "marketing").fill("0")
        box(page, "marketing").press("Enter")
        page.get_by_text("burncast does not answer").wait_for()
    finally:
        server.start()
    page.get_by_text("burncast is back").wait_for()
    assert answered(page) < before
    assert page.locator("#outage").inner_text() == ""
    assert box(page, "marketing").input_value() == "0"
    assert "i.marketing=0" in address(page)


def test_a_page_with_another_token_is_told_so(visit, told, server):
    told.allowed = ("403",)
    page = visit()
    page.evaluate("history.replaceState(null, '', '/?token=stale')")
    answer = page.goto(f"{server.origin}/?token=stale")
    assert answer.status == 403
    assert "burncast serve" in page.locator("body").inner_text()
