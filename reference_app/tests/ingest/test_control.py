from __future__ import annotations

import json
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from eliot import start_action

from eliot_progress.django.models import LogMessage
from eliot_progress.ids import task_uuid
from timelapse.cameras import actions, commands, configuration, domain, focus
from timelapse.cameras.models import Camera, Pairing, Record
from timelapse.frames.models import Frame
from timelapse.ingest import control, messages

GOLDEN = Path(__file__).parents[3] / "docs" / "reference" / "agent-protocol"
WANTED = {"protocol": 1, "name": "Roof", "driver": "simulated", "model": "", "agent": "camera-agent 0.1.0"}


def golden(name):
    return json.loads((GOLDEN / name).read_text())


def kinds(message):
    """The names of a message and the kinds of their values: what a golden message promises."""
    if isinstance(message, dict):
        return {name: kinds(value) for name, value in message.items()}
    return type(message)


def test_an_agent_is_paired_as_the_golden_messages_have_it(unpaired_agent):
    offer = unpaired_agent.post("/pairing", golden("pairing_request.json"))
    assert offer.status == 201
    assert kinds(offer.json) == kinds(golden("pairing_answer.json"))
    page = f"http://127.0.0.1:{unpaired_agent.port}/pair"
    assert offer.json["verification_uri"] == page
    assert offer.json["verification_uri_complete"] == f"{page}?code={offer.json['user_code']}"

    asked = {"protocol": 1, "device_code": offer.json["device_code"]}
    pending = unpaired_agent.post("/token", asked)
    assert (pending.status, pending.json) == (400, golden("token_pending.json"))
    assert unpaired_agent.post("/token", asked).json == {"error": "slow_down"}

    camera = actions.approve_pairing(offer.json["user_code"], by=User.objects.create_user("editor"))
    given = unpaired_agent.post("/token", asked)
    assert given.status == 200
    assert kinds(given.json) == kinds(golden("token_answer.json"))
    assert (given.json["camera"], given.json["name"]) == (str(camera.pk), "Roof")
    assert given.headers["Cache-Control"] == "no-store"

    unpaired_agent.token = given.json["access_token"]
    beat = unpaired_agent.post("/heartbeat", golden("heartbeat.json"))
    assert beat.status == 200
    assert kinds(beat.json) == kinds(golden("heartbeat_answer.json"))
    assert beat.json["config"] == {"revision": 1, "interval_s": 2.0}
    assert Camera.objects.get().spool_pending == 3


