from __future__ import annotations

import http.client
import socket
import ssl
import threading
from contextlib import closing

import pytest

from camera_agent.errors import BadInput, LinkDown, PictureLost
from camera_agent.remote.client import Client
from camera_agent.remote.request_body import FilePart
from tests.doubles.raw_server import RawServer


@pytest.mark.parametrize(
    "address", ["ftp://x", "https://", "http://x:port", "http://[::1", "", "http://a..b"]
)
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


def test_a_picture_that_vanished_is_not_the_links_fault(client, tmp_path):
    with pytest.raises(PictureLost, match="can't be read"):
        client.send("POST", "/captures", {}, FilePart(path=tmp_path / "gone", offset=0, size=3))


def test_a_server_without_tls_is_reported_as_such(server):
    reported = pytest.raises(LinkDown, match=r"TLS does not work there \(.*\)\. Check the address")
    with closing(Client(server.url.replace("http:", "https:"))) as client, reported:
        client.post("/pairing", {})


@pytest.mark.parametrize(
    ("code", "reported", "remedy"),
    [
        (9, "certificate is not yet valid", "Check this machine's clock"),
        (10, "certificate has expired", "renew the certificate"),
        (18, "self-signed certificate", "set SSL_CERT_FILE to yours"),
    ],
)
def test_a_certificate_that_cant_be_trusted_is_reported_with_what_to_do(monkeypatch, code, reported, remedy):
    def refuse(_connection: object) -> None:
        error = ssl.SSLCertVerificationError(1, "certificate verify failed")
        error.verify_code, error.verify_message = code, reported
        raise error

    monkeypatch.setattr(http.client.HTTPSConnection, "connect", refuse)
    with pytest.raises(LinkDown, match=f"can't be trusted: {reported}\\. .*{remedy}"):
        Client("https://timelapse.example").post("/pairing", {})


HOSTILE = [
    b"",
    b"\xff\xfe\x00garbage\r\n\r\n",
    b"HTTP/1.1 99999999999 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    b"HTTP/1.1 200 " + b"x" * 100_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
]


@pytest.mark.parametrize("content", HOSTILE)
def test_an_answer_that_makes_no_sense_is_a_link_down_or_an_answer_but_no_crash(content):
    with RawServer(content) as server, closing(Client(server.url, timeout_s=5)) as client:
        try:
            response = client.post("/heartbeat", {})
        except LinkDown as error:
            assert "can't be reached" in str(error)  # noqa: PT017 - either way of ending is right
        else:
            assert response.body == {}


@pytest.mark.parametrize(
    "body", [b"[" * 60_000, b'{"a": NaN}', b"[1]", b"\xff", b"null", b"9" * 10_000, b'{"a": "\\ud800"}']
)
def test_a_body_that_is_no_object_is_an_empty_one(body):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    with RawServer(head + body) as server, closing(Client(server.url, timeout_s=5)) as client:
        assert client.post("/heartbeat", {}).body == {}


def test_an_endless_answer_is_read_to_its_limit_and_left():
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    with RawServer(head + b" " * (3 << 20)) as server, closing(Client(server.url, timeout_s=5)) as client:
        assert client.post("/heartbeat", {}).status == 200


def test_an_answer_that_trickles_for_ever_is_cut_off():
    with RawServer(b"HTTP/1.1 200 OK\r\nX: ", trickle=True) as server:
        with closing(Client(server.url, timeout_s=0.5)) as client, pytest.raises(LinkDown):
            client.post("/heartbeat", {})
        assert server.trickled > 0
