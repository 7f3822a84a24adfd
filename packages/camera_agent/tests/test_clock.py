from __future__ import annotations

from camera_agent import clock
from camera_agent.clock import EARLIEST_NS, Clock, ClockQuality, boot_id, monotonic_ns

TRUE = EARLIEST_NS + 10**18


class World:
    def __init__(self, *, wall: int, synced: bool) -> None:
        self.wall, self.synced, self.monotonic = wall, synced, 5_000_000_000

    def clock(self) -> Clock:
        return Clock(wall_ns=lambda: self.wall, monotonic=lambda: self.monotonic, synced=lambda: self.synced)


def test_a_synced_system_clock_is_taken_as_it_is():
    now = World(wall=TRUE, synced=True).clock().now()
    assert (now.wall_ns, now.quality, now.monotonic_ns) == (TRUE, ClockQuality.SYNCED, 5_000_000_000)


def test_a_clock_in_1970_is_never_called_synced():
    assert World(wall=0, synced=True).clock().now().quality is ClockQuality.UNKNOWN


def test_an_unsynced_clock_is_unknown_until_the_server_tells_the_time():
    world = World(wall=1000, synced=False)
    told = world.clock()
    assert told.now().quality is ClockQuality.UNKNOWN
    told.learn(TRUE, asked_at=4_000_000_000, answered_at=6_000_000_000)
    world.monotonic += 7
    assert (told.now().wall_ns, told.now().quality) == (TRUE + 7, ClockQuality.ESTIMATED)


def test_the_system_clock_wins_over_the_server_once_it_is_synced():
    world = World(wall=TRUE, synced=False)
    told = world.clock()
    told.learn(TRUE - 10**9, asked_at=0, answered_at=0)
    world.synced = True
    assert (told.now().wall_ns, told.now().quality) == (TRUE, ClockQuality.SYNCED)


def test_a_jump_of_the_wall_clock_does_not_move_an_estimated_time():
    world = World(wall=TRUE, synced=False)
    told = world.clock()
    told.learn(TRUE, asked_at=5_000_000_000, answered_at=5_000_000_000)
    world.wall -= 86_400 * 10**9
    assert told.now().wall_ns == TRUE


def test_all_moments_of_a_boot_carry_its_id(tmp_path):
    (tmp_path / "boot_id").write_text("6f9c1e3a\n")
    assert boot_id(tmp_path / "boot_id") == "6f9c1e3a"
    assert boot_id(tmp_path / "missing") == boot_id(tmp_path / "missing") != ""


def test_monotonic_time_grows():
    assert monotonic_ns() < monotonic_ns() + 1
    assert clock.Clock().now().monotonic_ns > 0
