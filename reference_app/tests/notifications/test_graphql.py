from __future__ import annotations

import logging
import socket

import pytest
from django.contrib.auth.models import User
from django.test import Client
from strawberry import relay
from tests.conftest import Asker

from timelapse.notifications import actions, deliveries
from timelapse.notifications.models import Choice, Destination, Notification

pytestmark = pytest.mark.django_db(transaction=True)

SHOWN = """
  id choice
  destinations { id service masked problem retryAt waiting state availableTransitions { name } }
  notifications { message path deliveries { state stateLabel destination } }
"""
SUBSCRIBER = f"{{ subscriber {{ {SHOWN} }} }}"
APPLY = f"""
mutation ($input: TransitionInput!) {{ transition(input: $input) {{
  object {{ ... on Subscriber {{ {SHOWN} }} }} created {{ displayName }} deletedId errors {{ field code message }} }} }}
"""  # noqa: E501
TEST = f"""
mutation ($id: ID!) {{ sendTestNotification(id: $id) {{
  said subscriber {{ {SHOWN} }} errors {{ code message }} }} }}
"""


def shown(asker):
    return asker.ask(SUBSCRIBER)["data"]["subscriber"]


def apply(asker, gid, name, **values):
    answer = asker.ask(APPLY, input={"id": gid, "name": name, "input": values})
    assert "errors" not in answer, answer
    return answer["data"]["transition"]


def mine(user):
    return relay.to_base64("Subscriber", user.pk)


def codes(answer):
    return [error["code"] for error in answer["errors"]]


def test_a_person_adds_an_address_tests_it_and_removes_it(member, user, mailbox):
    assert shown(member)["destinations"] == []
    added = apply(member, mine(user), "add_mail_address", address=" editor@example.com ")
    assert added["created"] == {"displayName": "E-mail editor@example.com"}
    (place,) = added["object"]["destinations"]
    assert (place["service"], place["masked"], place["problem"]) == ("E-mail", "editor@example.com", "")
    tested = member.ask(TEST, id=place["id"])["data"]["sendTestNotification"]
    assert (tested["said"], tested["errors"]) == ("The mail server accepted it.", [])
    assert mailbox.titles == ["This is a test."]
    assert tested["subscriber"]["notifications"] == [
        {
            "message": "This is a test.",
            "path": "/notifications",
            "deliveries": [
                {"state": "sent", "stateLabel": "Sent", "destination": "E-mail editor@example.com"}
            ],
        }
    ]
    assert apply(member, place["id"], "remove")["deletedId"] == place["id"]
    assert shown(member)["destinations"] == []


def test_a_test_that_fails_says_why_and_the_page_since_when(member, user, mailbox):
    actions.add_mail_address(user, "editor@example.com")
    mailbox.answer = "550 No such user"
    (place,) = shown(member)["destinations"]
    failed = member.ask(TEST, id=place["id"])["data"]["sendTestNotification"]
    assert failed["errors"] == [
        {"code": "not_delivered", "message": "The mail server refused the address: 550 No such user"}
    ]
    (place,) = failed["subscriber"]["destinations"]
    assert place["problem"].startswith("Could not be delivered since 20")
    assert place["problem"].endswith("the address: 550 No such user")
    assert place["state"] == "failing"
    mailbox.answer = "250 OK"
    recovered = member.ask(TEST, id=place["id"])["data"]["sendTestNotification"]["subscriber"]
    assert recovered["destinations"][0]["problem"] == ""
    assert [each["deliveries"][0]["state"] for each in recovered["notifications"]] == ["sent", "given_up"]


def test_only_so_many_tests_are_sent(member, user, mailbox):
    actions.add_mail_address(user, "editor@example.com")
    (place,) = shown(member)["destinations"]
    found = [
        codes(member.ask(TEST, id=place["id"])["data"]["sendTestNotification"])
        for _ in range(deliveries.MOST_TESTS + 1)
    ]
    assert found == [[]] * deliveries.MOST_TESTS + [["too_many_tests"]]
    assert len(mailbox.mails) == deliveries.MOST_TESTS


@pytest.mark.parametrize("address", ["editor", "editor@", "a@b\nBcc: eve@example.com", "x" * 300])
def test_what_is_no_mail_address_is_refused_at_its_field(member, user, mailbox, address):
    refused = apply(member, mine(user), "add_mail_address", address=address)
    assert [error["field"] for error in refused["errors"]] == ["address"]
    assert not Destination.objects.exists()


def test_an_address_is_added_once_and_there_are_only_so_many(member, user, mailbox):
    apply(member, mine(user), "add_mail_address", address="a0@example.com")
    assert codes(apply(member, mine(user), "add_mail_address", address="a0@example.com")) == [
        "known_destination"
    ]
    for number in range(1, actions.MOST_DESTINATIONS):
        actions.add_mail_address(user, f"a{number}@example.com")
    assert codes(apply(member, mine(user), "add_mail_address", address="last@example.com")) == [
        "too_many_destinations"
    ]


