from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from strawberry import relay

from timelapse.cameras import actions as cameras
from timelapse.cameras.configuration import configure, current_configurations

WEEK = """query ($id: ID!, $configuration: JSON, $edit: ScheduleEdit) { node(id: $id) { ... on Camera {
  scheduleWeek(configuration: $configuration, edit: $edit) {
    timezone windows problems { code message remedy params } presets { name windows chosen problem { code } }
    days { day open { beginMinute endMinute } followsSun { beginMinute } daylight { endMinute }
      twilight { endMinute } } } } } }"""
ZURICH = {"schedule.timezone": "Europe/Zurich", "schedule.latitude": 47.37, "schedule.longitude": 8.54}

#: The session, the user, their permissions by user and by group, and the camera.
QUERIES = 5


@pytest.fixture
def camera(transactional_db):
    return cameras.enrol("Roof").camera


@pytest.fixture
def operator(user):
    user.user_permissions.add(Permission.objects.get(codename="change_camera"))
    return user


@pytest.fixture
def week(operator, member, camera):
    def ask(configuration=None, **edit):
        id_ = relay.to_base64("Camera", camera.pk)
        answer = member.ask(WEEK, id=id_, configuration=configuration, edit=edit or None)
        assert "errors" not in answer, answer
        return answer["data"]["node"]["scheduleWeek"]

    return ask


def test_the_current_schedule_is_shown_and_that_of_the_agents_own_file_is_not_known(week, camera, operator):
    assert week()["windows"] is None
    assert week()["days"][0]["open"] == []
    configure(camera, {"interval_s": 60, "schedule": {"windows": ["06:00..18:00"]}}, by=operator)
    found = week()
    assert (found["windows"], found["timezone"]) == ("06:00..18:00", None)
    assert found["days"][6]["open"] == [{"beginMinute": 360, "endMinute": 1080}]


def test_an_edit_of_what_is_filled_in_is_shown_and_not_saved(week, camera):
    span = {"weekdays": [5, 6], "beginMinute": 480, "endMinute": 720}
    filled = {"interval_s": "often", "schedule.windows": "mon-fri 06:00..18:00", **ZURICH}
    found = week(filled, open=span)
    assert found["windows"] == "mon-fri 06:00..18:00\nsat,sun 08:00..12:00"
    assert found["timezone"] == "Europe/Zurich"
    assert found["days"][0]["daylight"][0]["endMinute"] < found["days"][0]["twilight"][0]["endMinute"]
    assert (
        week({**filled, "schedule.windows": found["windows"]}, close=span)["windows"]
        == "mon-fri 06:00..18:00"
    )
    assert current_configurations([camera.pk])[camera.pk].revision == 1


def test_a_preset_says_what_it_needs(week):
    filled = {"interval_s": 60, "schedule.windows": "06:00..18:00"}
    refused = week(filled, preset="DAYLIGHT")
    assert (refused["windows"], [each["code"] for each in refused["problems"]]) == (
        "06:00..18:00",
        ["no_place"],
    )
    assert [preset["problem"] for preset in refused["presets"]] == [{"code": "no_place"}] * 2 + [None]
    chosen = week({**filled, **ZURICH}, preset="DAYLIGHT")
    assert [preset["chosen"] for preset in chosen["presets"]] == [True, False, False]
    assert chosen["days"][0]["followsSun"]


def test_an_edit_that_leaves_nothing_open_is_refused_in_words(week):
    everything = {"weekdays": list(range(7)), "beginMinute": 0, "endMinute": 1440}
    found = week({"interval_s": 60, "schedule.windows": "06:00..18:00"}, close=everything)
    assert found["problems"] == [
        {
            "code": "nothing_open",
            "message": "Nothing would be left open: the camera would never capture.",
            "remedy": "Open another time before you close this one.",
            "params": {"field": ""},
        }
    ]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ({"weekdays": [], "beginMinute": 0, "endMinute": 60}, "wrong_span"),
        ({"weekdays": [9], "beginMinute": 0, "endMinute": 60}, "wrong_span"),
        ({"weekdays": [0], "beginMinute": 60, "endMinute": 60}, "wrong_span"),
        ({"weekdays": [0], "beginMinute": -(2**31), "endMinute": 2**31 - 1}, "wrong_span"),
    ],
    ids=str,
)
def test_a_span_that_is_none_changes_nothing(week, edit, code):
    found = week({"interval_s": 60, "schedule.windows": "06:00..18:00"}, open=edit)
    assert (found["windows"], [each["code"] for each in found["problems"]]) == ("06:00..18:00", [code])


@pytest.mark.parametrize("filled", [[], "60", 1])
def test_a_configuration_that_is_no_object_has_no_week(week, filled):
    assert week(filled) is None


@pytest.mark.parametrize(
    "edit",
    [{}, {"preset": "ALWAYS", "close": {"weekdays": [0], "beginMinute": 0, "endMinute": 60}}],
    ids=["nothing", "two"],
)
def test_an_edit_is_one_change(operator, member, camera, edit):
    id_ = relay.to_base64("Camera", camera.pk)
    answer = member.ask(WEEK, id=id_, configuration=None, edit=edit)
    assert answer["errors"][0]["extensions"]["code"] == "wrong_edit"


def test_only_those_who_may_configure_are_answered(member, camera):
    id_ = relay.to_base64("Camera", camera.pk)
    answer = member.ask(WEEK, id=id_, configuration={}, edit={"preset": "ALWAYS"})
    refused = answer["errors"][0]["extensions"]
    assert (refused["code"], refused["permission"]) == ("forbidden", "cameras.change_camera")
    assert answer["data"]["node"]["scheduleWeek"] is None


def test_a_week_costs_the_same_queries_whatever_it_holds(week, django_assert_num_queries):
    week()
    many = "\n".join(f"mon {hour:02}:00..{hour:02}:30" for hour in range(20))
    for filled in ({"schedule.windows": "06:00..18:00"}, {"schedule.windows": many, **ZURICH}):
        with django_assert_num_queries(QUERIES):
            week(filled, preset="ALWAYS")
