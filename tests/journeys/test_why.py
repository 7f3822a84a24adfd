"""Somebody asks why a movie isn't there yet: the panel names the true cause, and its remedy works."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .test_accessibility import in_each_scheme, violations
from .test_page_tells_the_truth import CARDS, stopped


@pytest.fixture
def timelapse(shared_stack, visitor):
    visitor.open_timelapse(shared_stack)
    expect(visitor.page.locator(f"{CARDS}[data-state=ready]").first).to_be_visible()
    return visitor.page


def line(card, code):
    return card.locator(f"[data-testid=why-line][data-code={code}]")


def test_a_stopped_worker_is_named_and_the_movie_is_made_when_it_goes_on(
    shared_stack, visitor, timelapse, screenshot
):
    before = timelapse.locator(CARDS).count()
    with stopped(shared_stack, "render"):
        timelapse.get_by_test_id("render-button").click()
        expect(timelapse.locator(CARDS)).to_have_count(before + 1)
        newest = timelapse.locator(CARDS).first
        newest.get_by_test_id("why-button").click()
        expect(line(newest, "queued")).to_contain_text(re.compile(r"for \d+"))
        expect(line(newest, "no_worker")).to_contain_text("No worker is there to do it.")
        expect(line(newest, "no_worker")).to_contain_text("Start a worker: celery")
        expect(line(newest, "no_worker").get_by_text("(gone)")).to_be_hidden()
        expect(newest.get_by_test_id("movie-waiting")).to_have_count(0)  # the open panel says it
        for scheme in in_each_scheme(timelapse):
            screenshot(timelapse, f"why-{scheme}")
            assert violations(timelapse) == [], scheme
    expect(newest).to_have_attribute("data-state", "ready")
    assert visitor.errors == []


def test_a_movie_behind_another_is_made_at_once_when_that_is_asked_to_stop(shared_stack, visitor, timelapse):
    before = timelapse.locator(CARDS).count()
    with stopped(shared_stack, "render"):
        for number in (1, 2):
            timelapse.get_by_test_id("render-button").click()
            expect(timelapse.locator(CARDS)).to_have_count(before + number)
        newest, first = timelapse.locator(CARDS).nth(0), timelapse.locator(CARDS).nth(1)
        newest.get_by_test_id("why-button").click()
        expect(line(newest, "behind")).to_contain_text("comes first.")
        first.get_by_test_id("transition-cancel").click()
        expect(line(newest, "behind")).to_have_count(0)
    expect(newest).to_have_attribute("data-state", "ready")
    assert visitor.errors == []
