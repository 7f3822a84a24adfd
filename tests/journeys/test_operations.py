"""What goes on, what waits and what ended: found, filtered, and shared by its address."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def test_a_movie_that_ended_is_found_by_filters_that_the_address_carries(shared_stack, visitor, screenshot):
    visitor.open_timelapse(shared_stack)
    page = visitor.page
    expect(page.locator("[data-testid=movie-card][data-state=ready]").first).to_be_visible()
    page.get_by_role("link", name="Operations").click()
    row = visitor.find("work").first
    expect(row).to_contain_text("Done")
    expect(row).to_contain_text("ended")
    movie = row.get_by_role("link", name=re.compile("Movie")).inner_text()
    screenshot(page, "operations-work")

    page.get_by_role("combobox", name="State").click()
    page.get_by_role("option", name="Cancelled").click()
    expect(page).to_have_url(re.compile(r"\?state=cancelled$"))
    page.get_by_role("searchbox", name="Search").fill("nothing like this")
    expect(page.get_by_text("Searched what ended: Cancelled · “nothing like this”.")).to_be_visible()
    screenshot(page, "operations-nothing-found")

    page.reload()  # as somebody sees it who was sent the address
    expect(page.get_by_text("Searched what ended: Cancelled · “nothing like this”.")).to_be_visible()
    page.get_by_role("button", name="Clear the filter").click()
    expect(visitor.find("work").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("nothing like this")

    page.get_by_role("searchbox", name="Search").fill(movie)
    page.get_by_role("combobox", name="State").click()
    page.get_by_role("option", name="Done").click()
    expect(visitor.find("work")).to_have_count(1)
    visitor.find("work").get_by_role("link", name=movie).click()
    expect(page).to_have_url(re.compile(r"/movies/"))
    assert visitor.errors == []


def test_a_new_movie_is_listed_under_way_and_then_as_ended(shared_stack, visitor):
    visitor.open_timelapse(shared_stack)
    page = visitor.page
    expect(page.locator("[data-testid=movie-card][data-state=ready]").first).to_be_visible()
    operations = page.context.new_page()
    operations.goto(f"{shared_stack.address}/operations")
    newest = operations.get_by_test_id("work").first.get_by_role("link")
    before = newest.inner_text()
    page.get_by_test_id("render-button").click()
    expect(newest).not_to_have_text(before)  # without a reload
    assert visitor.errors == []
