"""The main use in the browser: frames arrive, a movie is rendered, and plays; a schedule is set."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from playwright.sync_api import expect


def test_frames_arrive_and_a_movie_is_rendered_and_played(shared_stack, visitor, screenshot):
    visitor.open_timelapse(shared_stack)
    expect(visitor.find("camera-latest-frame")).to_be_visible()
    expect_frames_to_arrive(visitor)
    cards = visitor.page.locator("[data-testid=movie-card]")
    expect(cards.locator("video").first).to_be_visible()  # the first movie renders by itself
    visitor.page.wait_for_function("() => document.querySelector('video')?.readyState >= 2")
    screenshot(visitor.page, "timelapse")

    before = cards.count()
    visitor.find("render-button").click()
    expect(cards).to_have_count(before + 1)
    newest = cards.first
    expect(newest).to_have_attribute("data-state", "ready")
    expect_to_play(newest)
    assert {"http:request", "celery:task", "render:movie"} <= caused_by_the_click(shared_stack)
    visitor.page.get_by_role("link", name="Cameras").click()
    expect(visitor.find("camera-card")).to_contain_text("Simulated camera")
    screenshot(visitor.page, "cameras")
    visitor.page.get_by_role("link", name="Operations").click()
    expect(visitor.find("queue").filter(has_text="render")).to_be_visible()
    expect(visitor.find("queue").filter(has_text="chores")).to_be_visible()
    expect(visitor.find("live-status")).to_contain_text("Live")
    assert visitor.errors == []


def test_a_week_is_drawn_by_mouse_and_keyboard_and_the_camera_takes_it(shared_stack, visitor):
    page = visitor.page
    visitor.sign_in(shared_stack)
    page.goto(f"{shared_stack.address}/cameras")
    visitor.find("camera-card").first.get_by_role("link").first.click()
    page.get_by_role("button", name="Change", exact=True).click()
    dialog = page.get_by_role("dialog", name="Change configuration")
    assert dialog.bounding_box()["width"] > 1000, "it uses the width of a desktop"
    windows = page.get_by_label("Windows", exact=True)
    week = visitor.find("schedule-week")
    week.get_by_role("button", name="Always").click()
    expect(windows).to_have_value("00:00..24:00")

    # On a day on which no other test needs frames.
    day = (datetime.now(UTC).weekday() + 3) % 7
    name = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day]
    track = week.locator(f"[data-day='{day}']")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 18.1 / 24, box["y"] + 15)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 23.9 / 24, box["y"] + 15, steps=4)
    expect(visitor.find("week-status")).to_contain_text("18:00 to 24:00: close it.")
    page.mouse.up()
    expect(windows).to_have_value(re.compile(rf"^{name} 00:00\.\.18:00$", re.MULTILINE))

    week.get_by_role("grid").press("Home")
    week.get_by_role("grid").press("Shift+ArrowRight")
    week.get_by_role("grid").press("Space")
    edited = f"{name} 00:30..18:00"
    expect(windows).to_have_value(re.compile(rf"^{re.escape(edited)}$", re.MULTILINE))
    expect(week.get_by_role("row").nth(day)).to_contain_text("00:30 to 18:00")
    expect(dialog.get_by_test_id("capture-forecast")).to_contain_text("frames a day")

    page.get_by_role("button", name="Save").click()
    settings = page.get_by_role("region", name="Configuration")
    expect(settings).to_contain_text(edited)
    expect(settings).to_contain_text("applied")
    page.get_by_role("button", name="Change", exact=True).click()
    windows.fill("")
    page.get_by_role("button", name="Save").click()
    expect(settings).not_to_contain_text(edited)
    assert visitor.errors == []


def test_the_health_of_a_camera_is_drawn_and_read_out_with_the_keyboard(shared_stack, visitor):
    page = visitor.page
    visitor.sign_in(shared_stack)
    page.goto(f"{shared_stack.address}/cameras")
    visitor.find("camera-card").first.get_by_role("link").first.click()
    history = page.get_by_role("region", name="Health history")
    expect(history).to_contain_text("Each point stands for 5 min. The last sample was taken")
    waiting = history.get_by_role("slider", name="Waiting to upload")
    waiting.press("End")
    expect(waiting).to_have_attribute("aria-valuetext", re.compile(r"\d captures?$"))
    history.get_by_role("button", name="Month").click()
    expect(history).to_contain_text("Each point stands for 3 h.")
    assert visitor.errors == []


def caused_by_the_click(stack):
    """Return the actions of all processes with the causal id of the last rendered movie."""
    log = (stack.home / "log" / "timelapse.jsonl").read_text().splitlines()
    actions = [message for message in map(json.loads, log) if "action_type" in message]
    movies = [message["task_uuid"] for message in actions if message["action_type"] == "render:movie"]
    return {message["action_type"] for message in actions if message["task_uuid"] == movies[-1]}


def expect_frames_to_arrive(visitor):
    """Wait until the frame count grows without a reload."""
    count = visitor.find("frame-count")
    before = number(count)
    expect(count).not_to_have_text(count.inner_text())
    assert number(count) > before


def number(element):
    return int("".join(character for character in element.inner_text() if character.isdecimal()) or 0)


def expect_to_play(card):
    video = card.get_by_test_id("movie-video")
    video.evaluate("video => video.play()")
    video.page.wait_for_function(
        "() => [...document.querySelectorAll('video')].some(video => video.currentTime > 0.2)"
    )
