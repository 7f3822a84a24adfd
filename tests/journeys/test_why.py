"""Somebody asks why a movie isn't there yet: the panel names the true cause, and its remedy works."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.waiting import wait_until

from .test_accessibility import in_each_scheme, violations
from .test_page_tells_the_truth import CARDS, paused, stopped

GOLDEN = Path(__file__).parents[2] / "docs" / "reference" / "agent-protocol"
#: Runs a stack whose folder of movies is a disk of its own, and full until its file "filler" is deleted.
FULL_DISK = """
folder="$TIMELAPSE_HOME/media/movies"
mkdir -p "$folder" && mount -t tmpfs -o size=32m tmpfs "$folder" || exit
dd if=/dev/zero of="$folder/filler" bs=64k 2>/dev/null
exec "$@"
"""


@pytest.fixture
def timelapse(shared_stack, visitor):
    visitor.open_timelapse(shared_stack)
    expect(visitor.page.locator(f"{CARDS}[data-state=ready]").first).to_be_visible()
    return visitor.page


def line(card, code):
    return card.locator(f"[data-testid=why-line][data-code={code}]")


def request_movie(page):
    """Press Render, and return the card of the new movie."""
    before = page.locator(CARDS).count()
    page.get_by_test_id("render-button").click()
    expect(page.locator(CARDS)).to_have_count(before + 1)
    return page.locator(CARDS).first


def agents(stack):
    """The processes of the camera's agent."""
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in stack.processes()}
    return [pid for pid, command in commands.items() if b"camera_agent" in command]


def write_drive(folder, number):
    """What a camera exports to a drive: large pictures, so that it takes a while to import them."""
    folder.mkdir()
    (folder / "camera.json").write_bytes((GOLDEN / "exported_camera.json").read_bytes())
    values = json.loads((GOLDEN / "capture_metadata.json").read_text())["values"]
    Image.effect_noise((2400, 1800), 60).save(folder / "picture", "JPEG")
    picture = (folder / "picture").read_bytes()
    for sequence in range(number):
        name, data = f"drive-{sequence:08d}", picture + sequence.to_bytes(4, "big")
        facts = {"capture": name, "sha256": hashlib.sha256(data).hexdigest(), "sequence": str(sequence)}
        (folder / f"{name}.jpg").write_bytes(data)
        (folder / f"{name}.json").write_text(json.dumps(values | facts))
    return folder


def imported(stack):
    return len(list(stack.home.glob("media/frames/**/drive-*")))


