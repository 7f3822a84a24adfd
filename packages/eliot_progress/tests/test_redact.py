from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("bearer ", ""),
        ("Basic  ", "=="),
        ("passphrase = ", ""),
        ("MY.api-KEY=", "&next=1"),
        ('{"Private_Key": "', '"}'),
        ("{'token_2': '", "'}"),
        ("Set-Cookie: ", "; path=/"),
        ("https://me:", "@example.org/"),
    ],
)
@given(words=st.text(), more=st.text())
def test_a_secret_in_the_middle_of_any_text_is_found(before, after, words, more):
    text = f"{words} {before}{PLANTED}{after} {more}"
    assert PLANTED not in str(redactor()({"note": text})["note"])


def test_the_rest_stays_as_it_is():
    message = {"task_uuid": "x", "note": "tokenless", "n": 3, "list": [1, {"a": None}]}
    assert redactor()(message) == message


def test_own_names_can_be_given():
    assert redactor(["pin"])({"PIN": 1234, "password": "kept"}) == {"PIN": REDACTED, "password": "kept"}
