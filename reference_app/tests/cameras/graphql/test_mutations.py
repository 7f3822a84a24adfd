from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from strawberry import relay

from timelapse.cameras import actions
from timelapse.cameras.models import Camera, Command, Configuration

COMMANDS = ["capture", "preview", "restart", "deliver", "collect_logs"]
CONFIGURE = """mutation ($input: ConfigureCameraInput!) { configureCamera(input: $input) {
  camera { configuration { revision intervalSeconds updatedBy
    schedule { windows burst } exposure { mode } delivery { when } } }
  errors { field code message remedy } } }"""
SHOWN = """query ($id: ID!) { node(id: $id) { ... on Camera {
  availableTransitions { name label allowed reasons { code } } configureBlockers { code }
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


def test_who_is_signed_out_configures_nothing(anonymous, id_):
    answer = anonymous.ask(CONFIGURE, input={"camera": id_, "intervalSeconds": 5})
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
    }
    assert shown["configureBlockers"] == []


def test_who_may_only_look_sees_why_the_buttons_are_off(member, id_):
    shown = member.ask(SHOWN, id=id_)["data"]["node"]
    codes = {reason["code"] for offer in offers(shown).values() for reason in offer["reasons"]}
    assert codes == {"permission"}
    assert shown["configureBlockers"] == [{"code": "permission"}]


def test_a_configuration_is_saved(operator, id_):
    settings = {"camera": id_, "intervalSeconds": 30, "schedule": {"windows": ["06:00..20:00"]}}
    answer = operator.ask(CONFIGURE, input=settings)["data"]["configureCamera"]
    assert answer["errors"] == []
    assert answer["camera"]["configuration"] == {
        "revision": 2,
        "intervalSeconds": 30,
        "schedule": {"windows": ["06:00..20:00"], "burst": None},
        "exposure": None,
        "delivery": None,
        "updatedBy": "editor",
    }


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"intervalSeconds": 0}, "intervalSeconds"),
        ({"schedule": {"windows": ["late"]}}, "schedule.windows"),
        ({"schedule": {"burstSeconds": 0}}, "schedule.burstSeconds"),
        ({"exposure": {"mode": "magic"}}, "exposure.mode"),
        ({"delivery": {"rateKibPerSecond": -1}}, "delivery.rateKibPerSecond"),
    ],
)
def test_settings_that_can_not_work_are_an_error_of_their_field(operator, id_, wrong, field):
    settings = {"camera": id_, "intervalSeconds": 30} | wrong
    (error,) = operator.ask(CONFIGURE, input=settings)["data"]["configureCamera"]["errors"]
    assert error["field"] == field
    assert error["message"]
    assert error["remedy"]
    assert not Configuration.objects.exists()


@pytest.mark.parametrize("wrong", [{"schedule": "always"}, {"delivery": [1]}, {"exposure": {"mod": "auto"}}])
def test_what_is_no_table_of_settings_is_refused_by_its_type(operator, id_, wrong):
    answer = operator.ask(CONFIGURE, input={"camera": id_, "intervalSeconds": 30} | wrong)
    assert "errors" in answer
    assert not Configuration.objects.exists()
