"""What a client sends that nobody wrote carefully: byte by byte, below any HTTP library."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import struct
from dataclasses import dataclass

import pytest
from tests.waiting import wait_until

from timelapse.cameras import actions
from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of

TIMEOUT_S = 60


@dataclass
class RawAnswer:
    """One answer, as it came."""

    status: int
    headers: dict
    body: bytes


class Link:
    """A socket to the server, and answers read from it one after another."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        self.stream = self.socket.makefile("rb")

    def send(self, *lines, body=b""):
        head = [line if isinstance(line, bytes) else line.encode() for line in lines]
        self.socket.sendall(b"\r\n".join([*head, b"", b""]) + body)
        return self

    def hear(self, *, bodiless=False):
        first = self.stream.readline()
        assert first, "the link was closed without an answer"
        headers = {}
        while (line := self.stream.readline().strip()) != b"":
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        status = int(first.split()[1])
        length = 0 if bodiless or status in (100, 204) else int(headers.get("content-length", 0))
        return RawAnswer(status, headers, self.stream.read(length))

    def reset(self):
        self.stream.close()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.stream.close()
        self.socket.close()


@pytest.fixture
def link(agent):
    links = []

    def connect():
        links.append(Link(agent.port))
        return links[-1]

    yield connect
    for one in links:
        one.close()


@pytest.fixture
def upload(agent, picture):
    return agent.new_upload(picture())


@pytest.fixture
def begun(agent, upload):
    agent.begin(upload)
    return upload


def opening(agent, method, path, **headers):
    """The lines of a request: token and version as they should be, unless said otherwise (None: left out)."""
    lines = {
        "Host": "test",
        "Authorization": f"Bearer {agent.token}",
        "Tus-Resumable": "1.0.0",
        "Content-Type": "application/offset+octet-stream",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    answered = [f"{name}: {value}" for name, value in lines.items() if value is not None]
    return [f"{method} /agent/v1/captures{path} HTTP/1.1", *answered]


def creation(agent, upload, **headers):
    announced = {name.replace("-", "_"): value for name, value in upload.headers.items()}
    return opening(agent, "POST", "", **(announced | {"Content_Length": 0, "Content_Type": None} | headers))


def patching(agent, upload, **headers):
    usual = {"Upload_Offset": 0, "Content_Length": len(upload.data)}
    return opening(agent, "PATCH", f"/{upload.capture}", **(usual | headers))


def encoded(**values):
    return ",".join(f"{key} {base64.b64encode(value).decode()}" for key, value in values.items())


@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH", "DELETE"])
@pytest.mark.parametrize("version", [None, "0.2.2", "1", ""])
def test_another_version_or_none_is_answered_with_the_supported_one(agent, link, begun, method, version):
    path = "" if method == "POST" else f"/{begun.capture}"
    lines = opening(agent, method, path, Tus_Resumable=version, Content_Length=0)
    received = link().send(*lines).hear(bodiless=method == "HEAD")
    assert (received.status, received.headers["tus-version"]) == (412, "1.0.0")
    assert agent.head(begun).offset == 0


def test_the_servers_capabilities_are_listed_without_version_and_token(link):
    received = link().send("OPTIONS /agent/v1/captures HTTP/1.1", "Host: test").hear()
    assert (received.status, received.headers["tus-version"]) == (204, "1.0.0")
    assert "creation-defer-length" not in received.headers["tus-extension"]


@pytest.mark.parametrize(
    "length", [None, "", "-1", "+5", "1e3", "0x10", "5 5", "5,5", "1_000", "9" * 30, "\u0663"]
)
def test_a_length_that_is_none_is_refused(agent, link, upload, length):
    received = link().send(*creation(agent, upload, Upload_Length=length)).hear()
    assert (received.status, b"Upload-Length" in received.body) == (400, True)


def test_a_length_beyond_all_limits_is_refused_before_a_byte_is_sent(agent, link, upload):
    assert link().send(*creation(agent, upload, Upload_Length="9" * 17)).hear().status == 413


def test_a_deferred_length_is_refused_because_it_is_not_supported(agent, link, upload):
    lines = creation(agent, upload, Upload_Length=None, Upload_Defer_Length=1)
    assert link().send(*lines).hear().status == 400


@pytest.mark.parametrize("offset", [None, "", "-1", "1.0", "none", "9" * 30])
def test_an_offset_that_is_none_is_refused(agent, link, begun, offset):
    received = link().send(*patching(agent, begun, Upload_Offset=offset), body=begun.data).hear()
    assert received.status == 400
    assert agent.head(begun).offset == 0


@pytest.mark.parametrize("offset", [1, 9**17])
def test_a_wrong_offset_is_answered_with_the_right_one(agent, link, begun, offset):
    received = link().send(*patching(agent, begun, Upload_Offset=offset), body=begun.data).hear()
    assert (received.status, received.headers["upload-offset"]) == (409, "0")


@pytest.mark.parametrize("checksum", ["sha256", "sha256 ###", "md5 AAAA", "", "sha256  AAAA"])
def test_a_checksum_that_cant_be_read_is_refused_and_nothing_is_kept(agent, link, begun, checksum):
    received = link().send(*patching(agent, begun, Upload_Checksum=checksum), body=begun.data).hear()
    assert received.status == 400
    assert agent.head(begun).offset == 0


def test_a_checksum_that_does_not_match_has_a_status_of_its_own(agent, link, begun):
    wrong = "sha1 " + base64.b64encode(hashlib.sha1(b"other").digest()).decode()
    assert link().send(*patching(agent, begun, Upload_Checksum=wrong), body=begun.data).hear().status == 460
    assert agent.head(begun).offset == 0


@pytest.mark.parametrize(
    "metadata",
    [
        "capture ###",
        "capture",
        encoded(capture=b"\xff" * 9),
        encoded(capture=b"../../../etc"),
        encoded(capture=b""),
        encoded(other=b"x"),
        ",,, ,",
        "",
        "x " * 2000,
    ],
)
def test_metadata_that_cant_be_read_is_refused(agent, link, upload, metadata):
    assert link().send(*creation(agent, upload, Upload_Metadata=metadata)).hear().status == 400


def test_metadata_that_says_a_thing_twice_is_refused(agent, link, upload):
    twice = f"{upload.headers['Upload-Metadata']},{encoded(sha256=b'0' * 64)}"
    received = link().send(*creation(agent, upload, Upload_Metadata=twice)).hear()
    assert (received.status, b"twice" in received.body) == (400, True)


def test_headers_of_any_size_do_no_harm(agent, link, upload):
    received = link().send(*creation(agent, upload, X_Long="x" * 200_000)).hear()
    assert received.status in (201, 400, 431)
    assert agent.send(upload).status == 201


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Upload-Offset", ("0", "5")),
        ("Upload-Checksum", ("sha1 AAAA", "sha1 BBBB")),
        ("Tus-Resumable", ("1.0.0", "0.2")),
    ],
)
def test_a_header_that_comes_twice_is_refused(agent, link, begun, name, values):
    lines = [line for line in patching(agent, begun) if not line.startswith(name)]
    lines += [f"{name}: {value}" for value in values]
    received = link().send(*lines, body=begun.data).hear()
    assert (received.status, name.lower().encode() in received.body.lower()) == (400, True)
    assert agent.head(begun).offset == 0


