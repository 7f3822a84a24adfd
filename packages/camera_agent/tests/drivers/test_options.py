from __future__ import annotations

import pytest

from camera_agent.drivers.options import number, whole
from camera_agent.errors import BadInput


def test_numbers_are_taken_as_numbers_and_as_texts_of_them():
    options = {"width": 640, "settle_s": "2.5"}
    assert (whole(options, "width", 1280), whole(options, "height", 720)) == (640, 720)
    assert number(options, "settle_s", 5.0) == 2.5


@pytest.mark.parametrize("value", ["wide", "", "nan", float("inf")])
def test_what_is_no_number_is_bad_input_with_an_example(value):
    with pytest.raises(BadInput, match=r"The option width must be a number, and is .* Try width = 1280\."):
        whole({"width": value}, "width", 1280)
