"""Sends one message to one destination, and says what the other side said."""

from __future__ import annotations

import importlib
import logging
import re
import smtplib
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from environ import Env

from timelapse.notifications import services
from timelapse.notifications.messages import one_line
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from timelapse.notifications.messages import Message
    from timelapse.notifications.services import Service

#: Seconds for each step of sending, such as connecting.
_TIMEOUT_S: Final = 10
#: Characters of what the other side said.
_LONGEST_ERROR: Final = 300
_LOGGER: Final = "apprise"
#: All that Apprise does in a process is logged by one logger.
_ONE_AT_A_TIME: Final = threading.Lock()


class NotDeliveredError(Exception):
    """The other side did not take the message; the text says what it said."""


def send_mail(message: Message, recipient: str) -> str:
    """Send it by the configured mail server; return what that said.

    Raises:
        NotDeliveredError: it did not take it, or there is none.
    """
    refusal = services.mail_refusal()
    if refusal is not None:
        raise NotDeliveredError(refusal.message)
    sender = conf.get().email_from
    mail = EmailMessage(
        subject=message.title,
        body=message.body,
        from_email=sender,
        to=[recipient],
        headers={"Message-ID": f"<{message.id}@{sender.rpartition('@')[2].strip('> ') or 'timelapse'}>"},
    )
    try:
        _backend().send_messages([mail])
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotDeliveredError(_in_words(error)) from error
    return "The mail server accepted it."


def send_to_service(message: Message, address: str) -> str:
    """Send it to a service; return what can be said of that.

    Raises:
        NotDeliveredError: the service did not take it, or may not be used (any more).
    """
    refusal = services.library_refusal() or services.refusal(address)
    service = services.find(address)
    if refusal is not None or service is None:
        raise NotDeliveredError(
            "The server may not send to it any more." if refusal is None else refusal.message
        )
    plugin = getattr(importlib.import_module(f"apprise.plugins.{service.module}"), service.plugin)
    with _log_records() as said:
        try:
            sent = plugin(**_values(plugin, service, address)).notify(title=message.title, body=message.body)
        except (TypeError, ValueError, OSError) as error:
            raise NotDeliveredError(_cut(services.redacted(str(error), address))) from None
    if not sent:
        words = " ".join(said) or f"{service.name} did not take it, and did not say why."
        raise NotDeliveredError(_cut(services.redacted(words, address)))
    return f"{service.name} accepted it."


def _values(plugin: Any, service: Service, address: str) -> dict[str, Any]:  # noqa: ANN401 - Apprise's
    """Return what Apprise reads in an address.

    Raises:
        NotDeliveredError: it would send to another host than the one that was checked.
    """
    values: dict[str, Any] = plugin.parse_url(address) or {}
    if service is services.HOSTED["ntfy"]:
        values["mode"] = "cloud"
    elif service.form is None:
        port = f":{values['port']}" if values.get("port") else ""
        read = f"{values.get('schema')}://{values.get('host')}{port}"
        if read.lower() != services.origin(address):
            raise NotDeliveredError("The address can be read in two ways.")
    return values


def _backend() -> EmailBackend:
    # The arguments, and not Django's settings: those have other names from Django 6.1 on.
    found = Env.email_url_config(conf.get().email_url)
    return EmailBackend(
        host=found["EMAIL_HOST"] or "localhost",
        port=found["EMAIL_PORT"] or (465 if found.get("EMAIL_USE_SSL") else 25),
        username=found["EMAIL_HOST_USER"] or "",
        password=found["EMAIL_HOST_PASSWORD"] or "",
        use_tls=bool(found.get("EMAIL_USE_TLS", False)),
        use_ssl=bool(found.get("EMAIL_USE_SSL", False)),
        timeout=_TIMEOUT_S,
    )


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = (f"{code} {_text(answer)}" for code, answer in error.recipients.values())
        return _cut("The mail server refused the address: " + "; ".join(answers))
    if isinstance(error, smtplib.SMTPResponseException):
        return _cut(f"The mail server answered {error.smtp_code} {_text(error.smtp_error)}")
    if isinstance(error, ssl.SSLError):
        return _cut(f"The mail server can't be trusted: {error.reason}")
    if isinstance(error, TimeoutError):
        return "The mail server did not answer in time."
    if isinstance(error, OSError) and error.strerror:
        return _cut(f"The mail server can't be reached: {error.strerror}")
    return _cut(f"The mail server: {error}")


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _cut(text: str) -> str:
    return one_line(text)[:_LONGEST_ERROR]


@contextmanager
def _log_records() -> Iterator[list[str]]:
    """Collect what Apprise says, which it only logs; with its secrets it must reach no other log."""
    logger, collected = logging.getLogger(_LOGGER), _Collected()
    logging.getLogger("urllib3").setLevel(logging.INFO)  # for debugging it logs paths, which are secrets
    with _ONE_AT_A_TIME:
        logger.handlers, logger.propagate = [collected], False
        logger.setLevel(logging.DEBUG)
        try:
            yield collected.said
        finally:
            logger.handlers = []


class _Collected(logging.Handler):
    """Keeps warnings, and the reasons of failed connections, which Apprise logs for debugging."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it if it says what went wrong."""
        if record.levelno >= logging.WARNING:
            self.said.append(record.getMessage())
        elif (text := record.getMessage()).startswith("Socket Exception"):
            self.said.append(_reason_of(text))


def _reason_of(text: str) -> str:
    """Return the last part of what urllib3 says, which is the operating system's."""
    if "timed out" in text:
        return "It did not answer in time."
    found = re.search(r"\[Errno -?\d+\] ([^'\"()]+)", text)
    return f"{found[1].strip()}." if found else ""
