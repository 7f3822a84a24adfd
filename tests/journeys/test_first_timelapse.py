"""The main job, by clicking: frames arrive, a movie is asked for, watched while it grows, and played."""

from __future__ import annotations

import json

from playwright.sync_api import expect


def test_a_person_films_renders_and_plays(make_stack, visitor, picture_of):
    stack = make_stack().ready()
    visitor.sign_in(stack)
    expect(visitor.see("camera-latest-frame")).to_be_visible()
    frames_arrive(visitor)
    first = visitor.page.locator("[data-testid=movie-card]")
    expect(first.locator("video")).to_have_count(1)  # the first movie renders by itself
    visitor.page.wait_for_function("document.querySelector('video').readyState >= 2")
    picture_of(visitor.page, "timelapse")

    visitor.see("render-button").click()
    expect(visitor.page.locator("[data-testid=movie-card]")).to_have_count(2)
    newest = visitor.page.locator("[data-testid=movie-card]").first
    expect(newest).to_have_attribute("data-state", "ready")
    plays(newest)
    assert {"http:request", "celery:task", "render:movie"} <= caused_by_the_click(stack)
    visitor.page.get_by_role("link", name="Cameras").click()
    expect(visitor.see("camera-card")).to_contain_text("Simulated camera")
    picture_of(visitor.page, "cameras")
    visitor.page.get_by_role("link", name="Operations").click()
    expect(visitor.see("queue")).to_contain_text("celery")
    expect(visitor.see("live-status")).to_contain_text("Live")
    assert visitor.errors == []


def caused_by_the_click(stack):
    """All actions, of whatever process, that share the causal id of the movie rendered last."""
    log = (stack.home / "log" / "timelapse.jsonl").read_text().splitlines()
    actions = [message for message in map(json.loads, log) if "action_type" in message]
    movies = [message["task_uuid"] for message in actions if message["action_type"] == "render:movie"]
    return {message["action_type"] for message in actions if message["task_uuid"] == movies[-1]}


def frames_arrive(visitor):
    """The count grows while nobody touches the page."""
    count = visitor.see("frame-count")
    before = number(count)
    expect(count).not_to_have_text(count.inner_text())
    assert number(count) > before


def number(element):
    return int("".join(character for character in element.inner_text() if character.isdecimal()) or 0)


def plays(card):
    video = card.get_by_test_id("movie-video")
    video.evaluate("video => video.play()")
    video.page.wait_for_function(
        "() => [...document.querySelectorAll('video')].some(video => video.currentTime > 0.2)"
    )