def test_without_a_mail_server_no_address_can_be_added_and_it_says_why(member, user, settings):
    settings.TIMELAPSE = {}
    refused = member.ask("{ subscriber { availableTransitions { name allowed reasons { code remedy } } } }")[
        "data"
    ]["subscriber"]["availableTransitions"]
    (mail,) = [each for each in refused if each["name"] == "add_mail_address"]
    assert (mail["allowed"], mail["reasons"][0]["code"]) == (False, "no_mail_server")
    assert codes(apply(member, mine(user), "add_mail_address", address="a@example.com")) == ["no_mail_server"]


def test_the_secrets_of_a_service_are_in_no_answer_and_in_no_log(member, user, receiver, settings, caplog):
    settings.TIMELAPSE = {"notify_services": (f"json://127.0.0.1:{receiver.port}",)}
    answers = []
    with caplog.at_level(logging.DEBUG):
        added = apply(member, mine(user), "add_service", address=receiver.address)
        (place,) = added["object"]["destinations"]
        assert place["masked"] == f"json://127.0.0.1:{receiver.port}/…"
        answers += [added, member.ask(TEST, id=place["id"])]
        assert len(receiver.received) == 1
        receiver.status = 500
        answers += [member.ask(TEST, id=place["id"]), shown(member)]
        form = member.ask("{ subscriber { availableTransitions { input { name default } } } }")
        answers.append(form)
    for text in (str(answers), caplog.text):
        assert "hunter2secret" not in text
        assert "t0ken" not in text


@pytest.mark.parametrize("address", ["json://127.0.0.1:1/x", "discord://1/token?verify=no", "nothing"])
def test_an_address_that_leads_elsewhere_is_refused_before_anything_is_asked(
    member, user, settings, monkeypatch, address
):
    settings.TIMELAPSE = {}
    refused = apply(member, mine(user), "add_service", address=address)
    assert [(error["field"], error["code"]) for error in refused["errors"]] == [
        ("address", "service_not_allowed")
    ]
    assert not Destination.objects.exists()


def test_a_person_chooses_what_they_want_to_know_and_when(member, user):
    assert len(shown(member)["choice"]) == 7
    assert shown(member)["choice"][-1] == "At any time. Times are those of UTC."
    values = {"camera": True, "movie_failed": False, "movie_finished": False, "disk": False}
    values |= {"queue": False, "periodic": False}
    quiet = {"quiet_from": 22, "quiet_until": 7, "zone": "Europe/Berlin"}
    changed = apply(member, mine(user), "change_notifications", **values, **quiet)["object"]
    assert changed["choice"] == [
        "A camera is offline or can't take pictures, and when it is back.",
        "Not from 22:00 until 07:00, by the clock of Europe/Berlin.",
    ]
    assert Choice.objects.get().values() == {**values, **quiet}


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"zone": "Europe/Nowhere"}, "zone", "unknown_zone"),
        ({"zone": "../../etc/passwd"}, "zone", "unknown_zone"),
        ({"quiet_from": 22}, "quiet_until", "half_quiet_hours"),
        ({"quiet_from": 7, "quiet_until": 7}, "quiet_until", "half_quiet_hours"),
        ({"quiet_from": 24}, "quiet_from", "wrong_value"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_at_its_field(member, user, values, field, code):
    refused = apply(member, mine(user), "change_notifications", **values)
    assert [(error["field"], error["code"]) for error in refused["errors"]] == [(field, code)]
    assert not Choice.objects.exists()


def test_nobody_reaches_what_is_somebody_elses(member, user, mailbox):
    eve = User.objects.create_user("eve")
    client = Client(enforce_csrf_checks=True)
    client.force_login(eve)
    asker = Asker(client)
    place = actions.add_mail_address(user, "editor@example.com")
    gid = relay.to_base64("Destination", place.pk)
    for named, name in ((gid, "remove"), (mine(user), "change_notifications")):
        answer = asker.ask(APPLY, input={"id": named, "name": name, "input": {}})
        assert answer["errors"][0]["extensions"]["code"] == "not_found"
    assert codes(asker.ask(TEST, id=gid)["data"]["sendTestNotification"]) == ["not_found"]
    read = asker.ask("query ($id: ID!) { node(id: $id) { id } }", id=gid)
    assert read["data"]["node"] is None or "errors" in read
    assert shown(asker)["destinations"] == []
    assert (Destination.objects.count(), mailbox.mails) == (1, [])


def test_the_page_takes_a_constant_number_of_queries(member, user, mailbox, django_assert_max_num_queries):
    for number in range(actions.MOST_DESTINATIONS):
        actions.add_mail_address(user, f"a{number}@example.com")
        deliveries.begin_test(user, Destination.objects.last())
    member.client.get("/")
    with django_assert_max_num_queries(12):
        assert len(shown(member)["notifications"]) == 5
    assert Notification.objects.count() == 5


def test_a_mail_server_that_is_not_there_holds_up_nobody_else(member, user, settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.TIMELAPSE = {"email_url": f"smtp://127.0.0.1:{taken.getsockname()[1]}"}
        actions.add_mail_address(user, "editor@example.com")
        (place,) = shown(member)["destinations"]
        failed = member.ask(TEST, id=place["id"])["data"]["sendTestNotification"]
    assert failed["errors"][0]["message"] == "The mail server can't be reached: Connection refused"
