from __future__ import annotations

import math
import threading

import pytest

from camera_agent.backoff import Backoff
from camera_agent.delivery.upload import Delivered, Lost, Refused, RetryLater, Unauthorized
from camera_agent.delivery.uploader import Uploader
from camera_agent.errors import SpoolError
from camera_agent.remote.client import Client
from camera_agent.remote.response import MAX_PROXY_RETRY_AFTER_S
from camera_agent.spool.counts import SpoolCounts
from tests.conftest import jpeg
from tests.server import Fault
from tests.spool.conftest import NOW


class Running:
    """A sender in a thread; its reports."""

    def __init__(self, spool, client, token, **more) -> None:
        self.collector = []
        self.stop = threading.Event()
        self.spool, self.client = spool, client
        self.received = threading.Condition()
        self.uploader = Uploader(
            spool,
            client,
            stop=self.stop,
            token=token,
            on_attempt=self.report,
            backoff=Backoff(draw=lambda: -0.99),
            **more,
        )
        self.thread = threading.Thread(target=self.uploader.run)

    def report(self, report) -> None:
        with self.received:
            self.collector.append(report)
            self.received.notify_all()

    def wait_for(self, outcomes) -> None:
        with self.received:
            assert self.received.wait_for(lambda: self.kinds() == outcomes, 20), self.kinds()

    def kinds(self):
        return [type(report.outcome) for report in self.collector]

    def end(self) -> None:
        self.stop.set()
        self.client.abort()
        with self.spool.changed:
            self.spool.changed.notify_all()
        self.thread.join(5)
        assert not self.thread.is_alive()


@pytest.fixture
def running(spool, client):
    tokens = {"now": client.token}
    running = Running(spool, client, lambda: tokens["now"])
    running.tokens = tokens
    running.thread.start()
    yield running
    running.end()


def test_what_comes_is_delivered_in_order(server, running, put):
    for number in range(5):
        put(f"capture-{number}")
    running.wait_for([Delivered] * 5)
    assert server.stored == [f"capture-{number}" for number in range(5)]
    assert running.spool.counts() == SpoolCounts(pending=0, bytes=0, refused=0)


def test_it_tries_again_until_the_server_is_well(server, running, put):
    server.fail(Fault("refuse", value=500), Fault("drop", "HEAD", "/captures/"), Fault("no_offset"))
    put()
    running.wait_for([RetryLater, RetryLater, RetryLater, Delivered])
    assert server.stored == ["capture-1"]


def test_it_waits_as_long_as_the_server_asks(server, running, put):
    server.fail(Fault("retry_after", value=1))
    put()
    running.wait_for([RetryLater, Delivered])
    assert running.collector[0].wait_s == 1.0


def test_one_refused_picture_does_not_stop_the_next(server, running, put):
    put("capture-1", b"\xff\xd8\xff no picture")
    put("capture-2")
    running.wait_for([Refused, Delivered])
    assert running.spool.counts().refused == 1
    assert server.stored == ["capture-2"]


def test_a_revoked_token_stops_sending_until_the_camera_is_paired_again(server, running, put):
    server.tokens.clear()
    put()
    running.wait_for([Unauthorized])
    running.tokens["now"] = server.add_token()
    running.wait_for([Unauthorized, Delivered])
    assert running.collector[0].outcome.message.endswith("this camera's token: The token was revoked.")
    assert server.stored == ["capture-1"]


@pytest.mark.parametrize("status", [401, 403, 407, 413])
def test_a_proxys_refusal_is_not_the_end_of_a_capture(server, running, put, status):
    server.fail(Fault("proxy", value=status), Fault("proxy", "HEAD", value=status))
    put()
    running.wait_for([RetryLater, Delivered])
    assert f"Something before the server answered {status}" in running.collector[0].outcome.message
    assert running.spool.counts() == SpoolCounts(pending=0, bytes=0, refused=0)


class Answered:
    """When the server answered a heartbeat: never, or always just now."""

    def __init__(self) -> None:
        self.at = -math.inf

    def __call__(self) -> float:
        return self.at


def test_a_heartbeat_that_gets_through_ends_the_wait_that_a_proxy_asked_for(server, spool, client, put):
    answered = Answered()
    server.fail(Fault("proxy", value=503))
    put()
    running = Running(spool, client, lambda: client.token, answered_at=answered)
    running.thread.start()
    running.wait_for([RetryLater])
    assert running.collector[0].wait_s == MAX_PROXY_RETRY_AFTER_S
    answered.at = math.inf
    running.wait_for([RetryLater, Delivered])
    running.end()


def test_a_heartbeat_does_not_end_the_wait_that_the_app_asked_for(server, spool, client, put):
    server.fail(Fault("retry_after", value=600))
    uploader = Uploader(
        spool, client, stop=threading.Event(), token=lambda: client.token, on_attempt=lambda _attempt: None
    )
    attempt = uploader.attempt(put())
    assert attempt.least_s == attempt.wait_s == 600.0


