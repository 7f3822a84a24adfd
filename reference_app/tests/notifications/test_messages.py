from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from timelapse.notifications.messages import LONGEST_TITLE, Item, compose

OFFLINE = Item(
    message="Roof is offline.",
    remedy="Look at its power.",
    since=datetime(2026, 11, 29, 13, 2, tzinfo=UTC),
    path="/cameras/x",
)
FAILED = Item(message="Movie 3 of Garden failed: ffmpeg said\r\nBcc: eve@example.com", path="/timelapses/y")


def composed(*items, address="https://timelapse.example"):
    return compose(items, zone=ZoneInfo("Europe/Berlin"), address=address, identity="1")


def test_a_message_says_what_since_when_what_to_do_and_where():
    message = composed(OFFLINE)
    assert message.title == "Roof is offline."
    assert message.body.splitlines() == [
        "Roof is offline.",
        "Since 2026-11-29 14:02 (Europe/Berlin).",
        "Look at its power.",
        "https://timelapse.example/cameras/x",
        "",
        "What you are notified of: https://timelapse.example/notifications",
    ]


def test_several_are_one_summary():
    message = composed(OFFLINE, FAILED)
    assert message.title == "2 notifications: Roof is offline."
    assert "Movie 3 of Garden failed: ffmpeg said Bcc: eve@example.com" in message.body.splitlines()


def test_a_title_is_one_short_line():
    assert "\n" not in composed(FAILED).title
    assert "\r" not in composed(FAILED).title
    assert len(composed(Item(message="x" * 5000)).title) == LONGEST_TITLE


def test_without_a_public_address_there_is_no_link():
    assert "http" not in composed(OFFLINE, address="").body
