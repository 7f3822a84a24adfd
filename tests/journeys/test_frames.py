"""A person looks through all frames of a timelapse."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.waiting import wait_until

from .test_accessibility import in_each_scheme, violations


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
    drawn.scroll_into_view_if_needed()
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


def test_a_person_looks_at_the_light_of_a_frame_and_saves_it(shared_stack, visitor, screenshot):
    page = visitor.page
    visitor.open_timelapse(shared_stack)
    expect(visitor.find("filmstrip-frame").nth(5)).to_be_visible()
    visitor.find("filmstrip-frame").last.click()

    # How bright it is stands below it, also when the page is opened again.
    page.get_by_role("button", name="Histogram").click()
    expect(visitor.find("histogram")).to_contain_text(re.compile(r"blown out.*black.*mean brightness \d+%"))
    screenshot(page, "frame-histogram")

    page.reload()
    page.get_by_role("button", name="Look closer").click()
    expect(page.get_by_role("button", name="Histogram")).to_have_attribute("aria-pressed", "true")
    expect(visitor.find("histogram")).to_contain_text("mean brightness")

    # What the camera reported of the exposure is written as photographers do.
    expect(page.locator("figcaption").first).to_contain_text(re.compile(r"ISO \d+"))

    # The original is saved under a name that says what it is.
    with page.expect_download() as saved:
        page.get_by_test_id("frame-viewer").locator("..").get_by_role("link", name="Download").click()
    assert re.fullmatch(r"First light \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.jpg", saved.value.suggested_filename)
    assert visitor.errors == []


def test_a_person_compares_two_moments(shared_stack, visitor, screenshot):
    page = visitor.page
    visitor.open_timelapse(shared_stack)
    expect(visitor.find("filmstrip-frame").nth(5)).to_be_visible()
    visitor.find("filmstrip-frame").last.click()
    now = visitor.find("moment").text_content()
    page.get_by_role("button", name="Compare…").click()

    # The nearest frame to a day earlier is on the left, and the chosen one on the right.
    expect(visitor.find("compare-right")).to_contain_text(now)
    expect(visitor.find("compare-left")).not_to_contain_text(now)
    pictures = visitor.find("compare").locator("img")
    for number in range(2):
        wait_until(
            lambda number=number: pictures.nth(number).evaluate("one => one.naturalWidth") > 0, "pictures", 30
        )

    # The divider is moved by keys, and by dragging anywhere in the picture.
    divider = page.get_by_role("slider", name="Divider")
    expect(divider).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(divider).to_have_attribute("aria-valuetext", re.compile("on the left 49 percent"))
    place = visitor.find("compare").bounding_box()
    middle = place["y"] + place["height"] / 2
    page.mouse.move(place["x"] + place["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] / 4, middle, steps=4)
    page.mouse.up()
    expect(divider).to_have_attribute("aria-valuetext", re.compile("on the left 25 percent"))

    # The slider of all frames chooses the left one; the address says what is compared.
    left = visitor.find("compare-left").text_content()
    time = page.get_by_role("slider", name="Time of day")
    time.focus()
    for key in ("End", "ArrowLeft"):
        page.keyboard.press(key)
        expect(visitor.find("compare-left")).not_to_have_text(left)
        left = visitor.find("compare-left").text_content()
    screenshot(page, "compare")
    page.reload()
    expect(visitor.find("compare-left")).to_have_text(left)
    expect(visitor.find("compare-right")).to_contain_text(now)
    page.get_by_role("button", name="Swap").click()
    expect(visitor.find("compare-right")).to_have_text(left)
    assert visitor.errors == []


def test_a_person_zooms_into_a_comparison_and_goes_back(shared_stack, visitor):
    page = visitor.page
    visitor.open_timelapse(shared_stack)
    expect(visitor.find("filmstrip-frame").nth(5)).to_be_visible()
    alone = page.url
    visitor.find("filmstrip-frame").last.click()
    now = visitor.find("moment").text_content()
    page.get_by_role("button", name="Compare…").click()
    divider = page.get_by_role("slider", name="Divider")
    expect(divider).to_be_focused()

    # Zoomed in, the picture is dragged, and the divider stays.
    page.keyboard.press("+")
    place = visitor.find("compare").bounding_box()
    middle = place["y"] + place["height"] / 4
    page.mouse.move(place["x"] + 40, middle)
    page.mouse.down()
    page.mouse.move(place["x"] + 90, middle, steps=4)
    page.mouse.up()
    moved = re.compile(r"scale\(2\) translate\([1-9]")
    expect(visitor.find("compare").locator("img").first).to_have_attribute("style", moved)
    expect(divider).to_have_attribute("aria-valuetext", re.compile("on the left 50 percent"))

    # Escape leads back to the frame on the right, with the focus on it; so does the browser's way back.
    page.keyboard.press("Escape")
    expect(visitor.find("frame-viewer")).to_be_focused()
    expect(visitor.find("moment")).to_have_text(now)
    expect(page).to_have_url(alone)
    page.get_by_role("button", name="Compare…").click()
    expect(visitor.find("compare")).to_be_visible()
    page.go_back()
    expect(visitor.find("frame-viewer")).to_be_visible()
    expect(page).to_have_url(alone)
    assert visitor.errors == []


def test_a_person_chooses_a_part_of_a_timelapse_for_a_movie(shared_stack, visitor):
    page = visitor.page
    visitor.open_timelapse(shared_stack)
    expect(visitor.find("filmstrip-frame").nth(5)).to_be_visible()
    visitor.find("filmstrip-frame").last.click()
    end = visitor.find("moment").text_content()
    page.get_by_role("button", name="Start here").click()
    visitor.find("frame-viewer").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(visitor.find("moment")).not_to_have_text(end)
    begin = visitor.find("moment").text_content()
    page.get_by_role("button", name="Make a movie…").click()

    # Both ends are in it. The options have the first second, and the one after the last.
    dialog = page.get_by_role("dialog", name="Options of the movie")
    expect(dialog.get_by_label("From", exact=True)).to_have_value(re.compile(f"T{begin}$"))
    to = dialog.get_by_label("To", exact=True).input_value()
    assert 0 < seconds_of(to[-8:]) - seconds_of(end) < 2
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Forget the start").click()
    expect(page.get_by_role("button", name="Start here")).to_be_visible()
    assert visitor.errors == []


def test_a_person_begins_another_timelapse_at_a_frame(shared_stack, visitor, screenshot):
    page = visitor.page
    visitor.open_timelapse(shared_stack)
    expect(visitor.find("filmstrip-frame").nth(5)).to_be_visible()
    visitor.find("filmstrip-frame").last.click()
    begin = visitor.find("moment").text_content()
    page.get_by_role("button", name="Start here").click()
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
        screenshot(page, f"start-here-{scheme}")
    page.set_viewport_size({"width": 390, "height": 844})
    screenshot(page, "start-here-phone")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="New timelapse…").click()
    dialog = page.get_by_role("dialog")
    begins_at = begin.removesuffix(":00")  # a browser leaves out whole minutes' seconds
    expect(dialog.get_by_label("From", exact=True)).to_have_value(re.compile(f"T{begins_at}"))
    expect(dialog.get_by_label("To", exact=True)).to_have_value("")
    screenshot(page, "new-timelapse-here-phone")
    dialog.get_by_label("Name").fill("From this frame on")
    dialog.get_by_role("button", name="New timelapse").click()
    expect(page.get_by_role("heading", name="From this frame on", level=1)).to_be_visible()
    expect(visitor.find("frame-count")).not_to_have_text("0")
    assert visitor.errors == []


def seconds_of(clock: str) -> int:
    hours, minutes, seconds = map(int, clock.split(":"))
    return hours * 3600 + minutes * 60 + seconds
