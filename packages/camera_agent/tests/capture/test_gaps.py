from __future__ import annotations

from camera_agent.capture.gaps import CAPTURES_TO_END, MAX_UNREPORTED, Gap, GapRecorder
from camera_agent.errors import SpoolError
from camera_agent.host.clock import ClockQuality, Instant


def moment(second: float, boot: str = "b") -> Instant:
    ns = int(second * 1e9)
    return Instant(wall_ns=ns, quality=ClockQuality.SYNCED, boot=boot, monotonic_ns=ns)


def gap(since: float, until: float, count: int, reason="stalled", boot: str = "b") -> Gap:
    return Gap(
        reason=reason, detail=reason, since=moment(since, boot), until=moment(until, boot), count=count
    )


def reported(*gaps: Gap, served_between: int = 0):
    received = []
    gathering = GapRecorder(lambda *one: received.append(one))
    for one in gaps:
        gathering.add(one)
        for _ in range(served_between):
            gathering.slot_filled()
    before = len(received)
    gathering.end()
    return [
        (reason, since.wall_ns // 10**9, until.wall_ns // 10**9, count)
        for reason, _, since, until, count in received
    ], before


def test_a_gap_that_a_full_card_does_not_take_is_reported_when_there_is_room():
    received, full = [], [True]

    def tell(*one) -> None:
        if full[0]:
            raise SpoolError("The card is full.")
        received.append(one[4])

    gathering = GapRecorder(tell)
    gathering.add(gap(0, 0, 1))
    gathering.end()
    gathering.add(gap(5000, 5000, 2))
    full[0] = False
    for _ in range(CAPTURES_TO_END):
        gathering.slot_filled()
    assert received == [1, 2]


def test_what_is_missed_one_after_another_is_one_gap():
    assert reported(gap(0, 0, 1), gap(2, 8, 4)) == ([("stalled", 0, 8, 5)], 0)


def test_a_camera_that_fails_at_every_other_slot_makes_one_gap():
    assert reported(*[gap(second, second, 1) for second in range(0, 100, 10)], served_between=1) == (
        [("stalled", 0, 90, 10)],
        0,
    )


def test_a_gap_is_reported_when_capturing_goes_on():
    assert reported(gap(0, 0, 1), gap(9, 9, 1), served_between=CAPTURES_TO_END) == (
        [("stalled", 0, 0, 1), ("stalled", 9, 9, 1)],
        2,
    )


def test_another_reason_is_another_gap():
    assert reported(gap(0, 0, 1), gap(2, 2, 1, "camera_failed"))[0] == [
        ("stalled", 0, 0, 1),
        ("camera_failed", 2, 2, 1),
    ]


def test_a_long_gap_is_reported_in_pieces():
    found, before = reported(*[gap(second, second, 1) for second in range(0, 3600, 60)])
    assert before == 5
    assert sum(count for *_, count in found) == 60


def test_nothing_missed_is_nothing_reported():
    assert reported() == ([], 0)


def test_slots_of_gaps_that_a_full_card_left_no_room_for_are_counted_in_the_next_one():
    full, received = [True], []

    def report(_reason, detail, _since, _until, count):
        if full[0]:
            raise SpoolError("The card is full.")
        received.append((detail, count))

    recorder = GapRecorder(report)
    for number in range(MAX_UNREPORTED + 2):
        recorder.add(gap(5000 * number, 5000 * number, 3))
        recorder.end()
    full[0] = False
    recorder.end()
    assert len(received) == MAX_UNREPORTED
    assert received[0] == ("stalled Before it, 6 more were missed and could not be recorded.", 3)
    assert received[1] == ("stalled", 3)
