from __future__ import annotations

import pytest

from camera_agent.drivers import wire
from camera_agent.drivers.base import Description, LeftOut, Shot
from camera_agent.errors import BadInput, DriverError

ODD = LeftOut(name="x.txt", code="not_a_picture", message="No.")


@pytest.mark.parametrize(
    "description",
    [Description(model="A"), Description(model="B", finite=True, total=3, left_out=(ODD,))],
)
def test_a_description_survives_the_pipe(description):
    assert wire.description_of(wire.result(wire.description_message(description))) == description


@pytest.mark.parametrize(
    "shot", [None, Shot(filename="a.jpg", filetype="image/jpeg", exposure={"iso": 1, "lens": None})]
)
def test_a_shot_survives_the_pipe(shot):
    assert wire.shot_of(wire.result(wire.shot_message(shot))) == shot


@pytest.mark.parametrize(
    ("error", "kind"),
    [(BadInput("a", "b"), BadInput), (DriverError("a", "b"), DriverError)],
)
def test_an_error_is_raised_again_on_the_other_side(error, kind):
    with pytest.raises(kind, match="a b"):
        wire.result(wire.error_message(error))


def test_any_other_exception_becomes_a_camera_error():
    with pytest.raises(DriverError, match="KeyError: 'x'"):
        wire.result(wire.error_message(KeyError("x")))
