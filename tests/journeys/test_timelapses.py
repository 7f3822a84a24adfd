"""A camera has several timelapses, each with its own period: created, edited, stopped and archived."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import choose_more
from .test_accessibility import in_each_scheme, violations

PHONE = {"width": 390, "height": 844}


def test_a_second_timelapse_of_a_camera_is_created_edited_and_archived(shared_stack, visitor, screenshot):
    visitor.sign_in(shared_stack)
    page = visitor.page
    create(visitor, screenshot)
    about = page.get_by_role("region", name="About this timelapse")
    edit(visitor, about)
    keep(visitor, about)
    stop(visitor, about, screenshot)
    archive(visitor, about, screenshot)
    page.get_by_role("button", name="Bring back").click()
    expect(about.get_by_role("button", name="More actions")).to_be_visible()
    page.get_by_test_id("delete-timelapse-button").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the timelapse").click()
    expect_listed_without_it(visitor)
    assert visitor.errors == []


def expect_listed_without_it(visitor):
    """The list has the timelapses of the stack and of other journeys, and not this one."""
    expect(visitor.page.get_by_role("heading", name="Timelapses", level=1)).to_be_visible()
    expect(visitor.find("timelapse-card").first).to_be_visible()
    expect(visitor.find("timelapse-card").filter(has_text="Snow")).to_have_count(0)


def create(visitor, screenshot):
    """Give a period that ends before it starts, correct it, and see the new timelapse."""
    page = visitor.page
    page.get_by_role("link", name="Timelapses").click()
    expect_listed_without_it(visitor)
    page.get_by_role("button", name="New timelapse").click()
    dialog = page.get_by_role("dialog", name="New timelapse")
    dialog.get_by_label("Name").fill("Snow")
    dialog.get_by_label("From").fill("2026-06-02T12:00")
    dialog.get_by_label("To", exact=True).fill("2026-06-01T12:00")
    dialog.get_by_label("Notes").fill("Ask Ada before the camera is moved.")
    dialog.get_by_role("button", name="New timelapse").click()
    expect(dialog.get_by_label("To", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(dialog).to_contain_text("It ends before it starts. Exchange start and end.")
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
    screenshot(page, "new-timelapse")
    dialog.get_by_label("From").fill("")
    dialog.get_by_role("button", name="New timelapse").click()

    expect(page.get_by_role("heading", name="Snow", level=1)).to_be_visible()
    expect(visitor.find("notes")).to_have_text("Ask Ada before the camera is moved.")
    expect(visitor.find("frame-count")).to_have_text("0")


def edit(visitor, about):
    """Let it go on, by another name: it has the camera's frames at once."""
    page = visitor.page
    expect(about).to_contain_text("1 Jun 2026, 12:00")
    about.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Edit")
    expect(dialog.get_by_label("Name")).to_have_value("Snow")
    dialog.get_by_label("Name").fill("Snow at dawn")
    dialog.get_by_label("To", exact=True).fill("")
    dialog.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("heading", name="Snow at dawn", level=1)).to_be_visible()
    expect(visitor.find("frame-count")).not_to_have_text("0")
    expect(visitor.find("filmstrip").get_by_role("img").first).to_be_visible()


def keep(visitor, about):
    """Give it a retention of its own."""
    page = visitor.page
    expect(about).to_contain_text("as set on the server")
    choose_more(page, about, "Retention")
    dialog = page.get_by_role("dialog", name="Change the retention of Snow at dawn?")
    dialog.get_by_label("Keep all frames for in days").fill("90")
    dialog.get_by_role("button", name="Retention").click()
    expect(about).to_contain_text("all for 90 days, then one of 10")


def stop(visitor, about, screenshot):
    """End it: later frames don't belong to it."""
    page = visitor.page
    choose_more(page, about, "Stop")
    page.get_by_role("dialog", name="Stop Snow at dawn?").get_by_role("button", name="Stop").click()
    about.get_by_role("button", name="More actions").click()
    refused = page.get_by_role("menuitem", name=re.compile(r"^Stop Not available: It ended at .* ago"))
    expect(refused).to_be_disabled()
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
    page.keyboard.press("Escape")
    count = visitor.find("frame-count").inner_text()
    page.reload()
    expect(visitor.find("frame-count")).to_have_text(count)
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
    screenshot(page, "timelapse-stopped")


def archive(visitor, about, screenshot):
    """Take it from the list, and find it again on a phone."""
    page = visitor.page
    choose_more(page, about, "Archive")
    dialog = page.get_by_role("dialog", name="Archive Snow at dawn?")
    dialog.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("Archived", exact=True)).to_be_visible()
    expect(visitor.find("render-button")).to_have_count(0)
    page.set_viewport_size(PHONE)
    screenshot(page, "timelapse-archived-phone")
    page.get_by_role("link", name="Timelapses").click()
    expect_listed_without_it(visitor)
    page.get_by_role("button", name="Show archived timelapses").click()
    expect(visitor.find("archived-timelapses-panel")).to_contain_text("Snow at dawn")
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
    screenshot(page, "timelapses-phone")
    visitor.find("archived-timelapses-panel").get_by_test_id("timelapse-card").click()
