from __future__ import annotations

import pytest
import requests
from tests.echo_server import echo

from eliot_progress import causal_id, context, extract
from eliot_progress.adapters.requests import causal


@pytest.fixture
def url(served):
    return f"http://127.0.0.1:{served(echo()).server_port}/thing?token=secret"


def test_a_call_carries_the_id_and_is_an_action_with_its_status(url, log):
    with causal(requests.Session()) as session, context.start("click"):
        origin = extract(session.get(url).json())
        assert origin.causal_id == causal_id()
    (end,) = (m for m in log if m.get("action_type") == "http:call" and "status" in m)
    assert (end["status"], tuple(end["task_level"][:-1])) == (200, origin.level)
    assert "secret" not in repr(log)


def test_a_failed_call_has_its_reason_and_an_untrusted_host_receives_no_id(url, log):
    with causal(requests.Session(), trusted=lambda host: False) as session, context.start("click"):
        assert "traceparent" not in session.get(url).json()
        with pytest.raises(requests.ConnectionError):
            session.get("http://127.0.0.1:1/")
    ends = [m["action_status"] for m in log if m.get("action_type") == "http:call"]
    assert ends == ["started", "succeeded", "started", "failed"]
