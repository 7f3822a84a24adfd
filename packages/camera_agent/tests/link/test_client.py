from __future__ import annotations

import socket
import threading

import pytest

from camera_agent.errors import BadInput, LinkDown
from camera_agent.link.client import Answer, Body, Client


@pytest.mark.parametrize("address", ["ftp://x", "https://", "http://x:port", "http://[::1", ""])
def test_what_is_no_address_is_refused_before_anything_is_sent(address):
    with pytest.raises(BadInput):
        Client(address)


def test_an_address_without_a_scheme_is_plain_http():
    assert Client("raspberry.local:8000").server == "http://raspberry.local:8000"
    assert Client("https://x/base/").server == "https://x/base"


def test_all_requests_share_one_connection(server, client):
    for _ in range(5):
        assert client.post("/heartbeat", {"protocol": 1}).status == 200
    assert server.connections == 1


def test_a_server_that_is_not_there_is_a_link_down_not_a_crash():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(LinkDown, match="Connection refused"):
        Client(address).post("/heartbeat", {})


def test_something_that_does_not_speak_http_is_a_link_down():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            peer, _ = listening.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(LinkDown, match="can't be reached"):
            Client(f"http://127.0.0.1:{listening.getsockname()[1]}").post("/heartbeat", {})
        thread.join()


def test_a_server_that_never_answers_is_left_after_the_time_out():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = Client(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_s=0.1)
        with pytest.raises(LinkDown, match="no answer in time"):
            client.post("/heartbeat", {})
        client.close()


def test_abort_brings_a_waiting_thread_back_at_once():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = Client(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_s=60)
        client.abort()
        failures: list[LinkDown] = []

        def post() -> None:
            with pytest.raises(LinkDown) as failure:
                client.post("/heartbeat", {})
            failures.append(failure.value)

        thread = threading.Thread(target=post)
        thread.start()
        peer, _ = listening.accept()
        peer.recv(1000)
        client.abort()
        thread.join(5)
        peer.close()
        assert len(failures) == 1


def test_a_connection_the_server_closed_meanwhile_is_not_used(server, client):
    server.close_after_answer = True
    for _ in range(3):
        assert client.post("/heartbeat", {"protocol": 1}).status == 200
    assert server.connections == 3


def test_a_picture_that_vanished_is_a_link_down(client, tmp_path):
    with pytest.raises(LinkDown, match="missing"):
        client.send("POST", "/captures", {}, Body(path=tmp_path / "gone", offset=0, size=3))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "7"}, 7.0), ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None), ({}, None)],
)
def test_retry_after_counts_when_it_is_a_number(headers, seconds):
    assert Answer(status=503, headers=headers, body={}).retry_after_s == seconds


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"error": {"code": "busy", "message": "Too much.", "remedy": "Wait."}}, "busy", "Too much. Wait."),
        ({"error": "access_denied"}, "access_denied", "The server answered 500."),
        ({}, "http_500", "The server answered 500."),
    ],
)
def test_every_kind_of_error_body_gives_a_code_and_a_sentence(body, code, message):
    assert Answer(status=500, headers={}, body=body).error == (code, message)
