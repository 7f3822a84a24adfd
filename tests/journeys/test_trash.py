"""A person deletes a movie, changes their mind, and finds it in the trash later, too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .test_accessibility import in_each_scheme, violations
from .test_page_tells_the_truth import CARDS

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def newest(shared_stack, visitor):
    """A movie of one's own, which is ready."""
    visitor.open_timelapse(shared_stack)
    page = visitor.page
    before = page.locator(CARDS).count()
    page.get_by_test_id("render-button").click()
    expect(page.locator(CARDS)).to_have_count(before + 1)
    card = page.locator(CARDS).first
    expect(card).to_have_attribute("data-state", "ready")
    return card


def test_a_deleted_movie_is_restored_from_the_trash(shared_stack, visitor, newest, screenshot):
    page = visitor.page
    title = newest.locator("h3").inner_text()
    address = newest.get_by_role("link", name=title).get_attribute("href")
    card = page.locator(CARDS).filter(has=page.get_by_role("heading", name=title, exact=True))
    newest.get_by_test_id("transition-trash").click()
    expect(card).to_have_count(0)
    toast = page.get_by_role("alert").filter(has_text="In the trash")
    expect(toast.get_by_role("button", name="Undo")).to_be_visible()
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
        screenshot(page, f"trash-undo-{scheme}")
    toast.get_by_role("button", name="Undo").click()
    expect(card).to_have_count(1)

    card.get_by_test_id("transition-trash").click()
    expect(card).to_have_count(0)
    page.get_by_role("button", name="Show the trash").click()
    row = page.get_by_test_id("trash-panel").get_by_role("listitem").filter(has_text=title)
    expect(row).to_contain_text(re.compile(r"Deleted by admin .*\. Gone for good on "))
    row.scroll_into_view_if_needed()
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
        screenshot(page, f"trash-list-{scheme}")
    page.set_viewport_size(PHONE)
    row.scroll_into_view_if_needed()
    screenshot(page, "trash-list-phone")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page.goto(f"{shared_stack.address}{address}")
    notice = page.get_by_role("region", name="This movie is in the trash")
    expect(notice).to_contain_text("Deleted by admin")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    screenshot(page, "trash-movie-page-phone")
    page.set_viewport_size({"width": 1280, "height": 800})
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
        screenshot(page, f"trash-movie-page-{scheme}")
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_test_id("movie-video")).to_be_visible()
    page.get_by_test_id("transition-trash").click()
    expect(notice).to_be_visible()
    page.get_by_role("button", name="Delete for good").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("Movie not found")).to_be_visible()
    assert visitor.errors == []
