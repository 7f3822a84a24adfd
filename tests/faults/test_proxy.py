"""The bad network does what it says, no more and no less."""

from __future__ import annotations

import http.client
import threading
import time
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .proxy import FATES, SLOW_BYTES_S, Proxy

BODY = bytes(range(256)) * 8
GONE = (ConnectionError, http.client.HTTPException)


class Handler(BaseHTTPRequestHandler):
    """Notes every body that came whole."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) == len(BODY):
            self.server.heard.append(body)
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
    running.heard = []
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


def send(proxy, fate=None):
    """Send one request through the proxy, on which the fate falls; give status and body of the answer."""
    proxy.weather.share = 0.0 if fate is None else 1.0
    proxy._deck = [fate]
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)) as link:
        link.request("POST", "/captures", BODY)
        answer = link.getresponse()
        return answer.status, answer.read(), answer.headers


def test_in_good_weather_all_comes_through(proxy, server):
    assert send(proxy)[:2] == (201, b"stored")
    assert server.heard == [BODY]
    assert proxy.done == {"well": 1}


@pytest.mark.parametrize("fate", ["cut in the request", "reset in the request"])
def test_a_request_that_is_cut_never_comes_whole(proxy, server, fate):
    for _ in range(5):
        with pytest.raises(GONE):
            send(proxy, fate)
    assert send(proxy)[0] == 201
    assert server.heard == [BODY]


def test_a_lost_answer_belongs_to_a_request_that_came(proxy, server):
    with pytest.raises(GONE):
        send(proxy, "answer lost")
    assert server.heard == [BODY]


def test_a_cut_answer_belongs_to_a_request_that_came(proxy, server):
    for _ in range(5):
        try:
            _, body, _ = send(proxy, "answer cut")
        except GONE:
            continue
        assert len(body) < len(b"stored")
    assert server.heard == [BODY] * 5


@pytest.mark.parametrize("fate", ["request twice", "request twice at once"])
def test_a_doubled_request_comes_twice_and_is_answered_once(proxy, server, fate):
    assert send(proxy, fate)[:2] == (201, b"stored")
    assert server.heard == [BODY, BODY]


@pytest.mark.parametrize(
    ("fate", "status", "wait"), [("answered 500", 500, None), ("answered 503", 503, "1")]
)
def test_an_error_on_the_way_never_reaches_the_server(proxy, server, fate, status, wait):
    answer = send(proxy, fate)
    assert (answer[0], answer[2]["Retry-After"]) == (status, wait)
    assert server.heard == []


def test_a_slow_link_takes_its_time(proxy, server):
    started = time.monotonic()
    assert send(proxy, "slow")[0] == 201
    assert time.monotonic() - started >= 0.9 * len(BODY) / SLOW_BYTES_S
    assert server.heard == [BODY]


def test_without_a_network_nothing_comes_through_until_it_is_back(proxy, server):
    proxy.weather.up = False
    with pytest.raises(GONE):
        send(proxy)
    proxy.weather.up = True
    assert send(proxy)[0] == 201
    assert server.heard == [BODY]


def test_each_fate_is_dealt_before_any_comes_up_too_often(proxy):
    dealt = [proxy._draw() for _ in range(sum(FATES.values()))]
    assert {fate: dealt.count(fate) for fate in dealt} == FATES
