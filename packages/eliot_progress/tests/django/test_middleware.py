from __future__ import annotations

import pytest


@pytest.fixture(params=["plain", "awaited"])
def view(request):
    return f"/{request.param}"


FOREIGN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_view_runs_inside_an_action_and_the_answer_names_it(client, view, log):
    response = client.get(view)
    assert response["X-Causal-Id"] == response.content.decode()
    assert [m["action_status"] for m in log] == ["started", "succeeded"]
    assert log[-1]["status"] == 200


def test_a_view_that_fails_ends_its_action_with_the_reason(client, log):
    client.raise_request_exception = False
    response = client.get("/broken")
    assert response.status_code == 500
    assert len(response["X-Causal-Id"]) == 32
    assert [(m["action_status"], m.get("reason")) for m in log] == [
        ("started", None),
        ("failed", "no such thing"),
    ]


async def test_an_async_view_that_fails_too(async_client, log):
    async_client.raise_request_exception = False
    assert (await async_client.get("/broken_async")).status_code == 500
    assert log[-1]["reason"] == "no such thing"


def test_a_streamed_answer_names_its_action_too(client, log):
    response = client.get("/streamed")
    assert b"".join(response.streaming_content) == b"ab"
    assert len(response["X-Causal-Id"]) == 32


async def test_the_same_under_asgi(async_client, view, log):
    response = await async_client.get(view)
    assert response["X-Causal-Id"] == response.content.decode()


def test_a_third_partys_traceparent_is_not_adopted(client, view):
    assert client.get(view, headers={"traceparent": FOREIGN}).content.decode() not in FOREIGN


@pytest.mark.parametrize(("site", "adopted"), [("same-origin", True), ("cross-site", False), ("none", False)])
def test_our_own_pages_traceparent_is_adopted_when_configured(client, view, settings, site, adopted):
    settings.ELIOT_PROGRESS = {"ADOPT": "same-origin"}
    answer = client.get(view, headers={"traceparent": FOREIGN, "sec-fetch-site": site}).content.decode()
    assert (answer in FOREIGN) is adopted