def test_two_lengths_of_a_body_are_refused(agent, link, begun):
    lines = [*patching(agent, begun), f"Content-Length: {len(begun.data) - 5}"]
    assert link().send(*lines, body=begun.data).hear().status == 400


@pytest.mark.parametrize("length", ["-1", "many", "1e3"])
def test_a_body_of_no_length_is_refused(agent, link, begun, length):
    assert link().send(*patching(agent, begun, Content_Length=length), body=begun.data).hear().status == 400
    assert agent.head(begun).offset == 0


def chunked(data, size):
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def test_a_body_may_come_in_chunks_of_http(agent, link, begun):
    lines = patching(agent, begun, Content_Length=None, Transfer_Encoding="chunked")
    assert link().send(*lines, body=chunked(begun.data, 7)).hear().headers["capture-status"] == "stored"


def test_a_creation_may_come_in_chunks_of_http(agent, link, upload):
    lines = creation(
        agent,
        upload,
        Content_Length=None,
        Transfer_Encoding="chunked",
        Content_Type="application/offset+octet-stream",
    )
    assert link().send(*lines, body=chunked(upload.data, 100)).hear().headers["capture-status"] == "stored"


def test_a_broken_chunk_does_no_harm_to_what_came_before_it(agent, link, begun):
    lines = patching(agent, begun, Content_Length=None, Transfer_Encoding="chunked")
    one = link().send(*lines, body=b"a\r\n" + begun.data[:10] + b"\r\nno number\r\n")
    assert one.hear().status == 400
    finish(agent, begun)


def test_more_than_was_announced_is_refused_and_dropped(agent, link, begun):
    body = begun.data + b"more"
    received = link().send(*patching(agent, begun, Content_Length=len(body)), body=body).hear()
    assert received.status == 413
    assert agent.head(begun).offset == 0


def test_more_than_the_length_of_the_body_is_no_part_of_it(agent, link, begun):
    link().send(*patching(agent, begun), body=begun.data + b"and more\r\n\r\n").hear()
    finish(agent, begun)


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_link_that_ends_in_the_middle_keeps_what_came(agent, link, begun, end):
    one = link().send(*patching(agent, begun), body=begun.data[:100])
    wait_until(lambda: agent.head(begun).offset == 100)
    getattr(one, end)()
    finish(agent, begun)


