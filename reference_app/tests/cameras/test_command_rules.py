from __future__ import annotations

from datetime import UTC, datetime, timedelta

from timelapse.cameras.command_rules import COMMAND_LIFETIME, new_command_id, shown_state

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_command_that_the_agent_never_received_expires():
    assert shown_state("waiting", NOON, NOON + COMMAND_LIFETIME) == "waiting"
    assert shown_state("waiting", NOON, NOON + COMMAND_LIFETIME + timedelta(seconds=1)) == "expired"
    assert shown_state("done", NOON, NOON + timedelta(days=400)) == "done"


def test_no_two_commands_share_an_id():
    assert len({new_command_id() for _ in range(1000)}) == 1000
