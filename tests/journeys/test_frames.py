"""A person looks through all frames of a timelapse."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.waiting import wait_until


def test_a_person_looks_back_plays_zooms_and_hides_a_frame(shared_stack, visitor, screenshot):
    page = visitor.page
    page.emulate_media(reduced_motion="no-preference")  # the player is slower for who prefers less
    visitor.open_timelapse(shared_stack)
    expect(visitor.find("filmstrip-frame").nth(5)).to_be_visible()
    newest = visitor.find("filmstrip-frame").last.get_attribute("data-sequence")

    # The arrow keys of the slider go from frame to frame, and the place holds still while new frames come.
    time = page.get_by_role("slider", name="Time of day")
    time.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(visitor.find("frame-picture")).to_be_visible()
    chosen = page.locator("[aria-current] img").get_attribute("alt")
    moment = visitor.find("moment").text_content()
    wait_until(
        lambda: int(visitor.find("filmstrip-frame").last.get_attribute("data-sequence")) > int(newest),
        "a new frame to arrive",
        30,
    )
    assert page.locator("[aria-current] img").get_attribute("alt") == chosen
    assert visitor.find("moment").text_content() == moment
    screenshot(page, "frame-viewer")

    # Zooming fetches the original.
    page.get_by_role("button", name="Zoom in").click()
    expect(visitor.find("frame-picture")).to_have_attribute("style", re.compile(r"scale\(2\)"))

    # A hidden frame says so, until it is taken back in.
    page.get_by_role("button", name="Hide from movies").click()
    expect(page.get_by_role("status").filter(has_text="Hidden from new movies by admin")).to_be_visible()
    page.get_by_role("button", name="Show in movies again").click()
    expect(page.get_by_role("button", name="Hide from movies")).to_be_visible()

    # The middle of each frame is drawn above the slider; a click there shows that frame.
    drawn = visitor.find("keogram")
    wait_until(lambda: drawn.evaluate("picture => picture.naturalWidth") > 0, "the keogram to be drawn", 30)
    place = drawn.bounding_box()
    page.mouse.click(place["x"] + 1, place["y"] + place["height"] / 2)
    expect(visitor.find("moment")).not_to_have_text(moment)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as a picture").click()
    assert re.fullmatch(r"First light \d{4}-\d\d-\d\d .*keogram\.png", saved.value.suggested_filename)

    # The first frame is one key away, and so is the newest.
    time.focus()
    page.keyboard.press("Home")
    expect(visitor.find("filmstrip-frame").first.locator("[aria-current]")).to_be_visible()
    page.get_by_role("button", name="Show the newest").click()
    expect(visitor.find("camera-latest-frame")).to_be_visible()

    # It plays at once, in a loop, and pauses (a movie that is being rendered has a Pause of its own).
    page.get_by_role("button", name="Play", exact=True).click()
    player = visitor.find("player")
    wait_until(lambda: int(player.get_attribute("data-position")) >= 3, "the player to play", 30)
    player.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Resume", exact=True).first).to_be_visible()
    screenshot(page, "frame-player")
    page.keyboard.press("Escape")
    expect(player).to_have_count(0)
    assert visitor.errors == []
