from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from timelapse.cameras.command_rules import (
    COMMAND_LIFETIME,
    LABELS,
    CommandContext,
    blockers,
    new_command_id,
    shown_state,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def camera(**over):
    return CommandContext(
        **({"name": "Roof", "revoked": False, "connected_before": True, "permitted": True} | over)
    )


@pytest.mark.parametrize("command", LABELS)
def test_nothing_blocks_a_command_to_a_camera_that_sent_a_heartbeat(command):
    assert blockers(command, camera()) == ()


@pytest.mark.parametrize(
    ("over", "codes"),
    [
        ({"revoked": True}, ["revoked"]),
        ({"revoked": True, "connected_before": False}, ["revoked"]),
        ({"connected_before": False}, ["never_connected"]),
        ({"permitted": False}, ["permission"]),
        ({"in_progress": frozenset({"capture"})}, ["in_progress"]),
        ({"in_progress": frozenset({"preview"})}, []),
    ],
)
def test_each_blocker_has_a_message_and_a_remedy(over, codes):
    reasons = blockers("capture", camera(**over))
    assert [reason.code for reason in reasons] == codes
    assert all(reason.message and reason.remedy for reason in reasons)


def test_a_command_that_the_agent_never_received_expires():
    assert shown_state("waiting", NOON, NOON + COMMAND_LIFETIME) == "waiting"
    assert shown_state("waiting", NOON, NOON + COMMAND_LIFETIME + timedelta(seconds=1)) == "expired"
    assert shown_state("done", NOON, NOON + timedelta(days=400)) == "done"


def test_no_two_commands_share_an_id():
    assert len({new_command_id() for _ in range(1000)}) == 1000
