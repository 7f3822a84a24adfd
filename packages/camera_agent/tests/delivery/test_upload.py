from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera_agent.captures import Capture
from camera_agent.delivery.upload import (
    Create,
    Delivered,
    QueryOffset,
    Refused,
    Restart,
    RetryLater,
    SendFrom,
    Unauthorized,
    interpret,
    upload,
)
from camera_agent.errors import LinkDown
from camera_agent.remote.client import Client
from camera_agent.remote.response import Response
from tests.conftest import jpeg
from tests.doubles.raw_server import RawServer
from tests.golden import golden
from tests.server import Fault
from tests.spool.conftest import NOW

BIG = jpeg(width=640, height=480) + bytes(300_000)


def response(status: int, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers=named, body=golden("error"))


@pytest.mark.parametrize(
    ("method", "status", "headers", "meaning"),
    [
        ("POST", 201, {"upload_offset": "10", "capture_status": "stored"}, Delivered()),
        ("POST", 201, {"upload_offset": "10", "capture_status": "duplicate"}, Delivered()),
        ("POST", 201, {"upload_offset": "10"}, Delivered()),
        ("POST", 201, {"upload_offset": "4"}, SendFrom(4)),
        ("PATCH", 204, {"upload_offset": "4"}, SendFrom(4)),
        ("HEAD", 200, {"upload_offset": "0"}, SendFrom(0)),
        ("HEAD", 200, {"upload_offset": "10"}, Create(with_content=False)),
        ("HEAD", 404, {}, Create(with_content=True)),
        ("HEAD", 422, {}, Create(with_content=False)),
        ("PATCH", 404, {}, Create(with_content=True)),
        ("PATCH", 409, {}, QueryOffset()),
        ("PATCH", 460, {}, Restart()),
    ],
)
def test_every_answer_has_one_meaning(method, status, headers, meaning):
    assert interpret(method, response(status, **headers), 10) == meaning


@pytest.mark.parametrize("status", [413, 422, 400, 415])
def test_refusals_that_are_final_carry_the_servers_reason(status):
    refused = interpret("POST", response(status), 10)
    assert isinstance(refused, Refused)
    assert refused.code == "token_revoked"


@pytest.mark.parametrize("status", [404, 405, 408, 423, 429, 500, 502, 503, 507])
def test_refusals_that_pass_are_tried_later(status):
    assert interpret("POST", response(status, retry_after="9"), 10) == RetryLater(
        message=response(status).error[1], after_s=9.0, from_app=True
    )


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 407, 411, 413, 415, 422, 451, 460, 499, 511])
def test_only_the_app_can_refuse_a_capture_for_good(method, status):
    proxys = Response(status=status, headers={"server": "squid"}, body={})
    outcome = interpret(method, proxys, 10)
    assert isinstance(outcome, RetryLater)
    assert not outcome.from_app


@pytest.mark.parametrize("status", [401, 403, 413])
def test_an_answer_without_a_body_is_asked_for_again(status):
    assert interpret("HEAD", Response(status=status, headers={}, body={}), 10) == Create(with_content=False)


@pytest.mark.parametrize(
    ("status", "requested", "about_capture"), [(500, "", True), (503, "9", False), (429, "", False)]
)
def test_a_server_that_fails_and_names_no_time_failed_to_store_the_capture(status, requested, about_capture):
    assert interpret("POST", response(status, retry_after=requested), 10).about_capture is about_capture


def test_401_is_about_the_token():
    assert isinstance(interpret("POST", response(401), 10), Unauthorized)


@pytest.mark.parametrize("offset", ["", "-1", "11", "ten", "\xb2", "9" * 5000])
def test_an_answer_without_a_usable_offset_is_no_success(offset):
    assert isinstance(interpret("POST", response(201, upload_offset=offset), 10), RetryLater)


def test_on_a_good_link_a_capture_takes_one_round_trip(server, client, spool, put):
    capture = put()
    assert upload(client, capture, spool.path(capture)) == Delivered()
    assert server.requests == [("POST", "/captures")]
    assert server.stored == ["capture-1"]


@pytest.mark.parametrize("kept", [0, 1, 1000, 250_000])
def test_a_link_that_breaks_is_taken_up_at_the_byte(server, client, spool, put, kept):
    put(content=BIG)
    server.fail(Fault("drop", value=kept))
    with pytest.raises(LinkDown):
        upload(client, spool.next_pending(), spool.path(spool.next_pending()))
    spool.mark_attempted(spool.next_pending())
    again = spool.next_pending()
    assert upload(client, again, spool.path(again)) == Delivered()
    assert server.requests[1:] == [("HEAD", "/captures/capture-1"), ("PATCH", "/captures/capture-1")]
    assert bytes(server.uploads["capture-1"].content) == BIG


