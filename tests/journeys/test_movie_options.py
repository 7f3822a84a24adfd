"""A person chooses what a movie shows and what is added to it, by keyboard and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .test_accessibility import in_each_scheme, violations
from .test_page_tells_the_truth import CARDS


@pytest.fixture
def dialog(shared_stack, visitor):
    visitor.open_timelapse(shared_stack)
    expect(visitor.page.locator(f"{CARDS}[data-state=ready]").first).to_be_visible()
    visitor.page.get_by_role("button", name="More options…").focus()
    visitor.page.keyboard.press("Enter")
    found = visitor.page.get_by_role("dialog", name="Options of the movie")
    expect(found).to_be_visible()
    return found


def test_a_movie_of_a_stretch_of_time_with_a_preset_and_texts_is_made(visitor, dialog, screenshot):
    page = visitor.page
    dialog.get_by_role("combobox", name="Made for").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").nth(2)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("combobox", name="Made for")).to_have_text(re.compile("^Sky"))
    expect(dialog.get_by_role("checkbox", name="Even light")).to_be_checked()
    dialog.get_by_role("textbox", name="Title").fill("The first minute")
    dialog.get_by_role("textbox", name="Last words").fill("The end")
    first = dialog.get_by_label("From", exact=True).input_value()
    dialog.get_by_label("To", exact=True).fill(first)
    estimate = dialog.get_by_test_id("render-estimate")
    expect(estimate).to_have_text("No movie can be made with these options.")
    dialog.get_by_role("button", name="Render").click()
    expect(page.get_by_text("No frame lies in the chosen time.")).to_be_visible()

    dialog.get_by_label("To", exact=True).fill("2100-01-01T00:00:00")
    expect(estimate).to_contain_text(re.compile(r"frames, .* s · "))
    screenshot(page, "movie-options")
    dialog.get_by_role("button", name="Render").click()
    expect(dialog).to_have_count(0)
    made = page.get_by_role("article", name="The first minute")
    expect(made).to_have_attribute("data-state", "ready")
    assert visitor.errors == []


def test_the_options_fit_on_a_phone_and_are_accessible(visitor, dialog, screenshot):
    visitor.page.set_viewport_size({"width": 360, "height": 740})
    expect(dialog.get_by_role("button", name="Render")).to_be_in_viewport()
    assert dialog.evaluate("element => element.scrollWidth <= element.clientWidth")
    for scheme in in_each_scheme(visitor.page):
        expect(visitor.page.locator(f"html[data-color-scheme={scheme}]")).to_have_count(1)
        assert violations(visitor.page) == [], scheme
    screenshot(visitor.page, "movie-options-phone")
    visitor.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert visitor.errors == []
