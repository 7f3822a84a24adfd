from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from eliot_progress import sources
from eliot_progress.encoding import encode
from eliot_progress.reading import read
from eliot_progress.sources import RemoteLog, source
from eliot_progress.state import Reducer
from eliot_progress.testing.samples import sample


class Shelf(ThreadingHTTPServer):
    """A server of one file; with `parts`, of its end alone when that is asked for."""

    def __init__(self, parts):
        self.parts, self.body, self.kind, self.asked = parts, b"", "application/x-ndjson", []
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/log.jsonl"

    def add(self, *messages):
        self.body += b"".join(map(encode, messages))


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        shelf = self.server
        shelf.asked.append(dict(self.headers))
        start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        if self.headers.get("Cookie") == "refused":
            self.answer(403, b"")
        elif not shelf.parts:
            self.answer(200, shelf.body)
        elif start >= len(shelf.body):
            self.answer(416, b"", ("Content-Range", f"bytes */{len(shelf.body)}"))
        else:
            self.answer(206, shelf.body[start:])

    def answer(self, status, body, *headers):
        self.send_response(status)
        for name, value in (("Content-Length", len(body)), ("Content-Type", self.server.kind), *headers):
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(params=[True, False], ids=["parts", "whole"])
def shelf(served, request):
    return served(Shelf(request.param))


def seqs(messages):
    return [message["seq"] for message in messages]


def test_what_is_appended_at_an_address_comes_with_the_next_look(shelf):
    remote = RemoteLog(shelf.url, {"Cookie": "sessionid=7"})
    shelf.add(sample(1))
    assert seqs(remote.read_new()) == [1]
    shelf.add(sample(2), sample(3))
    whole, shelf.body = shelf.body, shelf.body[:-5]
    assert seqs(remote.read_new())[-1:] == [2]
    shelf.body = whole
    assert seqs(remote.read_new())[-1:] == [3]
    assert len(remote.read_new()) == (0 if shelf.parts else 3)
    assert {asked["Cookie"] for asked in shelf.asked} == {"sessionid=7"}


def test_a_file_that_begins_anew_is_read_from_its_beginning(shelf):
    remote = RemoteLog(shelf.url, {})
    shelf.add(sample(1), sample(2))
    remote.read_new()
    shelf.body = encode(sample(3))
    assert seqs([*remote.read_new(), *remote.read_new()])[:1] == [3]


def test_an_address_is_a_source_of_states(shelf):
    shelf.add(sample(1, done=3, total=4, heartbeat_at=100.0))
    look = source(shelf.url, {})
    assert [state.done for state in look(100.5)] == [3]
    shelf.add(sample(2, done=4, total=4, heartbeat_at=100.0, outcome="succeeded"))
    assert [state.outcome for state in look(105.0)] == ["succeeded"]
    assert look(111.0) == []


def test_an_answer_that_is_no_log_is_said_in_a_sentence(shelf):
    shelf.add(sample(1))
    with pytest.raises(OSError, match=r"log\.jsonl returned 403 Forbidden\."):
        source(shelf.url, {"Cookie": "refused"})(0.0)
    shelf.kind = "text/html; charset=utf-8"
    with pytest.raises(OSError, match=r"returned an HTML page, not JSON lines\. If it requires a login"):
        source(shelf.url, {})(0.0)


class Redirect(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", self.server.target)
        self.end_headers()

    def log_message(self, *args):
        pass


def test_headers_go_to_no_other_host_that_an_address_redirects_to(served):
    shelf = served(Shelf(parts=False))
    shelf.add(sample(1))
    moved = served(ThreadingHTTPServer(("127.0.0.1", 0), Redirect))
    url = f"http://127.0.0.1:{moved.server_port}/log.jsonl"
    moved.target = shelf.url.replace("127.0.0.1", "localhost")
    with pytest.raises(OSError, match=r"redirects to http://localhost:\d+, which doesn't get your headers"):
        RemoteLog(url, {"Cookie": "sessionid=7"}).read_new()
    assert shelf.asked == []
    assert seqs(RemoteLog(url, {}).read_new()) == [1]


def test_what_ended_long_ago_is_forgotten(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(
        b"".join(encode(sample(1, level=(n,), heartbeat_at=100.0, outcome="failed")) for n in range(1, 2000))
        + encode(sample(1, level=(3000,), heartbeat_at=100.0))
    )
    reducer = Reducer()
    for message in read(path):
        reducer.add(message)
    reducer.forget_ended(100.5)
    assert [state.outcome for state in reducer.states.values()] == [None]
    assert [state.outcome for state in source(str(path), {})(111.0)] == [None]


def test_an_export_without_its_last_line_s_end_is_read_whole(served):
    shelf = served(Shelf(parts=False))
    shelf.body = json.dumps(sample(1)).encode()
    assert seqs(RemoteLog(shelf.url, {}).read_new()) == [1]


def test_a_file_larger_than_what_is_read_at_once_is_read_to_its_end(tmp_path, monkeypatch):
    path = tmp_path / "log"
    path.write_bytes(b"".join(encode(sample(seq, done=seq, next_by=900.0)) for seq in range(1, 9)))
    monkeypatch.setattr(sources, "_BLOCK_BYTES", 100)
    look = source(str(path), {})
    assert [state.done for state in look(200.0)] == [8]
    with path.open("ab") as file:
        file.write(encode(sample(9, done=9)))
    assert [state.done for state in look(200.0)] == [9]
