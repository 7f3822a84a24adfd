from __future__ import annotations

import errno
import os

import pytest

from camera_agent.drivers import messages
from camera_agent.drivers.base import CapturedImage, Description, SkippedFile
from camera_agent.errors import BadInput, DriverError

ODD = SkippedFile(name="x.txt", code="not_a_picture", message="No.")


@pytest.mark.parametrize(
    "description",
    [Description(model="A"), Description(model="B", finite=True, total=3, skipped=(ODD,), note="By name.")],
)
def test_a_description_survives_the_pipe(description):
    assert (
        messages.description_from_message(messages.result(messages.description_message(description)))
        == description
    )


@pytest.mark.parametrize(
    "image",
    [
        None,
        CapturedImage(filename="a.jpg", filetype="image/jpeg", exposure={"iso": 1, "lens": None}),
        CapturedImage(filename="a.jpg", filetype="image/jpeg", captured_ns=1_764_000_000_123_000_000),
    ],
)
def test_a_image_survives_the_pipe(image):
    assert messages.image_from_message(messages.result(messages.image_message(image))) == image


@pytest.mark.parametrize(
    ("error", "kind"),
    [(BadInput("a", "b"), BadInput), (DriverError("a", "b"), DriverError)],
)
def test_an_error_is_raised_again_on_the_other_side(error, kind):
    with pytest.raises(kind, match="a b"):
        messages.result(messages.error_message(error))


def test_any_other_exception_becomes_a_camera_error():
    with pytest.raises(DriverError, match="KeyError: 'x'"):
        messages.result(messages.error_message(KeyError("x")))


def test_a_full_card_is_named_in_words_and_not_as_a_number():
    reported = messages.error_message(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert reported["error"] == {
        "kind": "camera",
        "message": "No space left on device.",
        "remedy": "Check the card.",
    }


def test_what_is_no_fault_of_the_card_is_not_said_to_be_one():
    reported = messages.error_message(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"))
    assert "card" not in reported["error"]["message"] + reported["error"]["remedy"]
