"""What the page says stays true: when a worker stops, a session ends, the network goes, or others delete."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import create_timelapse

CARDS = "[data-testid=movie-card]"


@pytest.fixture
def timelapse(shared_stack, visitor):
    """The page of the stack's timelapse, with a movie that is ready."""
    visitor.open_timelapse(shared_stack)
    expect(visitor.page.locator(f"{CARDS}[data-state=ready]").first).to_be_visible()
    for unfinished in ("queued", "rendering"):  # of another test
        expect(visitor.page.locator(f"{CARDS}[data-state={unfinished}]")).to_have_count(0)
    return visitor.page


def test_a_worker_that_stops_is_missed_on_both_pages(shared_stack, timelapse):
    operations = timelapse.context.new_page()
    operations.goto(f"{shared_stack.address}/operations")
    expect(operations.get_by_text("2 workers", exact=True)).to_be_visible()
    before = timelapse.locator(CARDS).count()
    with stopped(shared_stack, "render"):
        timelapse.get_by_test_id("render-button").click()
        expect(timelapse.locator(CARDS)).to_have_count(before + 1)
        newest = timelapse.locator(CARDS).first
        expect(newest.get_by_test_id("movie-waiting")).to_contain_text("No worker listens to queue 'render'")
        expect(timelapse.get_by_test_id("live-status")).to_contain_text("Live")
        expect(operations.get_by_text("1 worker", exact=True)).to_be_visible()
    expect(newest).to_have_attribute("data-state", "ready")


def test_an_expired_session_leads_to_the_sign_in_form_and_back(shared_stack, visitor, timelapse):
    address = timelapse.url
    # The page may find the expired session by itself before the click: the button may be gone by then.
    button = timelapse.get_by_test_id("render-button").element_handle()
    timelapse.context.clear_cookies(name="sessionid")
    button.evaluate("button => button.click()")
    expect(timelapse.get_by_role("heading", name="Sign in")).to_be_visible()
    timelapse.get_by_label("Username").fill("admin")
    timelapse.get_by_label("Password").fill(shared_stack.password)
    timelapse.get_by_role("button", name="Sign in").click()
    expect(timelapse.get_by_test_id("frame-count")).to_be_visible()
    assert timelapse.url == address
    expect(timelapse.get_by_test_id("live-status")).to_contain_text("Live")


def test_a_page_opened_without_a_network_heals_when_it_is_back(timelapse):
    timelapse.context.set_offline(True)
    expect(timelapse.get_by_test_id("connection-banner")).to_contain_text("You are offline")
    expect(timelapse.get_by_test_id("camera-liveness")).to_contain_text("not connected")
    timelapse.get_by_role("link", name="Operations").click()
    expect(timelapse.get_by_role("heading", name="The server can't be reached.")).to_be_visible()
    timelapse.context.set_offline(False)
    expect(timelapse.get_by_test_id("live-status")).to_contain_text("Live")
    expect(timelapse.get_by_role("heading", name="Operations")).to_be_visible()
    expect(timelapse.get_by_test_id("connection-banner")).to_have_count(0)


def test_a_deleted_movie_leaves_the_page_of_everybody(timelapse):
    other = timelapse.context.new_page()
    other.goto(timelapse.url)
    count = timelapse.locator(CARDS).count()
    timelapse.get_by_test_id("render-button").click()
    newest = timelapse.locator(CARDS).first
    expect(other.locator(CARDS)).to_have_count(count + 1)
    expect(newest).to_have_attribute("data-state", "ready")
    newest.get_by_test_id("transition-trash").click()
    expect(other.locator(CARDS)).to_have_count(count)
    timelapse.get_by_role("button", name="Undo").click()
    expect(other.locator(CARDS)).to_have_count(count + 1)
    newest.get_by_test_id("transition-trash").click()
    expect(other.locator(CARDS)).to_have_count(count)


def test_a_new_timelapse_appears_on_the_lists_of_everybody(shared_stack, timelapse):
    other = timelapse.context.new_page()
    other.goto(f"{shared_stack.address}/timelapses")
    expect(other.get_by_test_id("timelapse-card").first).to_be_visible()
    timelapse.goto(f"{shared_stack.address}/timelapses")
    create_timelapse(timelapse, "Harbour at dawn")
    expect(other.get_by_role("heading", name="Harbour at dawn")).to_be_visible()


def stopped(stack, queue):
    """Stop the processes of a queue's worker for a while, as a hang would."""
    marks = {b"--queues", queue.encode()}
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in stack.processes()}
    return paused([pid for pid, command in commands.items() if marks <= set(command)])


@contextmanager
def paused(pids):
    """Stop these processes for a while."""
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):  # it ended meanwhile
                os.kill(pid, signal.SIGCONT)
