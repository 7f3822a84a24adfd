"""A first visit is steady: something is painted at once, the content follows, and nothing moves then."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .test_home import DESKTOP, PHONE

#: Web Vitals calls 0.1 good. What follows a click counts here, too: signing in leads to the first page.
MOST = 0.02
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries())
    window.shifts.push({ value, of: sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? "") });
}).observe({ type: "layout-shift", buffered: true });
"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
#: What the bar at the top and the page below it look like, whoever drew them.
LOOK = """() => {
  const bar = document.elementFromPoint(innerWidth / 2, 30).closest("header, .bar");
  const [img, { height }] = [bar.querySelector("img, svg"), bar.getBoundingClientRect()];
  const { x, y, width } = img.getBoundingClientRect();
  const { backgroundColor, borderBottomColor } = getComputedStyle(bar);
  const page = getComputedStyle(document.body).backgroundColor;
  return { height, logo: [x, y, width], bar: backgroundColor, line: borderBottomColor, page };
}"""


def shifts(page):
    """Return how far things moved, and which."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found = page.evaluate("() => window.shifts")
    return sum(shift["value"] for shift in found), found


def test_nothing_moves_on_the_form_that_signs_in_nor_on_the_page_after_it(shared_stack, visitor):
    page = visitor.page
    page.emulate_media(reduced_motion="no-preference")
    page.add_init_script(WATCH)
    for size in (PHONE, DESKTOP):
        page.goto("about:blank")  # A page that is still open would ask for pictures without a session.
        page.context.clear_cookies()
        page.set_viewport_size(size)
        page.goto(shared_stack.address)
        expect(page.get_by_label("Password")).to_be_visible()
        moved, which = shifts(page)
        assert moved < MOST, which
        visitor.sign_in(shared_stack)
        expect(visitor.find("wall-tile").first.locator("img")).to_be_visible()
        moved, which = shifts(page)
        assert moved < MOST, which
        page.reload()
        expect(visitor.find("wall-tile").first.locator("img")).to_be_visible()
        moved, which = shifts(page)
        assert moved < MOST, which
    assert visitor.errors == []


@pytest.mark.parametrize(
    ("size", "system", "chosen", "color"),
    [
        (PHONE, "light", None, "rgb(246, 245, 241)"),
        (DESKTOP, "dark", None, "rgb(17, 20, 19)"),
        (DESKTOP, "light", "dark", "rgb(17, 20, 19)"),
    ],
)
def test_the_bar_is_painted_before_the_scripts_have_come_and_stays_where_it_is(
    shared_stack, visitor, size, system, chosen, color
):
    page, held = visitor.page, []

    def hold(route):
        held.append(route)

    page.set_viewport_size(size)
    page.emulate_media(color_scheme=system, reduced_motion="no-preference")
    visitor.sign_in(shared_stack)
    page.evaluate("mode => mode && localStorage.setItem('mui-mode', mode)", chosen)
    page.add_init_script(WATCH)
    page.route("**/assets/*.js", hold)
    page.goto(shared_stack.address, wait_until="commit")
    page.wait_for_function(PAINTED)
    assert held, "the scripts are on their way"
    before = page.evaluate(LOOK)
    assert before["page"] == color
    page.unroute("**/assets/*.js")  # Now they come.
    expect(visitor.find("wall-tile").first.locator("img")).to_be_visible()
    assert page.evaluate(LOOK) == before
    moved, which = shifts(page)
    assert moved < MOST, which
    assert visitor.errors == []
