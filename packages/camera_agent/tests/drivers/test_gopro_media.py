from __future__ import annotations

import pytest

from camera_agent.drivers.gopro_media import Media, newest, parse_media

OLD, NEW = Media(100, "100GOPRO", "GOPR9999.JPG"), Media(200, "101GOPRO", "GOPR0001.JPG")


def test_values_are_text_and_groups_and_videos_are_passed_over():
    files = [
        {"n": "GOPR9999.JPG", "cre": "100", "s": "4000"},
        {"n": "G0010001.JPG", "g": "1", "b": "1", "l": "9", "m": ["3"], "cre": "300"},
        {"n": "GX010002.MP4", "cre": "300"},
    ]
    assert parse_media({"media": [{"d": "100GOPRO", "fs": files}]}) == (OLD,)
    assert parse_media({"media": [{"d": "100GOPRO", "fs": files}]})[0].size == 4000


@pytest.mark.parametrize("response", [{}, {"media": None}, {"media": [None]}, {"media": [{"fs": [3]}]}])
def test_a_list_that_makes_no_sense_is_an_empty_one(response):
    assert parse_media(response) == ()


def test_the_newest_is_the_one_that_came_whatever_its_name():
    assert newest([OLD, NEW], [OLD]) == NEW
    assert newest([OLD], [OLD]) is None
    assert NEW.path == "101GOPRO/GOPR0001.JPG"
