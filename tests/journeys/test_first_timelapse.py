"""The main use in the browser: frames arrive, a movie is rendered, and plays."""

from __future__ import annotations

import json

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
