from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from strawberry import relay

from timelapse.cameras import actions
from timelapse.cameras.models import Camera, Command, Configuration

COMMANDS = ["capture", "preview", "restart", "deliver", "collect_logs"]
CONFIGURE = """mutation ($input: TransitionInput!) { transition(input: $input) {
  object { ... on Camera { configuration { revision intervalSeconds updatedBy
    schedule { windows burst } exposure { mode } delivery { when } } } }
  errors { field code message remedy } } }"""
SHOWN = """query ($id: ID!) { node(id: $id) { ... on Camera {
  availableTransitions { name label allowed reasons { code } input { name default } }
  commands { name label state requestedBy requestedAt sentAt message } } } }"""


GIVE = """mutation ($input: TransitionInput!) { transition(input: $input) {
  object { ... on Camera { commands { name state requestedBy } availableTransitions { name allowed } } }
  errors { code message remedy } } }"""


def give(asker, camera, command):
    return asker.ask(GIVE, input={"id": camera, "name": command})["data"]["transition"]


@pytest.fixture
def camera(transactional_db):
    camera = actions.enrol("Roof").camera
    Camera.objects.filter(pk=camera.pk).update(heartbeat_at=timezone.now())
    return camera


@pytest.fixture
def id_(camera):
    return relay.to_base64("Camera", camera.pk)


@pytest.fixture
def operator(member, user):
    user.user_permissions.add(Permission.objects.get(codename="change_camera"))
    return member


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_given_and_audited_and_not_offered_again_while_it_is_open(operator, id_, command):
    answer = give(operator, id_, command)
    assert answer["errors"] == []
    assert answer["object"]["commands"] == [{"name": command, "state": "waiting", "requestedBy": "editor"}]
    assert {"name": command, "allowed": False} in answer["object"]["availableTransitions"]


def test_a_person_without_the_right_to_command_gets_the_reason(member, id_):
    (error,) = give(member, id_, "capture")["errors"]
    assert error["code"] == "permission"
    assert "cameras.change_camera" in error["message"]
    assert error["remedy"]
    assert not Command.objects.exists()


def configure(asker, camera, **filled):
    given = {name.replace("__", "."): value for name, value in filled.items()}
    return asker.ask(CONFIGURE, input={"id": camera, "name": "configure", "input": given})


def test_who_is_signed_out_configures_nothing(anonymous, id_):
    answer = configure(anonymous, id_, interval_s=5)
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"


def offers(shown):
    return {each["name"]: each for each in shown["availableTransitions"] if each["name"] in COMMANDS}


def test_the_server_says_which_commands_can_be_given(operator, id_):
    give(operator, id_, "capture")
    shown = operator.ask(SHOWN, id=id_)["data"]["node"]
    assert set(offers(shown)) == set(COMMANDS)
    assert [reason["code"] for reason in offers(shown)["capture"]["reasons"]] == ["in_progress"]
    assert offers(shown)["preview"] == {
        "name": "preview",
        "label": "Request preview",
        "allowed": True,
        "reasons": [],
        "input": [],
    }


def test_who_may_only_look_sees_why_the_buttons_are_off(member, id_):
    shown = member.ask(SHOWN, id=id_)["data"]["node"]
    codes = {reason["code"] for offer in offers(shown).values() for reason in offer["reasons"]}
    assert codes == {"permission"}


def test_a_configuration_is_saved_and_the_form_begins_with_it(operator, id_):
    answer = configure(operator, id_, interval_s=30, schedule__windows=" 06:00..20:00\n", schedule__burst=2)
    changed = answer["data"]["transition"]
    assert changed["errors"] == []
    assert changed["object"]["configuration"] == {
        "revision": 2,
        "intervalSeconds": 30,
        "schedule": {"windows": ["06:00..20:00"], "burst": 2},
        "exposure": None,
        "delivery": None,
        "updatedBy": "editor",
    }
    (offer,) = (
        each
        for each in operator.ask(SHOWN, id=id_)["data"]["node"]["availableTransitions"]
        if each["name"] == "configure"
    )
    filled = {field["name"]: field["default"] for field in offer["input"] if field["default"] is not None}
    assert filled == {"interval_s": 30, "schedule.windows": "06:00..20:00", "schedule.burst": 2}


def test_a_setting_that_is_not_given_stays_as_it_is(operator, id_):
    configure(operator, id_, interval_s=30, schedule__windows="06:00..20:00")
    changed = configure(operator, id_, interval_s=5)["data"]["transition"]["object"]["configuration"]
    assert (changed["intervalSeconds"], changed["schedule"]["windows"]) == (5, ["06:00..20:00"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"interval_s": 0}, "interval_s"),
        ({"interval_s": "often"}, "interval_s"),
        ({"schedule__windows": "late"}, "schedule.windows"),
        ({"schedule__burst_s": 0}, "schedule.burst_s"),
        ({"exposure__mode": "magic"}, "exposure.mode"),
        ({"delivery__when": "windows"}, "delivery.when"),
        ({"delivery__rate_kib_s": -1}, "delivery.rate_kib_s"),
        ({"schedule": "always"}, "schedule"),
        ({"exposure__mod": "auto"}, "exposure.mod"),
    ],
)
def test_settings_that_can_not_work_are_an_error_of_their_field(operator, id_, wrong, field):
    (error,) = configure(operator, id_, **({"interval_s": 30} | wrong))["data"]["transition"]["errors"]
    assert error["field"] == field
    assert error["message"]
    assert error["remedy"]
    assert not Configuration.objects.exists()


def test_a_camera_is_renamed_by_the_transition_that_the_page_offers(operator, id_, camera):
    offers = operator.ask(SHOWN, id=id_)["data"]["node"]["availableTransitions"]
    (offer,) = [each for each in offers if each["name"] == "rename"]
    assert (offer["label"], offer["input"]) == ("Rename", [{"name": "name", "default": "Roof"}])
    asked = {"id": id_, "name": "rename", "input": {"name": "Garden"}}
    assert operator.ask(CONFIGURE, input=asked)["data"]["transition"]["errors"] == []
    camera.refresh_from_db()
    assert camera.name == "Garden"


@pytest.mark.parametrize(("name", "code"), [("x" * 81, "wrong_value"), ("  ", "name_missing")])
def test_a_name_that_does_not_fit_is_an_error_of_its_field(operator, id_, name, code):
    asked = {"id": id_, "name": "rename", "input": {"name": name}}
    (error,) = operator.ask(CONFIGURE, input=asked)["data"]["transition"]["errors"]
    assert (error["field"], error["code"]) == ("name", code)
    assert error["remedy"]
