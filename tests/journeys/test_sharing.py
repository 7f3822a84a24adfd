"""A person shares a movie; somebody without an account watches it until the link is revoked."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .test_accessibility import in_each_scheme, violations
from .test_page_tells_the_truth import CARDS

PLAYED = "element => element.currentTime > 0 && element.videoWidth > 0"


def test_a_movie_is_shared_by_a_link_with_a_password_until_it_is_revoked(
    shared_stack, visitor, browser, screenshot
):
    visitor.open_timelapse(shared_stack)
    page = visitor.page
    # By its title: another movie may become the first one that is ready.
    title = page.locator(f"{CARDS}[data-state=ready] h3").first.inner_text()
    card = page.locator(CARDS, has=page.locator("h3", has_text=re.compile(f"^{re.escape(title)}$")))
    card.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog", name="Share")
    dialog.get_by_role("textbox", name="Password").fill("rosebud")
    assert violations(page) == []
    dialog.get_by_role("button", name="Share", exact=True).click()
    link = card.get_by_test_id("share-link")
    expect(link).to_contain_text("asks for a password · made by admin")
    screenshot(page, "share-link")
    address = link.get_by_label("Link").input_value()
    assert re.fullmatch(rf"{shared_stack.address}/share/[\w-]{{32}}", address)

    stranger = browser.new_context()
    watching = stranger.new_page()
    errors = []
    watching.on("pageerror", lambda error: errors.append(str(error)))
    watching.goto(address)
    assert violations(watching) == []
    watching.get_by_label("Password").fill("wrong")
    watching.get_by_role("button", name="Watch").click()
    expect(watching.get_by_role("alert")).to_contain_text("This isn't the password.")
    watching.get_by_label("Password").fill("rosebud")
    watching.keyboard.press("Enter")
    video = watching.locator("video")
    video.evaluate("element => { element.muted = true; return element.play() }")
    watching.wait_for_function(f"() => ({PLAYED})(document.querySelector('video'))")
    for scheme in in_each_scheme(watching):
        assert violations(watching) == [], scheme
    screenshot(watching, "share-page")
    with watching.expect_download() as download:
        watching.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.endswith(".mp4")

    link.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(link).to_have_count(0)
    watching.goto(address)
    expect(watching.get_by_role("heading")).to_have_text("This link was revoked.")
    assert (visitor.errors, errors) == ([], [])
    stranger.close()
