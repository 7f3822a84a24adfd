from __future__ import annotations

from io import BytesIO

import pytest
from django.http import FileResponse

from eliot_progress.django.middleware import CausalMiddleware

pytestmark = pytest.mark.django_db  # the end of an answer closes the thread's connections, if there are any


def ends(log):
    return [m for m in log if m.get("action_status") in ("succeeded", "failed")]


def test_each_part_is_made_inside_the_action_which_ends_with_the_last(client, log):
    response = client.get("/streamed_ids")
    assert ends(log) == []
    assert b"".join(response.streaming_content).decode() == 2 * response["X-Causal-Id"]
    (end,) = ends(log)
    assert (end["action_status"], end["status"], end.get("sent_whole")) == ("succeeded", 200, None)
    (made,) = (m for m in log if m.get("message_type") == "part:made")
    assert made["task_uuid"] == end["task_uuid"]


async def test_the_same_under_asgi(async_client, log):
    response = await async_client.get("/streamed_ids_async")
    assert ends(log) == []
    assert (
        b"".join([part async for part in response.streaming_content]).decode() == 2 * response["X-Causal-Id"]
    )
    assert [end["action_status"] for end in ends(log)] == ["succeeded"]


def test_a_part_that_fails_ends_the_action_with_the_reason(client, log):
    response = client.get("/torn")
    with pytest.raises(LookupError):
        list(response.streaming_content)
    assert [(end["action_status"], end["reason"]) for end in ends(log)] == [("failed", "no more")]


@pytest.mark.parametrize("view", ["streamed_ids", "streamed_ids_async"])
def test_an_answer_that_is_closed_early_says_so(client, log, view):
    response = client.get(f"/{view}")
    response.close()
    assert [(end["action_status"], end["sent_whole"]) for end in ends(log)] == [("succeeded", False)]


def test_a_file_is_left_to_the_server(rf, log):
    response = CausalMiddleware(lambda request: FileResponse(BytesIO(b"whole")))(rf.get("/"))
    assert response.file_to_stream is not None
    assert [end["action_status"] for end in ends(log)] == ["succeeded"]
    response.close()
