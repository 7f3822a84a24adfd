from __future__ import annotations

import pytest

from camera_agent.remote.response import (
    MAX_CODE,
    MAX_MESSAGE,
    MAX_PROXY_RETRY_AFTER_S,
    MAX_RETRY_AFTER_S,
    Response,
)
from tests.golden import golden

APP = {"tus-resumable": "1.0.0"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"}, MAX_RETRY_AFTER_S),
        ({"retry-after": "9" * 15}, MAX_RETRY_AFTER_S),
        ({"retry-after": "9" * 5000}, None),
        ({"retry-after": "\xb2"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_a_number_or_a_moment_and_never_more_than_a_day(headers, seconds):
    assert Response(status=503, headers={**headers, **APP}, body={}).retry_after_s == seconds


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"error": {"code": "busy", "message": "Too much.", "remedy": "Wait."}}, "busy", "Too much. Wait."),
        ({"error": "access_denied"}, "access_denied", "The server answered 500."),
        ({}, "http_500", "The server answered 500."),
    ],
)
def test_every_kind_of_error_body_gives_a_code_and_a_sentence(body, code, message):
    assert Response(status=500, headers={}, body=body).error == (code, message)


@pytest.mark.parametrize(
    "error", [{"code": "c" * 9999, "message": "\x1b[2J" + "m" * 900_000, "remedy": "r" * 900_000}, "e" * 9999]
)
def test_an_error_is_short_and_printable_whatever_the_server_sends(error):
    code, message = Response(status=422, headers=APP, body={"error": error}).error
    assert len(code) <= MAX_CODE
    assert len(message) <= MAX_MESSAGE
    assert (code + message).isprintable()


@pytest.mark.parametrize(
    ("headers", "body"),
    [(APP, {}), ({}, golden("error")), ({}, golden("heartbeat_answer")), ({}, golden("records_answer"))],
)
def test_an_answer_of_the_app_proves_itself(headers, body):
    assert Response(status=200, headers=headers, body=body).is_from_app


@pytest.mark.parametrize(
    "body", [{}, {"error": "Forbidden"}, {"error": {"code": 403, "message": "No."}}, {"message": "Forbidden"}]
)
def test_an_answer_of_a_proxy_proves_nothing(body):
    assert not Response(status=403, headers={"server": "squid"}, body=body).is_from_app


@pytest.mark.parametrize("requested", ["86400", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_a_proxy_can_ask_for_minutes_only(requested):
    response = Response(status=503, headers={"retry-after": requested}, body={})
    assert response.retry_after_s == MAX_PROXY_RETRY_AFTER_S


@pytest.mark.parametrize(
    ("status", "remedy"), [(403, "firewall"), (407, "login"), (413, "limit"), (418, "network")]
)
def test_a_proxys_refusal_is_called_one_with_what_to_do(status, remedy):
    code, message = Response(status=status, headers={}, body={}).error
    assert code == "not_the_server"
    assert message.startswith(f"Something before the server answered {status}. ")
    assert remedy in message


def redirected(location: str) -> str:
    response = Response(status=302, headers={"location": location}, body={}, server="http://cams.example")
    return response.error[1]


def test_a_server_that_moved_on_its_host_names_the_address_to_pair_with():
    assert redirected("https://cams.example/agent/v1/heartbeat") == (
        "The server redirects to https://cams.example."
        " Pair with that address: camera-agent pair https://cams.example"
    )


@pytest.mark.parametrize(
    "location",
    [
        "https://portal.hotel.example/login?from=http://cams.example/agent/v1/heartbeat",
        "https://portal.hotel.example/agent/v1/heartbeat",
        "http://[portal",
        "/login",
        "",
    ],
)
def test_a_redirect_to_a_portal_does_not_advise_to_pair_with_it(location):
    assert "Pair with" not in redirected(location)
    assert "Log in if this network asks for it" in redirected(location)