@contextmanager
def importing(stack, drive):
    """Import the drive in a terminal; at the end the import must have stopped by itself."""
    command = [sys.executable, "-m", "timelapse", "import", str(drive), "--camera", "Simulated camera"]
    environment = os.environ | {"TIMELAPSE_HOME": str(stack.home)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            before = imported(stack)
            wait_until(lambda: imported(stack) > before, "the drive to be imported", 60)
            yield
            process.wait(60)
        finally:
            process.kill()


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


def test_who_reads_german_reads_in_german_what_needs_them_and_why(
    shared_stack, visitor, timelapse, screenshot
):
    timelapse.get_by_role("button", name="Account: admin").click()
    timelapse.get_by_role("menuitem", name="Deutsch").click()
    expect(timelapse.get_by_role("region", name="Film rendern")).to_be_visible()
    before = timelapse.locator(CARDS).count()
    with stopped(shared_stack, "render"):
        for number in (1, 2):
            timelapse.get_by_test_id("render-button").click()
            expect(timelapse.locator(CARDS)).to_have_count(before + number)
        newest, first = timelapse.locator(CARDS).nth(0), timelapse.locator(CARDS).nth(1)
        newest.get_by_test_id("why-button").click()
        expect(line(newest, "behind")).to_contain_text(re.compile(r"Film \d+ kommt zuerst\."))
        first.get_by_test_id("why-button").click()
        expect(line(first, "no_worker")).to_contain_text("Kein Worker ist dafür da.")
        expect(line(first, "no_worker")).to_contain_text("Starten Sie einen Worker: celery")
        in_german(timelapse, screenshot, "why-german")
        timelapse.get_by_role("link", name="Start", exact=True).click()
        need = timelapse.get_by_test_id("needs-you").locator("[data-code=no_worker]")
        said = re.compile("Kein Worker bedient die Warteschlange „render“; . Aufgaben? warte[nt]")
        expect(need).to_contain_text(said)
        in_german(timelapse, screenshot, "home-needs-german")
    assert visitor.errors == []


def in_german(page, screenshot, name):
    """Look at it on a desk and on a phone: German is longer, and nothing may leave the window."""
    for width, height in ((390, 844), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")
        for scheme in in_each_scheme(page):
            screenshot(page, f"{name}-{width}-{scheme}")
            assert violations(page) == [], (width, scheme)


def test_a_paused_queue_is_named_and_resumed_where_it_stands_in_the_way(
    shared_stack, visitor, timelapse, screenshot
):
    queues = timelapse.context.new_page()
    queues.goto(f"{shared_stack.address}/admin/queue_insight/queue/queue/?name=render")
    for button in ("Pause", "Pause 1 queue?"):
        queues.get_by_role("button", name=button, exact=True).click()
    resume = queues.get_by_role("button", name="Resume")
    expect(resume).to_be_visible()
    try:
        newest = request_movie(timelapse)
        newest.get_by_test_id("why-button").click()
        paused_queue = line(newest, "queue_paused")
        expect(paused_queue).to_contain_text("admin paused the queue “render”.")
        paused_queue.get_by_role("button", name="Resume the queue").click()
        dialog = timelapse.get_by_role("dialog", name="Resume this queue?")
        expect(dialog).to_contain_text("The workers that stopped taking from it take from it again.")
        for scheme in in_each_scheme(timelapse):
            screenshot(timelapse, f"why-resume-{scheme}")
            assert violations(timelapse) == [], scheme
        dialog.get_by_role("button", name="Resume the queue").click()
        expect(paused_queue).to_have_count(0)
        expect(newest).to_have_attribute("data-state", "ready")
    finally:
        queues.reload()
        if resume.is_visible():
            resume.click()
            resume.click()  # confirmed
    queues.goto(f"{shared_stack.address}/admin/queue_insight/actionrecord/")
    row = queues.get_by_role("row").filter(has_text="resume").first
    expect(row).to_contain_text("admin")
    expect(row).to_contain_text("render")
    assert visitor.errors == []


def test_an_import_in_the_way_of_a_movie_and_of_a_deletion_is_asked_to_stop(
    make_stack, visitor, tmp_path, screenshot
):
    drive = write_drive(tmp_path / "drive", 600)
    stack = make_stack().ready()
    visitor.open_timelapse(stack)
    page = visitor.page
    expect(page.locator(f"{CARDS}[data-state=ready]")).to_have_count(1)
    with importing(stack, drive):
        newest = request_movie(page)
        newest.get_by_test_id("why-button").click()
        held = line(newest, "held")
        expect(held).to_contain_text("“Import captures” ends first (started by timelapse import")
        under_way = page.get_by_test_id("object-runs").get_by_test_id("run")
        expect(under_way).to_contain_text("Import captures: running")
        expect(under_way.get_by_role("button", name="Pause")).to_be_visible()
        held.get_by_role("button", name="Ask it to stop").click()
        expect(held).to_have_count(0)
    expect(newest).to_have_attribute("data-state", "ready")

    deletion = page.get_by_test_id("delete-timelapse")
    steps = deletion.get_by_test_id("plan-step")
    with importing(stack, drive):
        deletion.get_by_role("button", name="Why?").click()
        expect(line(deletion, "held")).to_contain_text("“Import captures” ends first")
        expect(steps).to_have_text(["Cancel: Import captures", "Delete: First light"])
        for scheme in in_each_scheme(page):
            screenshot(page, f"why-plan-{scheme}")
            assert violations(page) == [], scheme
        steps.get_by_role("button", name="Cancel: Import captures").click()
    deletion.get_by_role("button", name="Delete the timelapse").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the timelapse").click()
    expect(deletion).to_have_count(0)
    assert visitor.errors == []


def test_a_camera_that_is_offline_is_the_cause_until_its_agent_reports_again(shared_stack, visitor):
    visitor.sign_in(shared_stack)
    page = visitor.page
    page.get_by_role("link", name="Cameras").click()
    visitor.find("camera-card").first.get_by_role("link").first.click()
    page.get_by_role("button", name="Is anything wrong?").click()
    expect(page.get_by_test_id("why-nothing")).to_have_text("Nothing is waiting.")
    with paused(agents(shared_stack)):
        expect(line(page, "offline")).to_contain_text("is offline.")
        expect(line(page, "offline")).to_contain_text("Look at its power and its network.")
    expect(page.get_by_test_id("why-nothing")).to_have_text("Nothing is waiting.")
    assert visitor.errors == []


def test_a_movie_that_failed_names_the_full_disk_and_is_made_once_there_is_room(make_stack, visitor):
    if subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "true"], check=False).returncode:
        pytest.skip("This machine lets nobody mount a disk of their own (unshare --user --mount).")
    in_its_own = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", FULL_DISK, "sh")
    stack = make_stack(within=in_its_own).ready()
    movies = Path(f"/proc/{stack.process.pid}/root/{stack.home}/media/movies")
    visitor.open_timelapse(stack)
    failed = visitor.page.locator(f"{CARDS}[data-state=failed]")
    failed.get_by_role("button", name="Why did it fail?").click()
    full = line(visitor.page, "disk_full")
    expect(full).to_contain_text("The disk for movies is full")
    expect(full).to_contain_text("Free space where the movies are stored")
    (movies / "filler").unlink()
    failed.get_by_role("button", name=re.compile("Retry|Resume")).click()  # something of it may be finished
    expect(visitor.page.locator(f"{CARDS}[data-state=ready]")).to_have_count(1)


