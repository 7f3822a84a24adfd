"""A first visit is steady: the form that signs in and the first page appear, and nothing moves afterwards."""

from __future__ import annotations

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


def shifts(page):
    """Return how far things moved, and which."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found = page.evaluate("() => window.shifts")
    return sum(shift["value"] for shift in found), found


def test_nothing_moves_on_the_form_that_signs_in_nor_on_the_page_after_it(shared_stack, visitor):
    page = visitor.page
    page.add_init_script(WATCH)
    for size in (PHONE, DESKTOP):
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
