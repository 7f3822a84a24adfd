from __future__ import annotations

import pytest

from timelapse.notifications import services

HOSTED = {
    "discord://123456789/aToken_with-more": "Discord",
    "ntfy://my-topic": "ntfy.sh",
    "pbul://o.aToken123".replace(".", "_"): "Pushbullet",
    "pover://userkey@apptoken": "Pushover",
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general": "Slack",
    "tgram://123456789:abcdefg_hijklmnop/12315544/": "Telegram",
}


@pytest.mark.parametrize(("address", "name"), HOSTED.items())
def test_hosted_services_may_be_entered(address, name):
    assert services.find(address).name == name
    assert services.refusal(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1:6379/",
        "jsons://metadata.internal/latest",
        "ntfy://10.0.0.1/topic",
        "ntfy://user:password@intranet/topic",
        "gotify://intranet/token",
        "mailto://user:password@intranet",
        "syslog://",
        "file:///etc/passwd",
        "discord://1/token?template=/etc/passwd",
        "discord://1/token?verify=no",
        "tgram://1:x/2?endpoint=http://127.0.0.1",
        "slack://T1/A1/x/../../y",
        "discord://1/token,json://127.0.0.1",
        "discord://1/token json://127.0.0.1",
        "discord://1@127.0.0.1/token",
        "DISCORD://1/token",
        "discord:1/token",
        "",
    ],
)
def test_no_address_leads_to_a_host_that_is_not_listed(address):
    assert services.find(address) is None
    assert "service_not_allowed" in services.refusal(address).code


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [
        ("gotifys://push.example/AbCdEf", True),
        ("gotifys://push.example:443/AbCdEf", False),
        ("gotify://push.example/AbCdEf", False),
        ("json://robot:secret@127.0.0.1:9000/hook", True),
        ("json://127.0.0.1:9001/hook", False),
        ("json://127.0.0.1:9000@intranet/hook", False),
        ("json://127.0.0.1:9000\\@intranet/hook", False),
        ("json://127.0.0.1:9000/hook?redirect=yes", False),
        ("json://127.0.0.1:port/", False),
        ("syslog://push.example", False),
    ],
)
def test_an_operator_allows_a_scheme_with_its_host_and_port(address, is_allowed, settings):
    settings.TIMELAPSE = {
        "notify_services": ("gotifys://push.example", "json://127.0.0.1:9000", "syslog://push.example")
    }
    assert (services.find(address) is not None) is is_allowed


def test_what_is_shown_of_an_address_has_no_secret(settings):
    settings.TIMELAPSE = {"notify_services": ("json://127.0.0.1:9000",)}
    assert services.masked("json://robot:secret@127.0.0.1:9000/hook") == "json://127.0.0.1:9000/…"
    assert services.masked("discord://123456789/aToken") == "discord://123…"
    assert services.masked("ntfy://abc") == "ntfy://…"


def test_what_a_service_says_is_shown_without_the_parts_of_its_address():
    said = "POST https://discord.com/api/webhooks/123456789/aToken_x: 404, discord has no aToken_x"
    assert services.redacted(said, "discord://123456789/aToken_x") == (
        "POST https://discord.com/api/webhooks/…/…: 404, discord has no …"
    )


def test_without_a_mail_server_or_the_library_it_says_what_an_operator_does(settings, monkeypatch):
    settings.TIMELAPSE = {}
    assert "EMAIL_URL" in services.mail_refusal().remedy
    assert services.library_refusal() is None
    monkeypatch.setattr(services, "find_spec", lambda name: None)
    services.library_refusal.cache_clear()
    assert "notify" in services.library_refusal().remedy
    services.library_refusal.cache_clear()
