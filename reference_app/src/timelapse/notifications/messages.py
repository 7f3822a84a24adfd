"""Composes what is sent: of one notification, or a summary of several. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

#: Characters of a title, which mail programs show in one line.
LONGEST_TITLE: Final = 120
#: Characters of one sentence: what ffmpeg says of a failure may be long.
LONGEST_SENTENCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What one notification says."""

    message: str
    remedy: str = ""
    since: datetime | None = None
    path: str = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent."""

    title: str
    body: str
    #: The same for the same notifications: a mail program that receives it twice can show it once.
    id: str


def compose(items: Sequence[Item], *, zone: ZoneInfo, address: str, identity: str) -> Message:
    """Return one message about one or several things.

    Args:
        items: what to say, at least one.
        zone: in which times are given.
        address: the page's public address; empty: there are no links.
        identity: the same for the same notifications.
    """
    first = one_line(items[0].message)
    title = first if len(items) == 1 else f"{len(items)} notifications: {first}"
    parts = ["\n".join(_lines(item, zone, address)) for item in items]
    if address:
        parts.append(f"What you are notified of: {address}/notifications")
    return Message(title=_cut(title, LONGEST_TITLE), body="\n\n".join(parts) + "\n", id=identity)


def one_line(text: str) -> str:
    """Return a text without line breaks and other controls."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _lines(item: Item, zone: ZoneInfo, address: str) -> Iterator[str]:
    yield _cut(one_line(item.message), LONGEST_SENTENCE)
    if item.since is not None:
        yield f"Since {item.since.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})."
    if item.remedy:
        yield _cut(one_line(item.remedy), LONGEST_SENTENCE)
    if address:
        yield f"{address}{item.path}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
