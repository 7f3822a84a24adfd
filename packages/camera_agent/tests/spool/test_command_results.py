from __future__ import annotations

from camera_agent.protocol import messages
from camera_agent.spool import command_results as module
from camera_agent.spool.command_results import CommandResult


def test_a_command_is_begun_once_whatever_is_repeated_or_restarted(filled):
    assert filled.spool.command_results.start("a")
    assert not filled.spool.command_results.start("a")
    filled.reopen()
    assert not filled.spool.command_results.start("a")


def test_what_became_of_it_is_reported_until_it_is_received(filled):
    command_results = filled.spool.command_results
    command_results.start("a")
    [running] = command_results.unacknowledged()
    assert running.to_message() == messages.CommandResult(id="a", state="running")
    command_results.finish(CommandResult(id="a", state="done", message="Taken.", capture="capture-1"))
    # The server received that it runs, not yet that it is done.
    command_results.acknowledge([running], ["a"])
    [done] = command_results.unacknowledged()
    assert done.to_message() == messages.CommandResult(
        id="a", state="done", message="Taken.", capture="capture-1"
    )
    command_results.acknowledge([done], ["a"])
    assert command_results.unacknowledged() == []
    assert not command_results.start("a")


def test_what_the_agent_was_stopped_in_has_failed(filled):
    filled.spool.command_results.start("a")
    filled.reopen()
    filled.spool.command_results.fail_interrupted()
    [result] = filled.spool.command_results.unacknowledged()
    assert (result.state, "stopped" in result.message) == ("failed", True)


def test_only_so_many_are_remembered(filled, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 3)
    command_results = filled.spool.command_results
    for number in range(10):
        command_results.start(str(number))
        command_results.finish(CommandResult(id=str(number), state="done"))
        command_results.acknowledge(command_results.unacknowledged(), [str(number)])
    assert not command_results.start("7")
    assert command_results.start("0")
