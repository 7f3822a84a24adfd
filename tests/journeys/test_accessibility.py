"""axe finds no violation of WCAG 2.2, levels A and AA, on any page; panels do not overlap."""

from __future__ import annotations

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
PAGES = ("/", "/timelapses", "/cameras", "/pair", "/operations", "/no-such-page")
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
        assert page.evaluate(FIND_OVERLAPS) == []
        page.get_by_role("button", name="Change", exact=True).click()
        expect(page.get_by_label("Interval in seconds")).to_be_visible()
        assert violations(page) == [], scheme


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
