from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_agent.captures import Capture, metadata
from camera_agent.host import clock
from camera_agent.host.clock import EARLIEST_NS, Clock, ClockFix, ClockQuality, boot_id, monotonic_ns
from camera_agent.protocol.captures import read_metadata
from camera_agent.protocol.settings import YEARS

TRUE = EARLIEST_NS + 10**18


class World:
    def __init__(self, *, wall: int, synced: bool) -> None:
        self.wall, self.synced, self.monotonic, self.error_ms = wall, synced, 5_000_000_000, 1.0

    def clock(self) -> Clock:
        return Clock(
            wall_ns=lambda: self.wall,
            monotonic=lambda: self.monotonic,
            error_ms=lambda: self.error_ms if self.synced else None,
        )


def test_a_synced_system_clock_is_taken_as_it_is():
    now = World(wall=TRUE, synced=True).clock().now()
    assert (now.wall_ns, now.quality, now.monotonic_ns) == (TRUE, ClockQuality.SYNCED, 5_000_000_000)


def test_a_clock_in_1970_is_never_called_synced():
    assert World(wall=0, synced=True).clock().now().quality is ClockQuality.UNKNOWN


@pytest.mark.parametrize("wall", [-(2**70), -1, 5_680_281_600 * 10**9, 2**70])
def test_a_capture_by_a_clock_of_an_impossible_year_is_taken_by_the_server(wall):
    now = World(wall=wall, synced=False).clock().now()
    assert (now.quality, now.monotonic_ns) == (ClockQuality.UNKNOWN, 5_000_000_000)
    about = metadata(
        Capture(
            capture="cam-00000001-abcdef",
            sequence=1,
            filename="1.jpg",
            filetype="image/jpeg",
            size=1,
            sha256="0" * 64,
            captured_at=now,
            exposure={},
        )
    )
    assert read_metadata(about).captured_at.year in YEARS


def test_an_unsynced_clock_is_unknown_until_the_server_tells_the_time():
    world = World(wall=1000, synced=False)
    reported = world.clock()
    assert reported.now().quality is ClockQuality.UNKNOWN
    reported.learn(TRUE, sent_at=4_000_000_000, received_at=6_000_000_000)
    world.monotonic += 7
    assert (reported.now().wall_ns, reported.now().quality) == (TRUE + 7, ClockQuality.ESTIMATED)


def test_the_system_clock_wins_over_the_server_once_it_is_synced():
    world = World(wall=TRUE, synced=False)
    reported = world.clock()
    reported.learn(TRUE - 10**9, sent_at=0, received_at=0)
    world.synced = True
    assert (reported.now().wall_ns, reported.now().quality) == (TRUE, ClockQuality.SYNCED)


def test_a_jump_of_the_wall_clock_does_not_move_an_estimated_time():
    world = World(wall=TRUE, synced=False)
    reported = world.clock()
    reported.learn(TRUE, sent_at=5_000_000_000, received_at=5_000_000_000)
    world.wall -= 86_400 * 10**9
    assert reported.now().wall_ns == TRUE


def test_all_moments_of_a_boot_carry_its_id(tmp_path):
    (tmp_path / "boot_id").write_text("6f9c1e3a\n")
    assert boot_id(tmp_path / "boot_id") == "6f9c1e3a"
    assert boot_id(tmp_path / "missing") == boot_id(tmp_path / "missing") != ""


def test_monotonic_time_grows():
    assert monotonic_ns() < monotonic_ns() + 1
    assert clock.Clock().now().monotonic_ns > 0


HOUR = 3600 * 10**9


def test_a_synced_clock_that_jumps_is_not_believed_until_the_server_confirms_it():
    world = World(wall=TRUE, synced=True)
    reported = world.clock()
    assert reported.now().quality is ClockQuality.SYNCED
    world.wall += 24 * HOUR + 10**9
    world.monotonic += 10**9
    assert (reported.now().wall_ns, reported.now().quality) == (TRUE + 10**9, ClockQuality.ESTIMATED)
    reported.learn(world.wall, world.monotonic, world.monotonic)
    assert (reported.now().wall_ns, reported.now().quality) == (world.wall, ClockQuality.SYNCED)


def test_a_clock_that_was_set_wrong_is_left_for_the_servers_time():
    world = World(wall=TRUE, synced=True)
    reported = world.clock()
    reported.now()
    world.wall -= 24 * HOUR
    reported.learn(TRUE + HOUR, world.monotonic, world.monotonic)
    assert (reported.now().wall_ns, reported.now().quality) == (TRUE + HOUR, ClockQuality.ESTIMATED)
    world.wall += 24 * HOUR
    reported.learn(TRUE, world.monotonic, world.monotonic)
    assert (reported.now().wall_ns, reported.now().quality) == (TRUE, ClockQuality.SYNCED)


def test_a_server_that_disagrees_does_not_move_a_clock_that_never_jumped():
    world = World(wall=TRUE, synced=True)
    reported = world.clock()
    reported.now()
    reported.learn(TRUE + HOUR, world.monotonic, world.monotonic)
    assert (reported.now().wall_ns, reported.now().quality) == (TRUE, ClockQuality.SYNCED)


def test_slewing_is_no_jump():
    world = World(wall=TRUE, synced=True)
    reported = world.clock()
    for _ in range(20):
        reported.now()
        world.wall += 10**9 + 10**8
        world.monotonic += 10**9
    assert reported.now().quality is ClockQuality.SYNCED


def test_a_fix_says_what_is_known_of_this_boot():
    world = World(wall=1000, synced=False)
    reported = world.clock()
    assert reported.fix() is None
    reported.learn(TRUE, 4_000_000_000, 6_000_000_000)
    fix = reported.fix()
    assert (fix.source, fix.error_ms, fix.offset_ns) == ("server", 1000.0, TRUE - 5_000_000_000)
    assert fix.quality is ClockQuality.ESTIMATED
    world.wall, world.synced = TRUE, True
    assert (reported.fix().source, reported.fix().offset_ns) == ("ntp", TRUE - world.monotonic)


