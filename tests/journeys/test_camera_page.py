"""What somebody does with a camera on its own page."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import choose_more
from .test_accessibility import in_each_scheme, violations

PHONE = {"width": 390, "height": 844}


def test_a_camera_is_renamed_and_every_open_page_says_so(shared_stack, visitor, screenshot):
    visitor.sign_in(shared_stack)
    page = visitor.page
    page.goto(f"{shared_stack.address}/cameras")
    card = visitor.find("camera-card").first
    before = card.get_by_role("link").first.inner_text()
    card.get_by_role("link").first.click()
    wall = page.context.new_page()
    wall.goto(shared_stack.address)
    expect(wall.get_by_text(before).first).to_be_visible()

    rename(page, "  ", "A camera needs a name.", screenshot)
    rename(page, "Roof, north", "", screenshot)
    expect(page.get_by_role("heading", name="Roof, north", level=1)).to_be_visible()
    expect(wall.get_by_text("Roof, north").first).to_be_visible()
    expect(wall.get_by_text(before)).to_have_count(0)
    screenshot(page, "camera-renamed")
    page.set_viewport_size(PHONE)
    rename(page, before, "", screenshot)
    expect(page.get_by_role("heading", name=before, level=1)).to_be_visible()
    expect(wall.get_by_text(before).first).to_be_visible()
    assert visitor.errors == []


def rename(page, name, refusal, screenshot):
    """Type a name into the dialog, which stays open and says why if the name doesn't fit."""
    choose_more(page, page.get_by_role("region", name="Actions"), "Rename")
    dialog = page.get_by_role("dialog", name="Rename")
    field = dialog.get_by_role("textbox", name="Name")
    field.fill(name)
    dialog.get_by_role("button", name="Rename").click()
    if refusal:
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(dialog).to_contain_text(refusal)
        for scheme in in_each_scheme(page):
            assert violations(page) == [], scheme
            screenshot(page, f"rename-camera-{scheme}")
        dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def test_the_focus_aid_shows_how_sharp_the_lens_is_until_it_is_closed(shared_stack, visitor, screenshot):
    visitor.sign_in(shared_stack)
    page = visitor.page
    page.set_viewport_size(PHONE)
    page.goto(f"{shared_stack.address}/cameras")
    visitor.find("camera-card").first.get_by_role("link").first.click()
    visitor.find("focus-button").click()
    panel = page.get_by_role("region", name="Focus aid")
    expect(panel).to_contain_text("Waiting for the camera")
    picture = visitor.find("focus-picture")
    expect(picture).to_be_visible()
    expect(panel.get_by_role("status")).to_contain_text("sharpness, the best was")
    first = picture.get_attribute("src")
    expect(picture).not_to_have_attribute("src", first)
    # The next picture may have begun to load.
    expect(picture).to_have_js_property("naturalWidth", 640)
    expect(picture).to_have_js_property("naturalHeight", 360)
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
        screenshot(page, f"focus-aid-phone-{scheme}")
    page.set_viewport_size({"width": 1280, "height": 800})
    screenshot(page, "focus-aid")
    panel.get_by_role("button", name="Close").click()
    expect(visitor.find("focus-button")).to_be_visible()
    assert visitor.errors == []