#: What no agent can mean; each is sent in the place of every value of every message.
IMPOSSIBLE = [
    *(-1, 2**31, 2**63, 10**40, 10**400, 1e308, -1e308, float("nan"), True),
    *("", "\0", "\ud800", "x" * 30_000, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    *({}, [], {"x": {"x": []}}, [{}] * 600),
]
#: One value a place and round: over the rounds each place gets a quarter of them.
ROUNDS = len(IMPOSSIBLE) // 4


def places(value, path=()):
    """The path of each value in a message."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from places(one, (*path, key))


def with_value(message, path, value):
    """The message with another value at a path."""
    if not path:
        return value
    copied = dict(message) if isinstance(message, dict) else list(message)
    copied[path[0]] = with_value(copied[path[0]], path[1:], value)
    return copied


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/heartbeat", "heartbeat_full.json"),
        ("/records", "records.json"),
        ("/pairing", "pairing_request.json"),
        ("/token", "token_request.json"),
    ],
)
@pytest.mark.django_db(transaction=True, databases=["default", "log"])
def test_the_impossible_in_any_place_of_any_message_is_never_answered_by_503(agent, path, name):
    values = cycle(IMPOSSIBLE)
    for _ in range(ROUNDS):
        for place in places(golden(name)):
            hostile = with_value(golden(name), place, next(values))
            answer = agent.post(path, hostile)
            assert answer.status < 500, (place, hostile, answer.body)
    for record in Record.objects.filter(kind="gap"):
        assert record.begins_at <= record.ends_at
        assert record.data["missed"] in range(2**31)
        assert isinstance(record.data["reason"], str)


def test_an_agent_that_was_revoked_is_paired_again_as_the_same_camera(agent, picture):
    upload = agent.new_upload(picture())
    agent.send(upload)
    actions.revoke(agent.camera)
    offer = agent.post("/pairing", golden("pairing_request.json"))
    camera = actions.approve_pairing(offer.json["user_code"], by=User.objects.create_user("editor"))
    assert camera == agent.camera
    given = agent.post("/token", {"protocol": 1, "device_code": offer.json["device_code"]})
    agent.token = given.json["access_token"]
    assert agent.send(upload).headers["Capture-Status"] == "duplicate"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"protocol": 1}', b'{"protocol": 9}'])
@pytest.mark.parametrize("path", ["/pairing", "/token"])
def test_a_pairing_message_that_makes_no_sense_is_refused_in_the_words_of_the_rfc(unpaired_agent, path, body):
    answer = unpaired_agent.post(path, body)
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")
    assert answer.json["error_description"]


def test_a_device_code_that_nobody_has_is_expired(unpaired_agent):
    answer = unpaired_agent.post("/token", {"protocol": 1, "device_code": "guessed"})
    assert (answer.status, answer.json) == (400, {"error": "expired_token"})


def test_too_many_waiting_codes_make_the_next_agent_of_that_address_wait(unpaired_agent):
    for _ in range(domain.PAIRINGS_PER_NETWORK):
        assert unpaired_agent.post("/pairing", WANTED).status == 201
    answer = unpaired_agent.post("/pairing", WANTED)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "15")
    assert actions.request_pairing(name="x", driver="simulated", address="192.0.2.7")
    Pairing.objects.update(expires_at=Pairing.objects.first().expires_at - timedelta(hours=1))
    assert unpaired_agent.post("/pairing", WANTED).status == 201


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


def test_all_that_a_heartbeat_can_carry_is_stored_and_answered(agent):
    admin = User.objects.create_superuser("admin")
    actions.record_heartbeat(agent.camera.pk, domain.Heartbeat(seq=1, every_s=5, grace_s=5, state="idle"))
    with start_action(action_type="click"):
        given = commands.issue(agent.camera, "capture", by=admin)
    configuration.configure(agent.camera, {"interval_s": 30, "exposure": {"mode": "auto"}}, by=admin)
    beat = golden("heartbeat_full.json")
    answer = agent.post("/heartbeat", beat).json
    assert kinds(answer) | {"commands": list} == kinds(answer)
    assert answer["clock_fixes_stored"] == golden("heartbeat_answer_full.json")["clock_fixes_stored"]
    assert answer["commands_acknowledged"] == ["7f0c6a52", "8b11d0e4"]
    assert answer["config"] == {"revision": 2, "interval_s": 30.0, "exposure": {"mode": "auto"}}
    assert answer["commands"] == [{"id": given.pk, "name": "capture", "arguments": {}, **given.cause}]
    assert set(given.cause) == {"traceparent", "tracestate"}
    camera = Camera.objects.get()
    assert camera.health["temperature_c"] == 48.3
    assert camera.config_error.startswith("schedule.windows")
    acknowledged = beat | {"commands": [{"id": given.pk, "state": "done", "message": "Taken."}]}
    assert agent.post("/heartbeat", acknowledged).json["commands"] == []


def test_a_heartbeat_is_answered_with_how_long_pictures_of_the_focus_aid_are_wanted(agent):
    beat = golden("heartbeat_full.json")
    assert "focus_s" not in agent.post("/heartbeat", beat).json
    focus.ask_for_pictures(agent.camera)
    assert 0 < agent.post("/heartbeat", beat).json["focus_s"] <= focus.LEASE.total_seconds()


def test_a_heartbeat_takes_few_queries(agent, django_assert_max_num_queries):
    plain, full = golden("heartbeat.json"), golden("heartbeat_full.json")
    agent.post("/heartbeat", full)
    said = {"heartbeat": messages.heartbeat(plain)[0], "fixes": [], "commands": []}
    with django_assert_max_num_queries(7):  # two of them begin and commit
        control._record_heartbeat(agent.camera.pk, control._HeartbeatContent(**said))


def test_frames_are_retimed_by_the_heartbeat_that_brings_the_fix(agent, picture):
    fix = golden("heartbeat_full.json")["clock_fixes"][0]
    agent.send(
        agent.new_upload(picture(), clock="unknown", boot=fix["boot"], captured_at="1970-01-01T00:01:21Z")
    )
    agent.post("/heartbeat", golden("heartbeat_full.json"))
    frame = Frame.objects.get()
    assert frame.clock == "synced"
    assert frame.captured_at.isoformat() == "2026-11-23T21:49:58.031250+00:00"
    agent.send(
        agent.new_upload(picture(1), clock="unknown", boot=fix["boot"], captured_at="1970-01-01T00:01:21Z")
    )
    assert set(Frame.objects.values_list("clock", flat=True)) == {"synced"}


@pytest.mark.django_db(transaction=True, databases=["default", "log"])
def test_the_golden_records_are_stored_once(agent):
    for _ in range(2):
        answer = agent.post("/records", golden("records.json"))
        assert (answer.status, answer.json) == (200, golden("records_answer.json"))
    assert Record.objects.count() == 3


@pytest.mark.django_db(transaction=True, databases=["default", "log"])
def test_what_an_agent_logged_below_a_click_stands_in_its_tree_with_the_camera_s_name(agent):
    click, data = "0123456789abcdef0123456789abcdef", golden("records.json")["records"][2]
    data["data"] |= {"task_uuid": task_uuid(click), "task_level": [2, 3, 1], "timestamp": 5.0}
    for _ in range(2):
        assert agent.post("/records", {"protocol": 1, "records": [data]}).status == 200
    (message,) = LogMessage.objects.filter(causal_id=click)
    assert (message.path, message.at) == ("a2/a3/a1", 5.0)
    assert str(agent.camera.pk) in message.body


def test_records_need_a_token_and_make_sense(agent, unpaired_agent):
    assert agent.post("/records", {"protocol": 1, "records": [{}]}).code == "malformed"
    assert agent.post("/records", b" " * 300_000).code == "message_too_long"
    unpaired_agent.token = "cam_guessed"
    assert unpaired_agent.post("/records", golden("records.json")).code == "token_unknown"
    assert not Record.objects.exists()
