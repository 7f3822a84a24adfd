from __future__ import annotations

import logging
import socket

import pytest

from timelapse.notifications import sending, services
from timelapse.notifications.messages import Message
from timelapse.notifications.sending import NotDeliveredError

MESSAGE = Message(title="Roof is offline.", body="Roof is offline.\nLook at its power — über.\n", id="abc")


def allow(settings, receiver):
    settings.TIMELAPSE = {"notify_services": (f"json://127.0.0.1:{receiver.port}",)}


def test_a_mail_arrives_with_its_title_its_text_and_its_id(mailbox):
    assert sending.send_mail(MESSAGE, "anna@example.com") == "The mail server accepted it."
    (mail,) = mailbox.mails
    assert (mail["Subject"], mail["To"]) == ("Roof is offline.", "anna@example.com")
    assert mail["From"] == "Timelapse <timelapse@example.com>"
    assert mail["Message-ID"] == "<abc@example.com>"
    assert mailbox.text() == MESSAGE.body


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("550 No such user here", "The mail server refused the address: 550 No such user here"),
        ("451 Try again later", "The mail server answered 451 Try again later"),
    ],
)
def test_what_the_mail_server_says_is_the_reason(mailbox, answer, words):
    mailbox.answer = answer
    with pytest.raises(NotDeliveredError, match=words):
        sending.send_mail(MESSAGE, "anna@example.com")
    assert mailbox.mails == []


def test_a_mail_server_that_is_not_there_is_the_reason(mailbox, settings):
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        settings.TIMELAPSE = {"email_url": f"smtp://127.0.0.1:{taken.getsockname()[1]}"}
        with pytest.raises(NotDeliveredError, match="can't be reached: Connection refused"):
            sending.send_mail(MESSAGE, "anna@example.com")
    settings.TIMELAPSE = {}
    with pytest.raises(NotDeliveredError, match="no mail server"):
        sending.send_mail(MESSAGE, "anna@example.com")


def test_a_service_receives_the_message(receiver, settings):
    allow(settings, receiver)
    assert sending.send_to_service(MESSAGE, receiver.address) == "JSON accepted it."
    (received,) = receiver.received
    assert (received["path"], received["title"]) == ("/hook/t0ken", "Roof is offline.")
    assert "über" in received["message"]


def test_what_a_service_says_is_the_reason_and_reaches_no_log(receiver, settings, caplog):
    allow(settings, receiver)
    receiver.status = 503
    with caplog.at_level(logging.DEBUG), pytest.raises(NotDeliveredError, match="503") as failed:
        sending.send_to_service(MESSAGE, receiver.address)
    shown = f"{failed.value} {failed.value.__cause__} {caplog.text}"
    assert "hunter2secret" not in shown
    assert "t0ken" not in shown


def test_a_service_that_is_not_there_is_the_reason(receiver, settings, caplog):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        receiver.port = taken.getsockname()[1]
        allow(settings, receiver)
        with caplog.at_level(logging.DEBUG), pytest.raises(NotDeliveredError, match="Connection refused"):
            sending.send_to_service(MESSAGE, receiver.address)
    assert "hunter2secret" not in caplog.text


def test_nothing_is_sent_to_a_service_that_is_allowed_no_longer(receiver, settings):
    allow(settings, receiver)
    settings.TIMELAPSE = {}
    with pytest.raises(NotDeliveredError, match="not one that the server may send to"):
        sending.send_to_service(MESSAGE, receiver.address)
    assert receiver.received == []


def test_an_address_that_apprise_reads_in_another_way_is_not_used(receiver, settings, monkeypatch):
    allow(settings, receiver)
    monkeypatch.setattr(services, "origin", lambda address: "json://elsewhere")
    monkeypatch.setattr(services, "_listed", lambda: {"json://elsewhere"})
    with pytest.raises(NotDeliveredError, match="two ways"):
        sending.send_to_service(MESSAGE, receiver.address)
    assert receiver.received == []


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("discord://123456789/aToken", "discord.com"),
        ("ntfy://my-topic", "ntfy.sh"),
        ("pbul://aToken", "api.pushbullet.com"),
        ("pover://u1234567890123456789012345678a@a1234567890123456789012345678b", "api.pushover.net"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", "hooks.slack.com"),
        ("tgram://123456789:abcdefghijklmnopqrstuvwxyzabcdefghi/12315544/", "api.telegram.org"),
    ],
)
def test_the_only_host_that_a_hosted_service_leads_to_is_its_own(address, host, monkeypatch):
    asked = []

    def resolve(name, *_, **__):
        asked.append(name)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NotDeliveredError, match="not known"):
        sending.send_to_service(MESSAGE, address)
    assert set(asked) == {host}