@contextmanager
def damaged(stack):
    """Make every picture that the server has unreadable for a while, and remove what was encoded of them."""
    media = stack.home / "media"
    pictures = {path: path.read_bytes() for path in media.glob("frames/**/*") if path.is_file()}
    for segment in media.glob("segments/**/*.*"):
        segment.unlink()
    try:
        for path in pictures:
            path.write_bytes(b"no picture any more")
        yield
    finally:
        for path, picture in pictures.items():
            path.write_bytes(picture)


def test_a_movie_of_damaged_pictures_says_so_with_what_it_caused_and_is_made_once_they_are_back(
    make_stack, visitor, screenshot
):
    stack = make_stack().ready()
    visitor.open_timelapse(stack)
    page = visitor.page
    expect(page.locator(f"{CARDS}[data-state=ready]")).to_have_count(1)
    with paused(agents(stack)):
        with damaged(stack):
            card = request_movie(page)
            expect(card).to_have_attribute("data-state", "failed")
            card.get_by_role("button", name="Why did it fail?").click()
            cause = line(card, "no_usable_frames")
            expect(cause).to_contain_text("Put the files of its frames back, then retry")
            caused = card.get_by_test_id("caused")
            caused.get_by_text("What this request caused").click()
            steps = caused.get_by_test_id("caused-step")
            expect(steps.first).to_contain_text("A click reached the server.")
            expect(steps.filter(has_text="A worker took the task")).to_have_count(1)
            failed = caused.locator("[data-cause=true]")
            expect(failed).to_have_count(1)
            expect(failed).to_contain_text("Encoding.")
            expect(failed).to_contain_text("could be read")
            expect(caused.get_by_role("link", name="All of it in the log")).to_be_visible()
            for scheme in in_each_scheme(page):
                screenshot(page, f"why-caused-{scheme}")
                assert violations(page) == [], scheme
        card.get_by_role("button", name="Retry").click()
        expect(card).to_have_attribute("data-state", "ready")
    assert visitor.errors == []
