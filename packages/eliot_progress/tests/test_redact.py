from __future__ import annotations

import pytest

from eliot_progress.redact import REDACTED, redactor

PLANTED = "hunter2-planted-secret"


@pytest.mark.parametrize(
    "message",
    [
        {"password": PLANTED},
        {"HTTP_AUTHORIZATION": PLANTED},
        {"headers": {"Set-Cookie": PLANTED, "X-Auth-Token": [PLANTED]}},
        {"args": [{"api_secret": {"value": PLANTED}}]},
        {"reason": f"refused: Authorization: Bearer {PLANTED}"},
        {"url": f"redis://user:{PLANTED}@host:6379/0"},
        {"deep": [[[[[[[[[[PLANTED]]]]]]]]]]},
    ],
)
def test_a_planted_secret_is_gone(message):
    assert PLANTED not in repr(redactor()(message))


def test_the_rest_stays_as_it_is():
    message = {"task_uuid": "x", "note": "tokenless", "n": 3, "list": [1, {"a": None}]}
    assert redactor()(message) == message


def test_own_names_can_be_given():
    assert redactor(["pin"])({"PIN": 1234, "password": "kept"}) == {"PIN": REDACTED, "password": "kept"}
