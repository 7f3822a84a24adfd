"""Reads the queues' names, kinds and unacknowledged messages from RabbitMQ's management API.

Only lists are read, with the columns that are used. The API can also fetch messages, which would mark and
reorder them, so nothing here calls that.
"""

from __future__ import annotations

import http.client
import time
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

import msgspec
from msgspec import Struct

from queue_insight.fields import MAX_COUNT, Fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Seconds that a look waits for the answer.
TIMEOUT_S: Final = 2.0
#: Seconds for which an address that gave no answer is not asked again, since a page would wait for it.
SILENCE_S: Final = 30.0
#: RabbitMQ refreshes the counts of a queue this often, in seconds.
REFRESH_S: Final = 5.0
#: Number of queues in one request, and of requests.
PAGE: Final = 500
PAGES: Final = 20
MAX_BYTES: Final = 1_000_000
COLUMNS: Final = "name,type,auto_delete,exclusive,messages_unacknowledged"
_silent_until: dict[str, float] = {}


class ManagementError(Exception):
    """The management API gave no usable answer; the message says why and names no credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedQueue:
    """One queue as the management API describes it."""

    name: str
    kind: str
    #: None while RabbitMQ has not counted them.
    unacked: int | None
    #: Whether it goes with the program that declared it, as queues of replies and events do.
    temporary: bool


class _Item(Struct):
    name: str
    type: str = ""
    auto_delete: bool = False
    exclusive: bool = False
    messages_unacknowledged: int | None = None


class _Page(Struct):
    items: list[_Item]
    page_count: int = 1


_decode = msgspec.json.Decoder(_Page).decode


def managed_queues(url: str, vhost: str) -> Mapping[str, ManagedQueue]:
    """Return the first 10,000 queues of a virtual host by name; `url` contains user and password.

    Raises:
        ManagementError: there was no usable answer.
    """
    if time.monotonic() < _silent_until.get(url, 0.0):
        raise ManagementError(f"{without_credentials(url)} did not answer lately")
    try:
        return {queue.name: queue for queue in _read(url, vhost)}
    except (OSError, http.client.HTTPException, ValueError) as error:
        if len(_silent_until) >= PAGE:
            _silent_until.clear()
        _silent_until[url] = time.monotonic() + SILENCE_S
        raise ManagementError(f"{without_credentials(url)}: {type(error).__name__}: {error}") from error


def without_credentials(url: str) -> str:
    """Return the address without user and password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _read(url: str, vhost: str) -> Iterator[ManagedQueue]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "localhost", parts.port, timeout=TIMEOUT_S)
    login = f"{unquote(parts.username or 'guest')}:{unquote(parts.password or 'guest')}"
    headers = {"Authorization": f"Basic {b64encode(login.encode()).decode()}"}
    path = f"{parts.path.rstrip('/')}/api/queues/{quote(vhost, safe='')}?columns={COLUMNS}&page_size={PAGE}"
    try:
        for number in range(1, PAGES + 1):
            connection.request("GET", f"{path}&page={number}", headers=headers)
            answer = connection.getresponse()
            body = answer.read(MAX_BYTES)
            if answer.status != http.client.OK:
                raise OSError(f"it answered {answer.status} {answer.reason}")
            page = _decode(body)
            yield from map(_queue, page.items)
            if number >= page.page_count:
                break
    finally:
        connection.close()


def _queue(item: _Item) -> ManagedQueue:
    unacked = item.messages_unacknowledged
    return ManagedQueue(
        name=item.name,
        kind=Fields({"type": item.type}).name("type"),
        unacked=unacked if unacked is not None and 0 <= unacked <= MAX_COUNT else None,
        temporary=item.auto_delete or item.exclusive,
    )
