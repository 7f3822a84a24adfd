"""Every fault of the proxy does exactly what its name says."""

from __future__ import annotations

import http.client
import threading
import time
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .proxy import FAULTS, SLOW_BYTES_S, Proxy

BODY = bytes(range(256)) * 8
GONE = (ConnectionError, http.client.HTTPException)


class Handler(BaseHTTPRequestHandler):
    """Records every complete body."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) == len(BODY):
            self.server.received.append(body)
        self.send_response(201)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"stored")

    def handle(self):
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.received = []
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def proxy(server):
    with Proxy(server.server_port, seed=1) as running:
        yield running


def send(proxy, fault=None):
    """Send one request through the proxy with this fault; return status, body and headers of the response."""
    proxy.network.error_rate = 0.0 if fault is None else 1.0
    proxy._shuffled_faults = [fault]
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)) as connection:
        connection.request("POST", "/captures", BODY)
        response = connection.getresponse()
        return response.status, response.read(), response.headers


def test_without_faults_everything_is_forwarded(proxy, server):
    assert send(proxy)[:2] == (201, b"stored")
    assert server.received == [BODY]
    assert proxy.counts == {"forward": 1}


@pytest.mark.parametrize("fault", ["cut in the request", "reset in the request"])
def test_a_cut_request_never_arrives_complete(proxy, server, fault):
    for _ in range(5):
        with pytest.raises(GONE):
            send(proxy, fault)
    assert send(proxy)[0] == 201
    assert server.received == [BODY]


def test_a_lost_response_belongs_to_a_request_that_arrived(proxy, server):
    with pytest.raises(GONE):
        send(proxy, "response lost")
    assert server.received == [BODY]


def test_a_cut_response_belongs_to_a_request_that_arrived(proxy, server):
    for _ in range(5):
        try:
            _, body, _ = send(proxy, "response cut")
        except GONE:
            continue
        assert len(body) < len(b"stored")
    assert server.received == [BODY] * 5


@pytest.mark.parametrize("fault", ["request twice", "request twice at once"])
def test_a_duplicated_request_arrives_twice_and_gets_one_response(proxy, server, fault):
    assert send(proxy, fault)[:2] == (201, b"stored")
    assert server.received == [BODY, BODY]


@pytest.mark.parametrize(
    ("fault", "status", "wait"),
    [
        ("status 401", 401, None),
        ("status 403", 403, None),
        ("status 407", 407, None),
        ("status 413", 413, None),
        ("status 500", 500, None),
        ("status 503", 503, "1"),
    ],
)
def test_an_error_of_the_proxy_never_reaches_the_server(proxy, server, fault, status, wait):
    response = send(proxy, fault)
    assert (response[0], response[2]["Retry-After"]) == (status, wait)
    assert server.received == []


def test_a_slow_connection_is_slow(proxy, server):
    started = time.monotonic()
    assert send(proxy, "slow")[0] == 201
    assert time.monotonic() - started >= 0.9 * len(BODY) / SLOW_BYTES_S
    assert server.received == [BODY]


def test_without_a_network_nothing_is_forwarded_until_it_is_back(proxy, server):
    proxy.network.up = False
    with pytest.raises(GONE):
        send(proxy)
    proxy.network.up = True
    assert send(proxy)[0] == 201
    assert server.received == [BODY]


def test_each_fate_is_drawn_before_any_comes_up_too_often(proxy):
    drawn = [proxy._next_fault() for _ in range(sum(FAULTS.values()))]
    assert {fault: drawn.count(fault) for fault in drawn} == FAULTS