def test_without_a_token_nothing_is_sent_not_even_a_picture(server, running, put):
    running.tokens["now"] = running.client.token = None
    put()
    running.wait_for([Unauthorized])
    assert server.requests == []
    running.tokens["now"] = server.add_token()
    running.wait_for([Unauthorized, Delivered])


def stuck(server, put) -> None:
    """Two captures; the server fails over the first one as often as it is asked."""
    for name in ("capture-1", "capture-2"):
        put(name)
    server.fail_over = {"capture-1"}


def test_others_pass_a_capture_over_which_the_server_stumbles(server, spool, client, put):
    stuck(server, put)
    running = Running(spool, client, lambda: client.token)
    running.thread.start()
    server.wait_for(lambda: server.stored == ["capture-2"])
    server.fail_over = set()
    server.wait_for(lambda: server.stored == ["capture-2", "capture-1"])
    running.end()


def test_nothing_passes_when_the_order_is_to_be_kept(server, spool, client, put):
    stuck(server, put)
    running = Running(spool, client, lambda: client.token, ordered=lambda: True)
    running.thread.start()
    running.wait_for([RetryLater] * 5)
    server.fail_over = set()
    server.wait_for(lambda: server.stored == ["capture-1", "capture-2"])
    running.end()


def test_a_full_card_ends_no_sender(server, spool, client, put):
    full = iter([True, False])

    def may_send() -> bool:
        if next(full, False):
            raise SpoolError("The card is full.")
        return True

    put()
    running = Running(spool, client, lambda: client.token, may_send=may_send)
    running.thread.start()
    server.wait_for(lambda: server.stored == ["capture-1"])
    running.end()


def test_a_full_card_does_not_end_the_sending_and_nothing_is_stored_twice(server, spool, client, put):
    reported = []
    uploader = Uploader(
        spool, client, stop=threading.Event(), token=lambda: client.token, on_attempt=reported.append
    )
    capture = put()
    spool.index.change("PRAGMA query_only = 1")
    report = uploader.attempt(capture)
    assert isinstance(report.outcome, RetryLater)
    assert "Free some space" in report.outcome.message
    assert report.wait_s > 0
    spool.index.change("PRAGMA query_only = 0")
    assert isinstance(uploader.attempt(capture).outcome, Delivered)
    assert server.stored == ["capture-1"]
    assert reported[0] == report


def test_a_picture_that_cant_be_read_is_lost_and_stops_nothing(server, spool, client, put):
    lost, whole = put("capture-1"), put("capture-2")
    spool.path(lost).write_bytes(b"\xff\xd8\xff")
    reported = []
    uploader = Uploader(
        spool, client, stop=threading.Event(), token=lambda: client.token, on_attempt=reported.append
    )
    uploader.attempt(lost)
    uploader.attempt(whole)
    assert [type(report.outcome) for report in reported] == [Lost, Delivered]
    assert "too short" in reported[0].outcome.message
    assert server.stored == ["capture-2"]
    assert spool.counts().pending == 0
    spool.path(lost).write_bytes(jpeg())
    assert spool.recover(NOW).adopted == 1


def test_while_captures_may_not_go_they_wait(server, spool, client, put):
    allowed, looked = [False], threading.Event()

    def may_send() -> bool:
        looked.set()
        return allowed[0]

    stop, reported = threading.Event(), []
    uploader = Uploader(
        spool, client, stop=stop, token=lambda: client.token, on_attempt=reported.append, may_send=may_send
    )
    put()
    thread = threading.Thread(target=uploader.run)
    thread.start()
    assert looked.wait(10)
    assert server.stored == []
    allowed[0] = True
    server.wait_for(lambda: server.stored)
    stop.set()
    with spool.changed:
        spool.changed.notify_all()
    thread.join(10)
    assert not thread.is_alive()


def test_several_senders_share_a_spool_and_each_capture_goes_once(server, spool, put):
    for number in range(12):
        put(f"capture-{number:02d}")
    stop, token = threading.Event(), server.add_token()
    clients = [Client(server.url, token=token, timeout_s=5) for _ in range(3)]
    uploaders = [
        Uploader(spool, client, stop=stop, token=lambda: token, on_attempt=lambda _on_attempt: None)
        for client in clients
    ]
    threads = [threading.Thread(target=uploader.run) for uploader in uploaders]
    for thread in threads:
        thread.start()
    server.wait_for(lambda: len(server.stored) == 12)
    stop.set()
    with spool.changed:
        spool.changed.notify_all()
    for thread in threads:
        thread.join(10)
    assert sorted(server.stored) == [f"capture-{number:02d}" for number in range(12)]
    assert server.requests.count(("POST", "/captures")) == 12
