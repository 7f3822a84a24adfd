from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from timelapse.cameras import actions, domain
from timelapse.cameras.models import Camera, Pairing

GOLDEN = Path(__file__).parents[3] / "docs" / "reference" / "agent-protocol"
WANTED = {"protocol": 1, "name": "Roof", "driver": "simulated", "model": "", "agent": "camera-agent 0.1.0"}


def golden(name):
    return json.loads((GOLDEN / name).read_text())


def kinds(message):
    """The names of a message and the kinds of their values: what a golden message promises."""
    if isinstance(message, dict):
        return {name: kinds(value) for name, value in message.items()}
    return type(message)


def test_an_agent_is_paired_as_the_golden_messages_have_it(stranger):
    offer = stranger.post("/pairing", golden("pairing_request.json"))
    assert offer.status == 201
    assert kinds(offer.json) == kinds(golden("pairing_answer.json"))
    page = f"http://127.0.0.1:{stranger.port}/pair"
    assert offer.json["verification_uri"] == page
    assert offer.json["verification_uri_complete"] == f"{page}?code={offer.json['user_code']}"

    asked = {"protocol": 1, "device_code": offer.json["device_code"]}
    pending = stranger.post("/token", asked)
    assert (pending.status, pending.json) == (400, golden("token_pending.json"))
    assert stranger.post("/token", asked).json == {"error": "slow_down"}

    camera = actions.approve_pairing(offer.json["user_code"], by=User.objects.create_user("editor"))
    given = stranger.post("/token", asked)
    assert given.status == 200
    assert kinds(given.json) == kinds(golden("token_answer.json"))
    assert (given.json["camera"], given.json["name"]) == (str(camera.pk), "Roof")
    assert given.headers["Cache-Control"] == "no-store"

    stranger.token = given.json["access_token"]
    beat = stranger.post("/heartbeat", golden("heartbeat.json"))
    assert beat.status == 200
    assert kinds(beat.json) == kinds(golden("heartbeat_answer.json"))
    assert beat.json["config"] == {"revision": 1, "interval_s": 2.0}
    assert Camera.objects.get().spool_pending == 3


def test_an_agent_that_was_revoked_is_paired_again_as_the_same_camera(agent, picture):
    shot = agent.shoot(picture())
    agent.send(shot)
    actions.revoke(agent.camera)
    offer = agent.post("/pairing", golden("pairing_request.json"))
    camera = actions.approve_pairing(offer.json["user_code"], by=User.objects.create_user("editor"))
    assert camera == agent.camera
    given = agent.post("/token", {"protocol": 1, "device_code": offer.json["device_code"]})
    agent.token = given.json["access_token"]
    assert agent.send(shot).headers["Capture-Status"] == "duplicate"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"protocol": 1}', b'{"protocol": 9}'])
@pytest.mark.parametrize("path", ["/pairing", "/token"])
def test_a_pairing_message_that_makes_no_sense_is_refused_in_the_words_of_the_rfc(stranger, path, body):
    answer = stranger.post(path, body)
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")
    assert answer.json["error_description"]


def test_a_device_code_that_nobody_has_is_expired(stranger):
    answer = stranger.post("/token", {"protocol": 1, "device_code": "guessed"})
    assert (answer.status, answer.json) == (400, {"error": "expired_token"})


def test_too_many_waiting_codes_make_the_next_agent_wait(stranger):
    for _ in range(domain.PAIRINGS_AT_ONCE):
        actions.request_pairing(name="x", driver="simulated")
    answer = stranger.post("/pairing", WANTED)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "60")
    Pairing.objects.update(expires_at=Pairing.objects.first().expires_at - timedelta(hours=1))
    assert stranger.post("/pairing", WANTED).status == 201


def test_a_heartbeat_needs_a_token_that_counts(agent):
    beat = golden("heartbeat.json")
    assert agent.post("/heartbeat", beat).status == 200
    actions.revoke(agent.camera)
    answer = agent.post("/heartbeat", beat)
    assert (answer.status, answer.code) == (401, "token_revoked")
    assert kinds(answer.json) == kinds(golden("error.json"))
    agent.token = "cam_guessed"
    answer = agent.post("/heartbeat", beat)
    assert (answer.status, answer.code) == (401, "token_unknown")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="agent"'


def test_a_heartbeat_that_makes_no_sense_is_refused(agent):
    answer = agent.post("/heartbeat", {"protocol": 1, "every_s": -1, "grace_s": 1})
    assert (answer.status, answer.code) == (400, "malformed")


def test_a_message_of_a_megabyte_is_refused(agent):
    answer = agent.post("/heartbeat", b" " * 1_000_000)
    assert (answer.status, answer.code) == (413, "message_too_long")
