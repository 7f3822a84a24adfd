from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from strawberry import relay

from timelapse.cameras import actions
from timelapse.cameras.models import Camera, Command, Configuration

COMMANDS = {
    "captureNow": "capture",
    "requestPreview": "preview",
    "restartAgent": "restart",
    "deliverNow": "deliver",
    "collectLogs": "collect_logs",
}
CONFIGURE = """mutation ($input: ConfigureCameraInput!) { configureCamera(input: $input) {
  camera { configuration { revision intervalSeconds updatedBy
    schedule { windows burst } exposure { mode } delivery { when } } }
  errors { field code message remedy } } }"""
SHOWN = """query ($id: ID!) { node(id: $id) { ... on Camera {
  availableCommands { name label allowed reasons { code } } configureBlockers { code }
  commands { name label state requestedBy requestedAt sentAt message } } } }"""


def give(mutation):
    return f"""mutation ($input: CommandCameraInput!) {{ {mutation}(input: $input) {{
      camera {{ commands {{ name state requestedBy }} }} errors {{ code message remedy }} }} }}"""


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


@pytest.mark.parametrize(("mutation", "name"), COMMANDS.items())
def test_a_command_is_given_and_audited(operator, id_, mutation, name):
    answer = operator.ask(give(mutation), input={"camera": id_})["data"][mutation]
    assert answer["errors"] == []
    assert answer["camera"]["commands"] == [{"name": name, "state": "waiting", "requestedBy": "editor"}]


@pytest.mark.parametrize("mutation", COMMANDS)
def test_a_person_without_the_right_to_command_gets_the_reason(member, id_, mutation):
    (error,) = member.ask(give(mutation), input={"camera": id_})["data"][mutation]["errors"]
    assert error["code"] == "permission"
    assert "cameras.change_camera" in error["message"]
    assert error["remedy"]
    assert not Command.objects.exists()


@pytest.mark.parametrize("mutation", [*COMMANDS, "configureCamera"])
def test_who_is_signed_out_steers_nothing(anonymous, id_, mutation):
    query, more = (
        (CONFIGURE, {"intervalSeconds": 5}) if mutation == "configureCamera" else (give(mutation), {})
    )
    answer = anonymous.ask(query, input={"camera": id_} | more)
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"


def test_the_server_says_which_commands_can_be_given(operator, id_):
    operator.ask(give("captureNow"), input={"camera": id_})
    shown = operator.ask(SHOWN, id=id_)["data"]["node"]
    offers = {offer["name"]: offer for offer in shown["availableCommands"]}
    assert list(offers) == list(COMMANDS.values())
    assert [reason["code"] for reason in offers["capture"]["reasons"]] == ["in_progress"]
    assert offers["preview"] == {
        "name": "preview",
        "label": "Request preview",
        "allowed": True,
        "reasons": [],
    }
    assert shown["configureBlockers"] == []


def test_who_may_only_look_sees_why_the_buttons_are_off(member, id_):
    shown = member.ask(SHOWN, id=id_)["data"]["node"]
    assert {reason["code"] for offer in shown["availableCommands"] for reason in offer["reasons"]} == {
        "permission"
    }
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
