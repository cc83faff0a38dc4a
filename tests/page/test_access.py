"""For everybody: by keyboard alone, by name, at 360 px, in light and dark, without motion."""

from __future__ import annotations

import re

from page.reading import sentence, slider

# Every text that can be seen and has less contrast with what is behind it than WCAG 2.2 AA asks (1.4.3).
FAINT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([r, g, b]) => {
    const linear = (one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4;
    const [x, y, z] = [r, g, b].map((one) => linear(one / 255));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (place) => {
    for (let at = place; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return rgba("white");
  };
  const faint = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const place = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !place.checkVisibility()) continue;
    if (place.closest("[aria-disabled=true], :disabled, noscript")) continue;
    const style = getComputedStyle(place);
    const [light, dark] = [luminance(rgba(style.color)), luminance(ground(place))].sort((one, other) => other - one);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if ((light + 0.05) / (dark + 0.05) < (large ? 3 : 4.5)) faint.push(texts.currentNode.data.trim());
  }
  return faint;
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  const seen = one.matches(":focus-visible") && getComputedStyle(one).outlineStyle !== "none";
  return [one.id || one.textContent.trim() || one.getAttribute("aria-label"), seen];
}"""


MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  return parseFloat(style.transitionDuration) > 0 || parseFloat(style.animationDuration) > 0;
}).length"""


def test_it_fits_can_be_read_and_every_control_has_a_name(visit):
    page = visit("#i.marketing=9000")
    page.get_by_role("button", name="Pin as baseline").click()
    page.locator("li.input summary").first.click()
    slider(page, "growth").press("ArrowRight")
    page.wait_for_function("() => document.querySelector('#answer .compared').textContent !== ''")
    for scheme, ground in (("dark", "rgb(18, 23, 28)"), ("light", "rgb(255, 255, 255)")):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == ground
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 740})
            page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
            assert page.evaluate(FAINT) == [], scheme
    shown = page.locator("body").aria_snapshot()
    controls = re.findall(r"- (slider|textbox|searchbox|checkbox|button|tab|img|table|progressbar)\b(.*)", shown)
    assert len(controls) > 25
    assert [kind for kind, rest in controls if not rest.startswith(' "')] == []
    assert len(re.findall(r"heading .*\[level=1\]", shown)) == 1
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == 0


def test_the_whole_page_by_keyboard_with_the_focus_in_sight(visit):
    page = visit()
    before = sentence(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inputs", "the first link leads to the inputs"
    page.locator("#title").click()  # tabbing goes on from where one clicks
    stops = []
    while "search" not in stops or len(stops) < 25:
        page.keyboard.press("Tab")
        name, seen = page.evaluate(FOCUSED)
        assert seen, f"the focus at {name} cannot be seen"
        stops.append(name)
    for needed in ("undo", "pin", "save", "report", "tab-base", "Find out why", "search"):
        assert needed in stops
    assert "tab-slow_market" not in stops, "a tab list is one stop"
    slider(page, "growth").focus()
    page.keyboard.press("PageDown")
    page.wait_for_function("before => document.querySelector('#answer .sentence').textContent !== before", arg=before)
    spoken = page.locator("#spoken")
    page.wait_for_function("() => document.querySelector('#spoken').textContent.includes('chance of running out')")
    assert spoken.get_attribute("aria-live") == "polite"
