from __future__ import annotations

import json

import pytest
from tests.conftest import free_port
from tests.waiting import wait_until

METRICS, HEALTH = "/queues/metrics", "/queues/healthz"


@pytest.fixture(autouse=True)
def current(app):
    app.set_current()
    return app


@pytest.fixture
def token(settings):
    settings.QUEUE_INSIGHT = {"METRICS_TOKEN": "s3cret"}


def test_metrics_are_for_whoever_has_the_token(client, token, app):
    app.send_task("work.do")
    response = client.get(METRICS, headers={"authorization": "Bearer s3cret"})
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    assert b'celery_queue_length{queue_name="celery"} 1\n' in response.content


@pytest.mark.parametrize("sent", ["Bearer other", "s3cret", "Bearer ", "Bearer é"])
def test_any_other_token_is_refused(client, token, sent):
    assert client.get(METRICS, headers={"authorization": sent}).status_code == 403


def test_without_a_token_in_the_settings_there_are_no_metrics(client):
    assert client.get(METRICS, headers={"authorization": "Bearer "}).status_code == 403


def test_health_says_what_is_missing_without_a_name(client):
    response = client.get(HEALTH)
    assert (response.status_code, json.loads(response.content)) == (503, {"broker": True, "collector": False})


def test_health_is_bad_with_the_broker_down(client, app):
    app.conf.broker_url = f"redis://127.0.0.1:{free_port()}/0"
    assert json.loads(client.get(HEALTH).content) == {"broker": False, "collector": False}


@pytest.mark.slow
def test_health_is_good_with_a_collector(client, store, run_collector):
    run_collector()
    wait_until(lambda: client.get(HEALTH).status_code == 200)


@pytest.mark.parametrize("address", [METRICS, HEALTH])
def test_machines_only_read(client, address):
    assert client.post(address).status_code == 405
