"""Which services people may enter, and what may be shown of an address. Nothing is sent here.

The server sends to the addresses that people enter, so an address must not lead it into its own network:
whoever may sign in could otherwise let it ask other machines there (request forgery). A scheme is accepted
if its host is part of Apprise's code, and no options after a ``?``: some of them read files or turn off the
check of certificates. What else may be entered, an operator lists (``NOTIFY_SERVICES``): a scheme, a host and
a port.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

from fsmlock import Reason
from fsmlock.sentences import sentence
from timelapse.shared import conf


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service, and the class of Apprise's that sends to it."""

    name: str
    module: str
    plugin: str
    #: What follows ``scheme://``; None: a host, which an operator must have listed.
    form: re.Pattern[str] | None


def _service(name: str, module: str, plugin: str, form: str | None = None) -> Service:
    return Service(name=name, module=module, plugin=plugin, form=None if form is None else re.compile(form))


_WORD: Final = r"[A-Za-z0-9_-]+"
#: Services with hosts of their own, which Apprise's code contains.
HOSTED: Final = {
    "discord": _service("Discord", "discord", "NotifyDiscord", rf"{_WORD}/{_WORD}/?"),
    "ntfy": _service("ntfy.sh", "ntfy", "NotifyNtfy", rf"{_WORD}/?"),
    "pbul": _service("Pushbullet", "pushbullet", "NotifyPushBullet", rf"{_WORD}/?"),
    "pover": _service("Pushover", "pushover", "NotifyPushover", rf"{_WORD}@{_WORD}(/{_WORD})*/?"),
    "slack": _service("Slack", "slack", "NotifySlack", rf"({_WORD}@)?{_WORD}/{_WORD}/{_WORD}(/#?{_WORD})*/?"),
    "tgram": _service("Telegram", "telegram", "NotifyTelegram", rf"[0-9]+:{_WORD}(/@?{_WORD})+/?"),
}
#: Services on hosts of one's own, by scheme.
SELF_HOSTED: Final = {
    **dict.fromkeys(("gotify", "gotifys"), _service("Gotify", "gotify", "NotifyGotify")),
    **dict.fromkeys(("json", "jsons"), _service("JSON", "custom_json", "NotifyJSON")),
    **dict.fromkeys(("mmost", "mmosts"), _service("Mattermost", "mattermost", "NotifyMattermost")),
    **dict.fromkeys(("ntfy", "ntfys"), _service("ntfy", "ntfy", "NotifyNtfy")),
}
_HOSTED_NAMES: Final = ", ".join(sorted(f"{scheme}://" for scheme in HOSTED))


def find(address: str) -> Service | None:
    """Return the service of an address, if it may be used."""
    scheme, separator, rest = address.partition("://")
    hosted = HOSTED.get(scheme)
    if not separator or re.search(r"[\s,?\\%]", address):
        return None
    if hosted is not None and hosted.form is not None and hosted.form.fullmatch(rest):
        return hosted
    return SELF_HOSTED.get(scheme) if origin(address) in _listed() else None


def _listed() -> set[str | None]:
    return {origin(entry) for entry in conf.get().notify_services}


def origin(address: str) -> str | None:
    """Return the scheme, host and port of an address, without what is secret in it."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.hostname}{f':{port}' if port else ''}" if parts.hostname else None


def masked(address: str) -> str:
    """Return what may be shown of an address: the beginning of its first part, or its listed host."""
    scheme, _, rest = address.partition("://")
    found = find(address)
    if found is None or found.form is None:
        return f"{origin(address)}/…"
    return f"{scheme}://{rest[: min(3, len(rest) // 4)]}…"


def redacted(text: str, address: str) -> str:
    """Return a text without the parts of an address: services repeat what they were asked for."""
    secrets = sorted(
        {part for part in re.split(r"[:/@#]+", address) if len(part) >= 3}, key=len, reverse=True
    )
    known = {part for entry in conf.get().notify_services for part in re.split(r"[:/@#]+", entry)}
    for part in secrets:
        if part not in known and part not in HOSTED:
            text = text.replace(part, "…")
    return text


def refusal(address: str) -> Reason | None:
    """Return why an address can't be entered; None if it can."""
    if find(address) is not None:
        return None
    own = ", ".join(conf.get().notify_services)
    return Reason(
        code="service_not_allowed",
        message="This address is not one that the server may send to.",
        remedy=sentence(
            "Use one of %(names)s, without options after a “?”, or one that begins with %(own)s. "
            "An operator can allow others: see NOTIFY_SERVICES in the guide.",
            names=_HOSTED_NAMES,
            own=own,
        )
        if own
        else sentence(
            "Use one of %(names)s, without options after a “?”. "
            "An operator can allow others: see NOTIFY_SERVICES in the guide.",
            names=_HOSTED_NAMES,
        ),
        params={"field": "address"},
    )


def mail_refusal() -> Reason | None:
    """Return why no e-mail can be sent; None if it can."""
    if conf.get().email_url:
        return None
    return Reason(
        code="no_mail_server",
        message="The server has no mail server to send e-mail with.",
        remedy="An operator sets EMAIL_URL, and restarts the app.",
    )


@cache
def library_refusal() -> Reason | None:
    """Return why no service can be used; None if one can."""
    if find_spec("apprise") is not None:
        return None
    return Reason(
        code="no_apprise",
        message="The library that sends to services is not installed.",
        remedy="An operator installs the extra “notify” of the app (Apprise), and restarts it.",
    )
