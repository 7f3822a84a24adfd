from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import PurePath

import pytest

from camera_agent.drivers.order import natural, playing_order

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def minutes(*numbers):
    return [None if number is None else NOON + timedelta(minutes=number) for number in numbers]


def order(names, times):
    names = [PurePath(name) for name in names]
    found = playing_order(names, times)
    return [str(names[number]) for number in found.positions], found.by_time, found.rule


def test_names_sort_as_people_count():
    names = ["img10.jpg", "img2.jpg", "IMG1.jpg", "a.jpg", "1.jpg", "02.jpg"]
    assert sorted(names, key=natural) == ["1.jpg", "02.jpg", "a.jpg", "IMG1.jpg", "img2.jpg", "img10.jpg"]


def test_numbers_that_start_again_at_one_are_in_the_order_of_their_times():
    names = ["DSC_0001.JPG", "DSC_0002.JPG", "DSC_9998.JPG", "DSC_9999.JPG"]
    found, by_time, rule = order(names, minutes(2, 3, 0, 1))
    assert found == ["DSC_9998.JPG", "DSC_9999.JPG", "DSC_0001.JPG", "DSC_0002.JPG"]
    assert by_time
    assert rule == "The pictures are in the order of their capture times."


def test_two_cameras_take_turns_by_time():
    names = ["A1.jpg", "A2.jpg", "A3.jpg", "B1.jpg", "B2.jpg", "B3.jpg"]
    found, by_time, _ = order(names, minutes(0, 2, 4, 1, 3, 5))
    assert found == ["A1.jpg", "B1.jpg", "A2.jpg", "B2.jpg", "A3.jpg", "B3.jpg"]
    assert by_time


def test_a_burst_within_one_second_is_in_the_order_of_its_names():
    names = ["img10.jpg", "img9.jpg", "img8.jpg"]
    assert order(names, minutes(1, 1, 0))[0] == ["img8.jpg", "img9.jpg", "img10.jpg"]


@pytest.mark.parametrize(
    ("times", "why"),
    [
        (minutes(None, None, None), "they have no capture times"),
        (minutes(3, None, 1), "1 of 3 have no capture time"),
        (minutes(7, 7, 7), "all have the same capture time"),
    ],
)
def test_without_usable_times_the_names_decide_and_that_is_said(times, why):
    found, by_time, rule = order(["img10.jpg", "img9.jpg", "img8.jpg"], times)
    assert found == ["img8.jpg", "img9.jpg", "img10.jpg"]
    assert not by_time
    assert rule == f"The pictures are in the order of their names, because {why}."


def test_a_clock_that_was_set_back_doesnt_mix_the_pictures():
    names = [f"img{number}.jpg" for number in range(1, 7)]
    found, by_time, rule = order(names, minutes(0, 20, 40, -10, 10, 30))
    assert found == names
    assert not by_time
    assert "the clock of the camera that wrote img… was set back" in rule


def test_folders_with_the_same_names_follow_one_another():
    names = ["101CANON/IMG_1.JPG", "100CANON/IMG_2.JPG", "100CANON/IMG_1.JPG"]
    assert order(names, minutes(None, None, None))[0] == sorted(names)


def test_one_picture_has_its_time():
    assert order(["a.jpg"], minutes(3))[1]
