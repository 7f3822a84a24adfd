"""The worker is killed while it renders: the page shows that, and the movie is finished."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.waiting import wait_until

from . import movies
from .conftest import create_timelapse, kill


@pytest.fixture
def footage(tmp_path):
    return movies.extract(movies.FOOTAGE / "bikes.mp4", tmp_path / "bikes", frames=400)


def test_a_killed_worker_shows_as_stalled_and_the_movie_is_finished(
    make_stack, visitor, footage, tmp_path, screenshot
):
    stack = make_stack("--no-camera").ready()
    visitor.sign_in(stack)
    deliver(stack, visitor, footage, tmp_path / "agent")
    visitor.find("render-button").click()
    progress = visitor.find("movie-progress")
    expect_increasing(progress, times=3)
    expect_to_play_what_is_finished(visitor, progress)
    screenshot(visitor.page, "rendering")
    operations = visitor.page.context.new_page()
    operations.goto(f"{stack.address}/operations")
    expect(operations.get_by_test_id("progress")).to_contain_text("alive", ignore_case=True)

    kill(worker_processes(stack))
    # Both pages show it at the same moment, for the few seconds until another worker continues.
    expect(operations.get_by_test_id("progress")).to_contain_text("stalled", ignore_case=True)
    expect(visitor.find("movie-liveness")).to_contain_text("stalled", ignore_case=True)
    screenshot(visitor.page, "stalled")
    screenshot(operations, "operations")
    operations.close()

    card = visitor.page.locator("[data-testid=movie-card]").first
    expect(card).to_have_attribute("data-state", "ready", timeout=400_000)
    expect(visitor.page.locator("[data-testid=movie-card]")).to_have_count(1)
    finished = list(stack.home.glob("media/movies/*/movie.mp4"))
    assert len(finished) == 1
    # Who watched the beginning goes on in the movie itself.
    visitor.page.wait_for_function(
        "() => document.querySelector('[data-testid=movie-video]')?.currentTime > 0.5"
    )
    assert movies.probe(finished[0]).frames == 400
    assert visitor.errors == []


def expect_to_play_what_is_finished(visitor, progress):
    """Watch the first seconds of the movie while the worker renders the rest."""
    visitor.page.get_by_role("button", name="Watch what is finished").click()
    visitor.page.wait_for_function(
        "() => document.querySelector('[data-testid=live-video]')?.currentTime > 0.5"
    )
    assert int(progress.get_attribute("aria-valuenow")) < 100


def deliver(stack, visitor, footage, home):
    """Pair an agent by its code, as a user does, and let it deliver the footage."""
    agent = [str(Path(sys.executable).parent / "camera-agent")]
    pairing = subprocess.Popen(
        [*agent, "pair", stack.address, "--home", str(home), "--name", "Bikes", "--driver", "replay"],
        stdout=subprocess.DEVNULL,
    )
    wait_until((home / "pairing.json").exists, "a code")
    code = json.loads((home / "pairing.json").read_text())
    visitor.page.goto(code["verification_uri_complete"])
    visitor.page.get_by_role("button", name="Approve").click()
    assert pairing.wait(30) == 0
    run = [
        "run",
        "--home",
        str(home),
        "--server",
        stack.address,
        "--driver",
        "replay",
        "--source",
        str(footage),
        "--once",
    ]
    subprocess.run([*agent, *run], check=True, timeout=120)
    visitor.page.goto(f"{stack.address}/timelapses")
    create_timelapse(visitor.page, "Bikes")
    expect(visitor.find("frame-count")).to_contain_text("400")


def expect_increasing(progress, times):
    """Wait for a number of values, each greater than the one before."""
    seen = -1.0
    for _ in range(times):
        progress.page.wait_for_function(
            "seen => +(document.querySelector('[data-testid=movie-progress]')"
            "?.getAttribute('aria-valuenow') ?? -1) > seen",
            arg=seen,
        )
        seen = float(progress.get_attribute("aria-valuenow") or 0)


def worker_processes(stack):
    found = []
    for pid in stack.processes():
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if b"worker" in command and b"celery" in command:
            found.append(pid)
    assert found
    return found
