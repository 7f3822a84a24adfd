from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.held_locks import held_elsewhere

from fsmlock.iteration import execute
from fsmlock.models import Run
from fsmlock.testing import interrupt_after
from timelapse.cameras import actions as cameras
from timelapse.frames import clocks
from timelapse.frames.actions import store_frame
from timelapse.frames.domain import Capture, Fix, FramePaths, Picture
from timelapse.frames.models import ClockFix, Frame
from timelapse.timelapses.models import Timelapse

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
STARTED = NOON - timedelta(hours=1)


def fix(source="ntp", boot="boot-a", offset=STARTED):
    return Fix(boot=boot, offset_ns=round(offset.timestamp() * 10**9), error_ms=50, source=source)


@pytest.fixture
def arrive(camera):
    def arrive(number, *, clock="unknown", boot="boot-a", of=camera, monotonic=True):
        capture = Capture(
            capture=f"{boot}-{number:08d}",
            sha256="0" * 64,
            captured_at=datetime(1970, 1, 1, 0, 0, number, tzinfo=UTC),
            sequence=number,
            clock=clock,
            boot=boot,
            monotonic_ns=number * 10**9 if monotonic else None,
        )
        picture = Picture(width=64, height=48, orientation=1, extension="jpg", bytes=99)
        return store_frame(of.pk, capture, picture, FramePaths.of(of.pk, capture.capture, "jpg")).frame

    return arrive


def test_stored_frames_of_the_boot_get_their_true_times(camera, arrive):
    for number in range(5):
        arrive(number)
    other_boot, other_camera = arrive(9, boot="boot-b"), arrive(9, of=cameras.enrol("Garden").camera)
    assert clocks.record_fixes(camera.pk, [fix()]) == ["boot-a"]
    frames = Frame.objects.filter(camera=camera, boot="boot-a")
    assert {frame.captured_at - STARTED for frame in frames} == {timedelta(seconds=n) for n in range(5)}
    assert {frame.clock for frame in frames} == {"synced"}
    for untouched in (other_boot, other_camera):
        untouched.refresh_from_db()
        assert (untouched.clock, untouched.captured_at.year) == ("unknown", 1970)


def test_frames_that_come_later_are_corrected_on_arrival(camera, arrive):
    clocks.record_fixes(camera.pk, [fix("server")])
    frame = arrive(7)
    assert (frame.clock, frame.captured_at) == ("estimated", STARTED + timedelta(seconds=7))


def test_a_good_clock_is_never_made_worse(camera, arrive):
    frame = arrive(7, clock="synced")
    clocks.record_fixes(camera.pk, [fix()])
    frame.refresh_from_db()
    assert frame.captured_at.year == 1970
    estimated = arrive(8, clock="estimated")
    clocks.record_fixes(camera.pk, [fix("server")])
    estimated.refresh_from_db()
    assert (estimated.clock, estimated.captured_at) == ("synced", STARTED + timedelta(seconds=8))


def test_a_better_source_replaces_a_worse_one_and_not_the_other_way_round(camera, arrive):
    clocks.record_fixes(camera.pk, [fix("server", offset=STARTED + timedelta(seconds=3))])
    frame = arrive(7)
    clocks.record_fixes(camera.pk, [fix("ntp")])
    frame.refresh_from_db()
    assert (frame.clock, frame.captured_at) == ("synced", STARTED + timedelta(seconds=7))
    clocks.record_fixes(camera.pk, [fix("server", offset=STARTED + timedelta(days=3))])
    assert ClockFix.objects.get().source == "ntp"


def test_a_frame_without_a_monotonic_time_stays_as_it_is(camera, arrive):
    frame = arrive(7, monotonic=False)
    clocks.record_fixes(camera.pk, [fix()])
    frame.refresh_from_db()
    assert frame.clock == "unknown"


