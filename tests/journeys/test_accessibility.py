"""axe finds no violation of WCAG 2.2, levels A and AA, on any page; panels do not overlap."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import ROOT

AXE = ROOT / "reference_app" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """async (part) => {
  const levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const { violations } = await axe.run(part, { runOnly: levels });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`));
}"""
FIND_OVERLAPS = """() => {
  const panels = [...document.querySelectorAll("main section, main figure")];
  const boxes = panels.map((panel) => panel.getBoundingClientRect());
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  return panels.flatMap((panel, first) => panels
    .filter((other, second) => first < second && !panel.contains(other)
      && !apart(boxes[first], boxes[second]))
    .map((other) => `${panel.innerText.slice(0, 30)} overlaps ${other.innerText.slice(0, 30)}`));
}"""
#: What covers something else, is cut off, or leaves the window. Labels lie on their fields.
FIND_COLLISIONS = """() => {
  const shows = (one) => one.matches("button, input, img")
    || [...one.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim() !== "");
  const isHidden = (one) => one.closest("label, legend, fieldset") !== null
    || getComputedStyle(one).clipPath !== "none" || one.offsetWidth === 0;
  const found = [...document.querySelectorAll("main *")].filter((one) => shows(one) && !isHidden(one));
  const name = (one) => `${one.localName} ${(one.innerText || one.alt || one.name || "").slice(0, 40)}`;
  const boxes = found.map((one) => one.getBoundingClientRect());
  const apart = (a, b) =>
    a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  const covering = found.flatMap((one, first) => found
    .filter((other, second) => first < second && !one.contains(other) && !apart(boxes[first], boxes[second]))
    .map((other) => `${name(one)} lies on ${name(other)}`));
  const isCut = (one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
    && getComputedStyle(one).display !== "inline" && getComputedStyle(one).textOverflow !== "ellipsis";
  const cut = found.filter((one) => one.localName !== "input" && isCut(one))
    .map((one) => `${name(one)} is cut off`);
  const outside = found.filter((one, at) => boxes[at].right > innerWidth + 1 || boxes[at].left < -1)
    .map((one) => `${name(one)} leaves the window`);
  return [...covering, ...cut, ...outside];
}"""
#: Where everything is that doesn't move.
LAYOUT = """() => [
  ...document.querySelectorAll("main *:not([role=progressbar], [role=progressbar] *)")
].map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return [one.localName, ...[x, y, width, height].map(Math.round)].join(" ");
})"""
#: The tables of which a part is out of sight until somebody scrolls them.
CUT_TABLES = """() => [...document.querySelectorAll("main table")]
  .filter((each) => each.parentElement.scrollWidth > each.parentElement.clientWidth)
  .map((each) => each.parentElement.getAttribute("aria-label"))"""
FIND_ENDLESS = """() => document.getAnimations()
  .filter((each) => each.playState === "running" && each.effect.getComputedTiming().iterations === Infinity)
  .map((each) => `${each.animationName} of ${each.effect.target.outerHTML.slice(0, 80)}`)"""
PAGES = ("/", "/timelapses", "/cameras", "/pair", "/operations", "/people", "/account", "/no-such-page")
#: Only the content of these pages is checked, not Django's own frame.
ADMIN_PAGES = tuple(
    f"/admin/{page}/"
    for page in (
        "eliot_progress/taskrecord",
        "eliot_progress/logmessage",
        "fsmlock/run",
        "queue_insight/queue",
    )
)


def test_no_page_violates_the_accessibility_rules_in_light_or_dark(shared_stack, visitor):
    stack, page = shared_stack, visitor.page
    for _ in in_each_scheme(page):
        page.goto(stack.address)
        expect(page.get_by_label("Password")).to_be_visible()
        assert violations(page) == []
    visitor.open_timelapse(stack)
    expect(visitor.find("movie-card").first).to_be_visible()
    for scheme in in_each_scheme(page):
        for path in (*PAGES, *ADMIN_PAGES):
            page.goto(stack.address + path)
            expect(page.locator("h1").last).to_be_visible()
            assert violations(page, "#content" if path in ADMIN_PAGES else "html") == [], (scheme, path)
        page.goto(f"{stack.address}/cameras")
        visitor.find("camera-card").get_by_role("link").first.click()
        expect(page.get_by_role("region", name="Timeline")).to_be_visible()
        expect(visitor.find("health-chart").first).to_be_visible()
        assert page.evaluate(FIND_OVERLAPS) == []
        page.get_by_role("button", name="More actions").click()
        expect(page.get_by_role("menuitem").last).to_have_text("Revoke")
        assert violations(page) == [], scheme
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Change", exact=True).click()
        expect(page.get_by_label("Interval in seconds")).to_be_visible()
        assert violations(page) == [], scheme


def test_the_tables_of_operations_fit_on_a_phone(shared_stack, visitor):
    page = visitor.page
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.sign_in(shared_stack)
    page.goto(f"{shared_stack.address}/operations")
    row = visitor.find("periodic-task").filter(has_text="Send notifications")
    expect(row).to_contain_text("every 10 s")
    assert page.evaluate(CUT_TABLES) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert violations(page) == []


def test_nothing_goes_on_moving_for_who_prefers_less_motion(shared_stack, visitor):
    page = visitor.page
    visitor.sign_in(shared_stack)
    page.goto(f"{shared_stack.address}/design")
    expect(page.get_by_role("heading", name="Design")).to_be_visible()
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(FIND_ENDLESS) != [], "the check finds what it is for"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(FIND_ENDLESS) == []


@pytest.mark.parametrize("width", [1280, 360])
def test_no_component_of_the_design_covers_another_at_any_width_or_in_any_scheme(
    shared_stack, visitor, width
):
    page = visitor.page
    page.set_viewport_size({"width": width, "height": 800})
    visitor.sign_in(shared_stack)
    page.goto(f"{shared_stack.address}/design")
    expect(page.get_by_role("heading", name="Design")).to_be_visible()
    layouts = []
    for _ in in_each_scheme(page):
        assert violations(page) == []
        assert page.evaluate(FIND_COLLISIONS) == []
        layouts.append(page.evaluate(LAYOUT))
    assert layouts[0] == layouts[1], "dark is a matter of colors alone"

    page.get_by_role("button", name="More actions").press("Enter")
    page.keyboard.press("ArrowDown")
    refused = page.get_by_role("menuitem", name="Restart agent")
    expect(refused).to_be_focused()
    expect(refused).to_contain_text("The agent has never connected.")
    expect(page.get_by_role("menu")).to_be_in_viewport(ratio=1)
    for _ in in_each_scheme(page):
        assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="More actions")).to_be_focused()

    page.get_by_role("button", name="Ask first").click()
    expect(page.get_by_role("dialog")).to_be_in_viewport(ratio=1)
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Say that it failed").click()
    expect(page.get_by_role("alert").filter(has_text="Try again in a minute.")).to_be_in_viewport(ratio=1)
    page.add_style_tag(content="main button { margin-top: -20px !important }")
    assert page.evaluate(FIND_COLLISIONS) != [], "the check finds what it is for"


#: Whether the page has taken the scheme, and its colors are settled. Django's admin has no attribute for it.
SHOWS_SCHEME = """scheme =>
    [scheme, null].includes(document.documentElement.getAttribute("data-color-scheme"))
    && !document.getAnimations().some(each => each instanceof CSSTransition)"""


def in_each_scheme(page):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function(SHOWS_SCHEME, arg=scheme)
        yield scheme


def violations(page, part="html"):
    """Return the violations on a page."""
    page.evaluate(AXE.read_text())
    return page.evaluate(RUN_AXE, part)