def test_whoever_leaves_without_hearing_finds_that_all_is_there(agent, link, begun):
    link().send(*patching(agent, begun), body=begun.data).reset()
    wait_until(lambda: agent.send(begun).status == 201)
    assert agent.head(begun).headers["Cache-Control"] == "no-store"
    assert agent.patch(begun, len(begun.data), b"").status == 204
    assert Frame.objects.count() == 1


def test_two_requests_in_one_packet_are_answered_in_order(agent, link, begun):
    half = len(begun.data) // 2
    first = patching(agent, begun, Content_Length=half)
    second = patching(agent, begun, Content_Length=len(begun.data) - half, Upload_Offset=half)
    packet = raw(first) + begun.data[:half] + raw(second) + begun.data[half:]
    one = link()
    one.socket.sendall(packet)
    assert one.hear().headers["upload-offset"] == str(half)
    assert one.hear().headers["capture-status"] == "stored"


def test_a_client_that_expects_100_continue_gets_it(agent, link, begun):
    one = link().send(*patching(agent, begun, Expect="100-continue"))
    assert one.hear().status == 100
    one.socket.sendall(begun.data)
    assert one.hear().headers["capture-status"] == "stored"


def test_a_client_that_asks_whether_to_go_on_is_refused_without_sending(agent, link, begun):
    received = link().send(*patching(agent, begun, Expect="100-continue", Upload_Offset=7)).hear()
    assert received.status == 409


def test_a_body_byte_by_byte_is_a_body(agent, link, begun):
    one = link().send(*patching(agent, begun))
    one.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in begun.data:
        one.socket.sendall(bytes([byte]))
    assert one.hear().headers["capture-status"] == "stored"


def test_fifty_clients_that_never_end_their_request_keep_nobody_out(agent, link, upload):
    for _ in range(50):
        link().socket.sendall(b"POST /agent/v1/captures HTTP/1.1\r\nHost: te")
    assert agent.send(upload).headers["Capture-Status"] == "stored"


@pytest.mark.parametrize(
    "noise", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 9, b"\0" * 500, b"GET\r\n\r\n"]
)
def test_what_is_no_http_is_refused_and_the_server_goes_on(agent, link, upload, noise):
    one = link()
    one.socket.sendall(noise)
    assert one.hear().status == 400
    assert agent.send(upload).status == 201


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("PUT", "/{}"), ("GET", "/{}"), ("POST", "/{}")])
def test_a_method_that_means_nothing_here_is_refused(agent, link, begun, method, path):
    lines = opening(agent, method, path.format(begun.capture), Content_Length=0)
    assert link().send(*lines).hear().status == 405


def test_a_method_may_hide_behind_post_where_proxies_let_no_other_pass(agent, link, begun):
    lines = patching(agent, begun, X_HTTP_Method_Override="PATCH")
    lines[0] = lines[0].replace("PATCH", "POST")
    assert link().send(*lines, body=begun.data).hear().headers["capture-status"] == "stored"


@pytest.mark.parametrize("name", ["..%2f..%2fdb.sqlite3", "%00%00%00%00%00%00%00%00", "a", "x" * 81])
def test_a_name_that_is_no_id_is_refused(agent, link, name):
    assert link().send(*opening(agent, "PATCH", f"/{name}", Upload_Offset=0)).hear().status in (400, 404)


def test_an_upload_of_another_camera_is_not_there(agent, link, begun):
    agent.token = actions.enrol("Garden").token
    for method in ("HEAD", "PATCH", "DELETE"):
        lines = opening(agent, method, f"/{begun.capture}", Upload_Offset=0)
        assert link().send(*lines).hear(bodiless=method == "HEAD").status == 404


def test_nothing_at_the_right_offset_changes_nothing(agent, link, begun):
    received = link().send(*patching(agent, begun, Content_Length=0)).hear()
    assert (received.status, received.headers["upload-offset"]) == (204, "0")


def test_every_answer_names_the_version(agent, link, begun):
    one = link()
    for lines in (creation(agent, begun), patching(agent, begun, Upload_Offset=3, Content_Length=0)):
        assert one.send(*lines).hear().headers["tus-resumable"] == "1.0.0"


def test_the_place_of_an_upload_can_be_followed(agent, link, upload):
    place = link().send(*creation(agent, upload)).hear().headers["location"]
    assert re.fullmatch(r"/agent/v1/captures/[A-Za-z0-9_-]+", place)
    lines = opening(agent, "HEAD", "")
    lines[0] = f"HEAD {place} HTTP/1.1"
    assert link().send(*lines).hear(bodiless=True).headers["upload-offset"] == "0"


def raw(lines):
    return "\r\n".join([*lines, "", ""]).encode()


def finish(agent, upload):
    """Go on from where the server is, once it has noticed that the link is gone: until then it says 423."""

    def go_on():
        offset = agent.head(upload).offset
        return agent.patch(upload, offset, upload.data[offset:]).status == 204

    wait_until(go_on)
    assert file_of(Frame.objects.get()).read_bytes() == upload.data