def test_a_slow_answer_does_not_replace_what_a_quick_one_reported():
    world = World(wall=1000, synced=False)
    reported = world.clock()
    reported.learn(TRUE, world.monotonic, world.monotonic + 2_000_000)
    reported.learn(TRUE + HOUR, world.monotonic, world.monotonic + 60_000_000_000)
    assert reported.fix().error_ms == 1.0


ANSWERS = st.lists(
    st.tuples(
        st.integers(0, 4_000_000_000), st.integers(0, 4_000_000_000), st.sampled_from([0, 1, 10**6, 10**9])
    ),
    max_size=20,
)


@given(ANSWERS)
def test_better_estimates_never_let_a_later_capture_seem_earlier(answers):
    world = World(wall=1000, synced=False)
    reported = world.clock()
    reported.learn(TRUE, world.monotonic - 5_000_000_000, world.monotonic)
    seen, offset = [reported.now().wall_ns], TRUE - world.monotonic
    for there, back, later in answers:
        asked, received = world.monotonic, world.monotonic + there
        world.monotonic = received + back
        reported.learn(received + offset, asked, world.monotonic)
        seen.append(reported.now().wall_ns)
        world.monotonic += later
        seen.append(reported.now().wall_ns)
    assert seen == sorted(seen)
    world.monotonic += 10 * 10**9
    fix = reported.fix()
    assert reported.now().wall_ns == world.monotonic + fix.offset_ns


def test_a_server_whose_clock_was_set_is_followed_at_once():
    world = World(wall=1000, synced=False)
    reported = world.clock()
    reported.learn(TRUE + HOUR, world.monotonic - 2_000_000, world.monotonic)
    reported.learn(TRUE, world.monotonic, world.monotonic)
    assert reported.now().wall_ns == TRUE


@pytest.mark.parametrize("source", ["ntp", "server"])
def test_a_later_run_in_the_same_boot_goes_on_from_what_was_known(source):
    world = World(wall=TRUE + 24 * HOUR, synced=True)
    reported = world.clock()
    if source == "server":
        world.synced = False
    reported.recall(ClockFix(boot=reported.boot, offset_ns=TRUE, error_ms=1.0, source=source))
    assert (reported.now().wall_ns, reported.now().quality) == (
        TRUE + world.monotonic,
        ClockQuality.ESTIMATED,
    )


def test_the_kernel_or_systemd_says_how_far_the_clock_may_be_off(monkeypatch, tmp_path):
    monkeypatch.setattr(clock, "SYNCED_MARK", tmp_path / "mark")
    monkeypatch.setattr(clock, "kernel_error_ms", lambda: None)
    assert clock.system_error_ms() is None
    (tmp_path / "mark").touch()
    assert 100 <= clock.system_error_ms() < 1000
    monkeypatch.setattr(clock, "kernel_error_ms", lambda: 12.0)
    assert clock.system_error_ms() == 12.0
    (tmp_path / "mark").unlink()
    assert clock.system_error_ms() == 12.0


DAY_S = 86_400


@pytest.mark.parametrize(("age_s", "synced"), [(0, True), (3600, True), (DAY_S, False), (28 * DAY_S, False)])
def test_a_clock_that_was_set_long_ago_is_not_synced_whatever_its_mark_says(tmp_path, age_s, synced):
    mark = tmp_path / "mark"
    mark.touch()
    error_ms = clock.marked_error_ms(mark, now=lambda: mark.stat().st_mtime + age_s)
    true_error_ms = 50e-6 * age_s * 1000  # a cheap crystal: 121 s in 28 days
    assert error_ms >= true_error_ms
    system = Clock(wall_ns=lambda: TRUE, monotonic=lambda: 5, error_ms=lambda: error_ms)
    assert (system.now().quality is ClockQuality.SYNCED) is synced


def test_the_error_that_is_stated_grows_with_the_age_of_the_last_sync():
    world = World(wall=TRUE, synced=True)
    reported, errors = world.clock(), []
    for error_ms in (1.0, 300.0, 900.0):
        world.error_ms = error_ms
        errors.append(reported.fix().error_ms)
    assert errors == [1.0, 300.0, 900.0]
    world.error_ms = 1001.0
    assert (reported.now().quality, reported.fix()) == (ClockQuality.ESTIMATED, None)


def test_weeks_offline_end_with_the_servers_time_and_then_with_the_networks():
    world = World(wall=TRUE, synced=True)
    reported = world.clock()
    reported.now()
    weeks = 28 * DAY_S * 10**9
    world.monotonic += weeks
    world.wall += weeks - 121 * 10**9
    world.error_ms = 242_000.0
    assert reported.now().quality is ClockQuality.ESTIMATED
    true = TRUE + weeks - 121 * 10**9
    reported.learn(true, world.monotonic, world.monotonic)
    assert (reported.now().wall_ns, reported.now().quality) == (true, ClockQuality.ESTIMATED)
    world.wall, world.error_ms = true, 1.0  # a step of two minutes is what so long a drift explains
    assert (reported.now().wall_ns, reported.now().quality) == (true, ClockQuality.SYNCED)


def test_the_kernels_word_is_understood():
    error = clock.kernel_error_ms()
    assert error is None or 0 <= error < 20_000


def test_qualities_are_ranked():
    ranked = sorted(ClockQuality, key=lambda quality: quality.rank)
    assert ranked == [ClockQuality.UNKNOWN, ClockQuality.ESTIMATED, ClockQuality.SYNCED]
