"""A worker hangs: at each moment the panel and operations say who has the movie and what comes next."""

from __future__ import annotations

import time
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect
from redis import Redis

from timelapse.project.stack.boot import running_valkey

from .test_page_tells_the_truth import CARDS, stopped

#: Notes twice a second what the panel of the newest movie says. The page does it, so that it misses none.
SAMPLE = """() => {
  window.samples = [];
  setInterval(() => {
    const card = document.querySelector("[data-testid=movie-card]");
    const codes = [...card.querySelectorAll("[data-testid=why-line]")].map((line) => line.dataset.code);
    window.samples.push({ at: Date.now() / 1000, state: card.dataset.state, codes });
  }, 500);
}"""
#: What the panel says while nobody reports.
SILENT = {"handed_out", "worker_silent", "worker_gone", "no_worker", "workers_late"}
#: Where the lines of text in an element begin.
LEFT_EDGES = """element => {
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const edges = [];
  while (texts.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    edges.push(Math.round(range.getBoundingClientRect().left));
  }
  return edges;
}"""
#: Seconds until a worker has missed its heartbeats and the page has shown it: two beats of each.
NOTICED_S = 15


@pytest.fixture
def timelapse(shared_stack, visitor):
    visitor.open_timelapse(shared_stack)
    expect(visitor.page.locator(f"{CARDS}[data-state=ready]").first).to_be_visible(timeout=180_000)
    return visitor.page


@contextmanager
def handed_out(stack, queue):
    """Take the next message of a queue off the broker, as a worker does that then hangs; give it back."""
    with Redis.from_url(running_valkey(stack.home), socket_timeout=30) as broker:
        # None: the request of the stopped worker was still open, so that the broker handed it the message.
        taken = broker.brpop([queue], timeout=2)
        yield
        if taken is not None:
            broker.rpush(*taken)


def test_no_moment_is_without_a_reason_while_a_worker_hangs_and_comes_back(shared_stack, visitor, timelapse):
    operations = timelapse.context.new_page()
    operations.goto(f"{shared_stack.address}/operations")
    before, newest = timelapse.locator(CARDS).count(), timelapse.locator(CARDS).first
    render = timelapse.get_by_test_id("render-button").element_handle()
    with stopped(shared_stack, "render"):
        stopped_at = time.time()
        # At once: a worker that has missed its heartbeats is handed nothing more.
        render.evaluate("button => button.click()")
        expect(timelapse.locator(CARDS)).to_have_count(before + 1)
        with handed_out(shared_stack, "render"):
            newest.get_by_test_id("why-button").click()
            expect(newest.get_by_test_id("why-line").first).to_be_visible()
            timelapse.evaluate(SAMPLE)
            known = newest.locator("[data-testid=why-line][data-code=handed_out]")
            expect(known).to_contain_text("It was handed to the worker render@")
            expect(known).to_contain_text("last report")
            expect(known).to_contain_text("Otherwise it is sent again soon after")
            expect(operations.get_by_test_id("task").filter(has_text="Handed out")).to_have_count(1)
            # It is sent again, and waits in its queue from then on.
            expect(known).to_have_count(0)
            expect(newest.locator("[data-testid=why-line][data-code=no_worker]")).to_be_visible()
            queued = operations.get_by_test_id("task").filter(has_text="Queued")
            expect(queued).to_have_count(1)
            state = queued.get_by_role("cell").filter(has=operations.get_by_test_id("why-button"))
            assert len(set(state.evaluate(LEFT_EDGES))) == 1  # “Why?” stands below the state
        goes_on_at = time.time()
    # The film grows as long as the shared stack runs; how fast it is rendered is not what this is about.
    expect(newest).to_have_attribute("data-state", "ready", timeout=180_000)
    samples = [each for each in timelapse.evaluate("window.samples") if each["state"] != "ready"]
    assert len(samples) > 20
    assert [each for each in samples if not each["codes"]] == []
    silent = [each for each in samples if stopped_at + NOTICED_S < each["at"] < goes_on_at]
    assert silent
    assert [each for each in silent if not SILENT & set(each["codes"])] == []
    assert [each for each in silent if {"workers_alive", "rendering"} & set(each["codes"])] == []
    assert visitor.errors == []
