"""A person chooses what a movie shows and what is added to it, by keyboard and on a phone."""

from __future__ import annotations

import array
import math
import re
import wave

import pytest
from playwright.sync_api import expect

from tests.waiting import wait_until

from .conftest import create_timelapse
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


def test_every_choice_shapes_the_movie_whose_moments_are_found_and_a_latest_one_is_kept(
    shared_stack, visitor, tmp_path, screenshot
):
    page = visitor.page
    visitor.open_timelapse(shared_stack)
    page.goto(f"{shared_stack.address}/timelapses")
    create_timelapse(page, "All choices")
    choose(page, page, "Speed", "12 fps")
    choose(page, page, "Size", re.compile("^640"))
    page.get_by_role("button", name="More options…").click()
    dialog = page.get_by_role("dialog", name="Options of the movie")
    dialog.get_by_role("textbox", name="Title").fill("Chosen")
    dialog.get_by_label("Use every nth frame").fill("2")
    for name in ("Leave out blurred frames", "Even light", "Show the capture time"):
        dialog.get_by_role("checkbox", name=name).check()
    choose(page, dialog, "Pictures of another shape than the movie's", "Fill the movie, cropped")
    choose(page, dialog, "When cropped, keep", "Top left")
    choose(page, dialog, "Format", "AV1")
    dialog.get_by_role("textbox", name="Label").fill("Harbour")
    dialog.get_by_test_id("sound-file").set_input_files(
        {"name": "harbour.mp3", "mimeType": "audio/mpeg", "buffer": b"<html>no sound</html>"}
    )
    expect(dialog.get_by_role("alert")).to_contain_text("The file is no sound of a known kind.")
    dialog.get_by_test_id("sound-file").set_input_files(tone(tmp_path / "harbour.wav"))
    expect(dialog.get_by_test_id("sound-chosen")).to_have_text("harbour.wav, 1.0 s")
    screenshot(page, "movie-sound")
    expect(dialog.get_by_test_id("render-estimate")).to_contain_text(re.compile("640.360"))
    dialog.get_by_role("button", name="Render").click()
    made = page.get_by_role("article", name="Chosen")
    expect(made).to_have_attribute("data-state", "ready")
    expect(made).to_contain_text(re.compile("640.360 · 12 fps"))

    # Small pictures show what is where; the movie itself follows, in AV1 as in H.264.
    moments = made.get_by_role("slider", name="Find a moment")
    moments.focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    expect(made.get_by_test_id("movie-thumbnail")).to_be_visible()
    video = made.locator("video")
    wait_until(lambda: video.evaluate("video => video.currentTime") > 0, "the movie to follow", 30)
    assert video.evaluate("video => [video.videoWidth, video.error]") == [640, None]

    # The tone is in the movie, as long as its pictures.
    expect(video).to_have_js_property("muted", False)
    video.evaluate("video => { video.currentTime = 0; return video.play(); }")
    decoded = "video => video.webkitAudioDecodedByteCount"
    wait_until(lambda: video.evaluate(decoded) > 0, "sound to be decoded", 30)
    expect(made).to_contain_text("with sound")

    # A latest movie is kept, and no longer.
    panel = page.get_by_role("region", name="Latest movie")
    panel.get_by_role("button", name="Keep a latest movie").click()
    keeping = page.get_by_role("dialog")
    keeping.get_by_role("button", name="Keep a latest movie").click()
    expect(panel.get_by_test_id("latest-movie")).to_contain_text("On.")
    expect(page.get_by_role("article", name="Latest movie")).to_have_attribute("data-state", "ready")
    panel.get_by_role("button", name="Stop the latest movie").click()
    expect(panel.get_by_test_id("latest-movie")).to_contain_text("Off.")
    assert visitor.errors == []


def tone(path):
    """Write a second of a tone of 440 Hz."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        samples = (round(9000 * math.sin(2 * math.pi * 440 * at / 8000)) for at in range(8000))
        file.writeframes(array.array("h", samples).tobytes())
    return path


def choose(page, place, field, option):
    place.get_by_role("combobox", name=field).click()
    page.get_by_role("option", name=option).click()


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