def test_a_link_that_breaks_again_and_again_gets_there_in_the_end(server, client, spool, put):
    put(content=BIG)
    server.fail(Fault("drop", value=90_000), *[Fault("drop", "PATCH", value=60_000)] * 3)
    outcome = None
    while outcome is None:
        capture = spool.next_pending()
        try:
            outcome = upload(client, capture, spool.path(capture))
        except LinkDown:
            spool.mark_attempted(capture)
    assert outcome == Delivered()
    assert bytes(server.uploads["capture-1"].content) == BIG


def test_a_lost_answer_is_asked_for_and_nothing_is_sent_twice(server, client, spool, put):
    put()
    server.fail(Fault("lose_answer"))
    with pytest.raises(LinkDown):
        upload(client, spool.next_pending(), spool.path(spool.next_pending()))
    spool.mark_attempted(spool.next_pending())
    again = spool.next_pending()
    assert upload(client, again, spool.path(again)) == Delivered()
    assert server.requests == [("POST", "/captures"), ("HEAD", "/captures/capture-1"), ("POST", "/captures")]
    assert server.stored == ["capture-1"]


def test_a_lost_refusal_is_received_the_second_time(server, client, spool, put):
    put(content=b"\xff\xd8\xff no picture at all")
    server.fail(Fault("lose_answer"))
    with pytest.raises(LinkDown):
        upload(client, spool.next_pending(), spool.path(spool.next_pending()))
    spool.mark_attempted(spool.next_pending())
    again = spool.next_pending()
    assert upload(client, again, spool.path(again)) == Refused(
        code="not_a_picture", message="The file is no picture."
    )


def test_a_server_that_forgot_everything_gets_it_all_again(server, client, spool, put):
    spool.mark_attempted(put())
    again = spool.next_pending()
    assert upload(client, again, spool.path(again)) == Delivered()
    assert [method for method, _ in server.requests] == ["HEAD", "POST"]


def test_a_wrong_offset_is_asked_for(server, client, spool, put):
    spool.mark_attempted(put(content=BIG))
    server.fail(Fault("drop", "POST", value=1000))
    with pytest.raises(LinkDown):
        upload(client, spool.next_pending(), spool.path(spool.next_pending()))
    server.fail(Fault("refuse", "PATCH", value=409))
    again = spool.next_pending()
    assert upload(client, again, spool.path(again)) == Delivered()
    assert [method for method, _ in server.requests[2:]] == ["HEAD", "PATCH", "HEAD", "PATCH"]


def test_damaged_content_is_sent_again_three_times_at_most(server, client, spool, put):
    capture = put()
    server.fail(Fault("refuse", value=460))
    assert upload(client, capture, spool.path(capture)) == Delivered()
    other = put("capture-2")
    server.fail(*[Fault("refuse", value=460)] * 3)
    refused = upload(client, other, spool.path(other))
    assert isinstance(refused, Refused)
    assert refused.code == "checksum_mismatch"


def test_a_server_whose_offset_moves_back_for_ever_does_not_hold_the_agent(server, client, spool, put):
    spool.mark_attempted(put())
    server.fail(*[Fault("refuse", "HEAD", value=409)] * 20)
    capture = spool.next_pending()
    assert isinstance(upload(client, capture, spool.path(capture)), RetryLater)


def test_a_refusal_before_the_body_is_read_is_received(server, client, spool, put):
    server.max_bytes = 1000
    capture = put(content=jpeg() + bytes(8_000_000))
    refused = upload(client, capture, spool.path(capture))
    assert isinstance(refused, Refused)
    assert refused.code == "too_large"


HEADS = st.lists(
    st.tuples(
        st.sampled_from(["Upload-Offset", "Capture-Status", "Retry-After", "Location", "Content-Length"]),
        st.one_of(
            st.sampled_from(["0", "1", "-1", "99999999999999999999", "stored", "\xb2", ""]),
            st.text(
                st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc"]), max_size=12
            ),
        ),
    ),
    max_size=4,
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    status=st.sampled_from([100, 200, 201, 204, 301, 404, 409, 460, 500]),
    heads=HEADS,
    attempts=st.sampled_from([0, 1]),
)
def test_whatever_a_hostile_server_says_an_upload_ends_with_an_outcome(tmp_path, status, heads, attempts):
    picture = tmp_path / "picture"
    picture.write_bytes(jpeg())
    lines = "".join(f"{name}: {value}\r\n" for name, value in heads)
    said = f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode("latin-1")
    capture = Capture(
        capture="capture-1",
        sequence=1,
        filename="a.jpg",
        filetype="image/jpeg",
        size=len(jpeg()),
        sha256="0" * 64,
        captured_at=NOW,
        exposure={},
        attempts=attempts,
    )
    with RawServer(said) as server, closing(Client(server.url, timeout_s=2)) as client:
        try:
            outcome = upload(client, capture, picture)
        except LinkDown:
            return
    assert isinstance(outcome, Delivered | RetryLater | Refused | Unauthorized)
