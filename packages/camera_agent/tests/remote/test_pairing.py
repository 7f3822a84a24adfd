from __future__ import annotations

from contextlib import closing

import pytest

from camera_agent.errors import BadInput, LinkDown, NotDelivered
from camera_agent.remote.client import Client
from camera_agent.remote.pairing import DeviceCode, request_code, wait_for_approval
from camera_agent.remote.response import Response
from tests.golden import golden
from tests.server import Fault

ABOUT = {"name": "Roof", "driver": "simulated", "model": "Simulated landscape", "agent": "camera-agent 0.1.0"}


def test_what_is_asked_is_the_golden_request():
    assert golden("pairing_request") == {"protocol": 1, **ABOUT}


@pytest.fixture
def code(server):
    with closing(Client(server.url)) as client:
        return request_code(client, ABOUT)


def approval(server, code, *answers):
    slept = []
    server.pairing.extend(answers)
    with closing(Client(server.url)) as client:
        return wait_for_approval(client, code, sleep=slept.append, now=lambda: sum(slept)), slept


def test_an_approved_camera_gets_its_token(server, code):
    pending = (400, golden("token_pending"))
    paired, slept = approval(server, code, pending, pending)
    assert paired.access_token in server.tokens
    assert paired.name == "Roof"
    assert slept == [1.0, 1.0]


def test_the_golden_answer_is_understood(server, code):
    paired, _ = approval(server, code, (200, golden("token_answer")))
    assert paired.camera == "0b8f5a52-2d0e-4c59-8f43-3f6f3a2f1c11"


def test_slow_down_is_obeyed(server, code):
    _, slept = approval(server, code, (400, {"error": "slow_down"}), (503, {}), (429, {}))
    assert slept == [6.0, 6.0, 6.0]


@pytest.mark.parametrize(
    ("response", "message"),
    [
        ((400, {"error": "access_denied"}), "denied"),
        ((400, {"error": "expired_token"}), "Nobody approved"),
        ((400, {"error": "invalid_request"}), "refused the pairing"),
        ((200, {}), "sent no token"),
    ],
)
def test_a_pairing_that_fails_says_why(server, code, response, message):
    with pytest.raises(NotDelivered, match=message):
        approval(server, code, response)


def test_waiting_ends_when_the_code_expires(server, code):
    pending = [(400, {"error": "authorization_pending"})] * 1000
    short = DeviceCode(
        device_code=code.device_code,
        user_code="ABCD-EFGH",
        verification_uri="",
        verification_uri_complete="",
        interval_s=2.0,
        expires_in_s=10.0,
    )
    with pytest.raises(NotDelivered, match="ABCD-EFGH"):
        approval(server, short, *pending)


def test_a_link_that_breaks_while_waiting_is_only_a_pause(server, code):
    server.fail(Fault("drop", path="/token"))
    paired, slept = approval(server, code)
    assert paired.access_token
    assert slept == [1.0]


@pytest.mark.parametrize("status", [200, 302, 403, 407])
def test_a_portal_that_answers_while_waiting_is_only_a_pause(server, code, status):
    server.fail(Fault("proxy", path="/token", value=status))
    paired, slept = approval(server, code)
    assert paired.access_token
    assert slept == [1.0]


@pytest.mark.parametrize("status", [404, 200, 400])
def test_something_that_is_no_timelapse_server_is_named(server, status):
    server.fail(Fault("refuse", path="/pairing", value=status))
    with closing(Client(server.url)) as client, pytest.raises(BadInput, match=server.url):
        request_code(client, ABOUT)


def test_a_server_that_redirects_names_the_address_to_pair_with():
    moved = Answering(308, {}, {"location": "https://hostile.example/agent/v1/pairing"})
    with pytest.raises(BadInput, match=r"redirects to https://hostile\.example\. Pair with that address"):
        request_code(moved, ABOUT)


def test_a_server_that_is_busy_is_worth_another_try(server):
    server.fail(Fault("retry_after", path="/pairing", value=60))
    with closing(Client(server.url)) as client, pytest.raises(LinkDown):
        request_code(client, ABOUT)


@pytest.mark.parametrize("value", [-5, 1e300, True, "2", None, float("1e18")])
def test_a_server_cant_make_an_agent_wait_for_ever(value):
    response = {"device_code": "x", "interval": value, "expires_in": value, "user_code": "AB\x1b[31m"}
    code = request_code(Answering(201, response), ABOUT)
    assert 1 <= code.interval_s <= 60
    assert 0 <= code.expires_in_s <= 86_400
    assert code.user_code == "AB[31m"


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "schlüssel", 7, None])
def test_a_token_that_cant_be_sent_is_none(code, token):
    with pytest.raises(NotDelivered, match="sent no token"):
        wait_for_approval(Answering(200, {"access_token": token}), code)


class Answering:
    """What pairing needs of a client, with one answer."""

    server = "http://hostile.example"

    def __init__(self, status: int, body: dict, headers: dict | None = None) -> None:
        self._answer = Response(
            status=status,
            headers={"tus-resumable": "1.0.0", **(headers or {})},
            body=body,
            server=self.server,
        )

    def post(self, _path: str, _message: dict) -> Response:
        return self._answer


@pytest.mark.parametrize("interval", [10**400, 1e300, -1, None, "5", True, 0, 1e-9])
def test_an_interval_of_any_size_is_none_to_fail_by(server, interval):
    with closing(Client(server.url)) as client:
        client.post = lambda *_: Response(
            status=201, headers={}, body=golden("pairing_answer") | {"interval": interval}
        )
        assert 1 <= request_code(client, ABOUT).interval_s <= 60
