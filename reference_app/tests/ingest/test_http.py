from __future__ import annotations

import socket

import pytest
from tests.waiting import wait_until

from timelapse.frames.models import Frame
from timelapse.ingest.models import Quarantined


def test_an_address_that_is_none_gets_an_error_of_the_protocol(unpaired_agent):
    answer = unpaired_agent.request("GET", "/nothing")
    assert (answer.status, answer.code) == (404, "no_such_address")


def test_a_method_that_is_none_gets_an_error_of_the_protocol(unpaired_agent):
    answer = unpaired_agent.request("GET", "/pairing")
    assert (answer.status, answer.code) == (405, "wrong_method")


def test_an_answer_names_the_cause_to_look_for_in_the_logs(unpaired_agent):
    assert len(unpaired_agent.request("OPTIONS", "/captures").headers["X-Causal-Id"]) == 32


def test_a_link_that_breaks_leaves_no_trace_but_its_bytes(agent, picture):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    for _ in range(3):
        agent.start_patch(upload, 0, len(upload.data), b"").close()
    wait_until(lambda: agent.patch(upload, 0, upload.data).status == 204)
    assert Frame.objects.count() == 1
    assert not Quarantined.objects.exists()


@pytest.mark.parametrize("path", ["/heartbeat", "/captures"])
def test_an_agent_that_begins_and_falls_silent_is_let_go(impatient_agent, path):
    head = f"POST /agent/v1{path} HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nx"
    with socket.create_connection(("127.0.0.1", impatient_agent.port), timeout=60) as link:
        link.sendall(head.encode())
        assert link.recv(1000).startswith(b"HTTP/1.1 4")


def test_a_database_that_is_away_makes_the_agent_come_back(agent, picture, locked_database):
    upload = agent.new_upload(picture())
    with locked_database():
        answer = agent.send(upload)
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "database_unavailable", "5")
    assert agent.head(upload).offset == len(upload.data) - 1
    assert agent.patch(upload, len(upload.data) - 1, upload.data[-1:]).headers["Capture-Status"] == "stored"
    assert Frame.objects.count() == 1


def test_a_folder_that_can_not_be_written_makes_the_agent_come_back(agent, picture, media):
    media.mkdir()
    (media / "frames").write_text("a file where a folder should be")
    upload = agent.new_upload(picture())
    answer = agent.send(upload)
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "storage_unavailable", "30")
    (media / "frames").unlink()
    assert agent.send(upload).headers["Capture-Status"] == "stored"


def test_whatever_else_goes_wrong_makes_the_agent_come_back_too(agent, picture, settings, caplog):
    settings.TIMELAPSE = {"stored_bytes": "many"}
    answer = agent.send(agent.new_upload(picture()))
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "unexpected", "30")
    assert "TypeError" in caplog.text