def test_a_frame_without_a_monotonic_time_is_not_corrected_on_arrival(camera, arrive):
    clocks.record_fixes(camera.pk, [fix()])
    assert arrive(7, monotonic=False).clock == "unknown"


@pytest.mark.parametrize(
    ("stored", "sent", "clock"),
    [
        ("unknown", "estimated", "estimated"),
        ("estimated", "synced", "synced"),
        ("estimated", "estimated", "estimated"),
        ("synced", "estimated", "synced"),
        ("synced", "unknown", "synced"),
    ],
)
def test_a_frame_takes_over_only_a_better_time(arrive, stored, sent, clock):
    frame = arrive(7, clock=stored)
    capture = Capture(capture=frame.capture, sha256=frame.sha256, captured_at=NOON, sequence=7, clock=sent)
    clocks.improve_time(frame, capture)
    frame.refresh_from_db()
    assert frame.clock == clock
    assert (frame.captured_at == NOON) == (clock != stored)


def test_a_stored_clock_of_no_known_quality_is_the_worst(arrive):
    frame = arrive(7, clock="guessed")
    clocks.improve_time(
        frame, Capture(capture=frame.capture, sha256=frame.sha256, captured_at=NOON, sequence=7)
    )
    frame.refresh_from_db()
    assert (frame.clock, frame.captured_at) == ("unknown", NOON)


def test_a_frame_that_got_a_better_time_meanwhile_keeps_it(arrive):
    frame = arrive(7)
    Frame.objects.filter(pk=frame.pk).update(clock="synced", captured_at=STARTED)
    capture = Capture(
        capture=frame.capture, sha256=frame.sha256, captured_at=NOON, sequence=7, clock="estimated"
    )
    clocks.improve_time(frame, capture)
    frame.refresh_from_db()
    assert (frame.clock, frame.captured_at) == ("synced", STARTED)


def test_a_fix_that_is_stored_already_is_acknowledged_again_and_retimes_nothing(camera, arrive):
    assert clocks.record_fixes(camera.pk, [fix(), fix(boot="boot-b")]) == ["boot-a", "boot-b"]
    frame = arrive(7)
    Frame.objects.filter(pk=frame.pk).update(clock="unknown")
    assert clocks.record_fixes(camera.pk, [fix()]) == ["boot-a"]
    frame.refresh_from_db()
    assert frame.clock == "unknown"
    assert not Run.objects.exists()


def test_a_fix_of_the_same_source_does_not_replace_the_stored_one(camera):
    clocks.record_fixes(camera.pk, [fix("server")])
    clocks.record_fixes(camera.pk, [fix("server", offset=STARTED + timedelta(days=3))])
    assert ClockFix.objects.get().offset_ns == fix("server").offset_ns


def test_a_frame_with_as_good_a_clock_is_not_corrected_on_arrival(camera, arrive):
    clocks.record_fixes(camera.pk, [fix("server")])
    frame = arrive(7, clock="estimated")
    assert (frame.clock, frame.captured_at.year) == ("estimated", 1970)


def test_more_frames_than_one_batch_are_retimed_by_and_by(camera, arrive, monkeypatch):
    monkeypatch.setattr(clocks, "BATCH", 10)
    for number in range(25):
        arrive(number)
    clocks.record_fixes(camera.pk, [fix()])
    assert Frame.objects.filter(clock="synced").count() == 10
    (run,) = Run.objects.all()
    assert clocks.apply_fixes() == 0, "it has a run already"
    execute(run)
    assert (run.state, run.done, run.unit) == ("succeeded", 15, "frame")
    assert not Frame.objects.exclude(clock="synced").exists()


def test_a_run_that_was_paused_goes_on_with_the_frames_that_are_left(camera, arrive, monkeypatch):
    monkeypatch.setattr(clocks.RetimeFrames, "batch_size", 10)
    monkeypatch.setattr(clocks, "BATCH", 0)
    for number in range(25):
        arrive(number)
    clocks.record_fixes(camera.pk, [fix()])
    run = Run.objects.get()
    execute(run, on_item=interrupt_after(1))
    run.pause(by="editor")
    assert (run.state, Frame.objects.filter(clock="synced").count()) == ("paused", 10)
    run.apply_transition("resume", by="editor")
    execute(run)
    assert (run.state, run.done) == ("succeeded", 25)
    assert not Frame.objects.exclude(clock="synced").exists()


def test_a_run_that_was_cancelled_is_not_enqueued_again(camera, arrive, monkeypatch):
    monkeypatch.setattr(clocks, "BATCH", 0)
    arrive(1)
    clocks.record_fixes(camera.pk, [fix()])
    Run.objects.get().cancel(by="editor")
    assert clocks.apply_fixes() == 0


@pytest.mark.parametrize(
    ("created", "enqueued"), [(timedelta(0), 0), (timedelta(microseconds=-1), 1)], ids=["at once", "before"]
)
def test_only_a_run_cancelled_since_the_fix_keeps_it_from_being_applied(
    camera, arrive, monkeypatch, created, enqueued
):
    monkeypatch.setattr(clocks, "BATCH", 0)
    arrive(1)
    clocks.record_fixes(camera.pk, [fix()])
    Run.objects.get().cancel(by="editor")
    Run.objects.update(created_at=ClockFix.objects.get().learnt_at + created)
    assert clocks.apply_fixes() == enqueued


@pytest.mark.django_db(transaction=True)
def test_frames_are_not_retimed_while_a_movie_is_rendered_from_them(camera, arrive, monkeypatch):
    monkeypatch.setattr(clocks, "BATCH", 0)
    garden = Timelapse.objects.create(name="Garden", camera=camera)
    arrive(1)
    clocks.record_fixes(camera.pk, [fix()])
    run = Run.objects.get()
    with held_elsewhere(garden, "render", "Movie 7"):
        execute(run)
    assert run.state == "interrupted"
    assert "Movie 7" in run.reason
    with held_elsewhere(camera, "import", "ImportCaptures 1"):
        assert execute(run).state == "succeeded"


def test_a_fix_is_settled_only_when_no_frame_can_be_on_its_way_past_it(camera, arrive):
    clocks.record_fixes(camera.pk, [fix()])
    settles = ClockFix.objects.get().learnt_at + timedelta(minutes=1)
    clocks.apply_fixes(now=settles)
    assert not ClockFix.objects.get().settled
    clocks.apply_fixes(now=settles + timedelta(microseconds=1))
    assert ClockFix.objects.get().settled


def test_a_fix_with_frames_left_is_not_settled_whatever_its_age(camera, arrive, monkeypatch):
    monkeypatch.setattr(clocks, "BATCH", 0)
    arrive(1)
    clocks.record_fixes(camera.pk, [fix()])
    Run.objects.get().cancel(by="editor")
    clocks.apply_fixes(now=datetime.now(UTC) + timedelta(days=1))
    assert not ClockFix.objects.get().settled


def test_a_month_of_frames_is_retimed_by_few_statements_a_batch(
    camera, arrive, django_assert_max_num_queries
):
    for number in range(40):
        arrive(number)
    with django_assert_max_num_queries(8):
        assert clocks.retime(camera.pk, fix()) == 40


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work shares the machine
@given(monotonic=st.integers(0, 10**17), offset=st.integers(0, 3 * 10**18))
def test_a_corrected_time_is_right_to_the_microsecond(monotonic, offset):
    true = Fix(boot="b", offset_ns=offset, error_ms=1, source="ntp").corrected(monotonic)
    elapsed = true - datetime(1970, 1, 1, tzinfo=UTC)
    microseconds = elapsed.days * 86_400_000_000 + elapsed.seconds * 1_000_000 + elapsed.microseconds
    assert 0 <= (monotonic + offset) - microseconds * 1000 < 1000
