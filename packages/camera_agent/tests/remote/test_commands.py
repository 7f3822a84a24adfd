from __future__ import annotations

import threading

import pytest

from camera_agent.errors import DriverError
from camera_agent.protocol.messages import Heartbeat, to_message
from camera_agent.remote.commands import CommandOutcome, CommandRunner
from eliot_progress import causal_id


class CommandState:
    """Commands in a thread, and what they came to."""

    def __init__(self, spool) -> None:
        self.spool, self.done, self.reported, self.stop = spool, [], [], threading.Event()
        self.commands = CommandRunner(
            spool.command_results,
            {"capture": self.capture, "restart": self.restart, "break": self.fail, "full": self.fill},
            on_finish=lambda: self.reported.append(self.states()),
        )
        self.thread = threading.Thread(target=self.commands.run, args=(self.stop,))

    def capture(self) -> CommandOutcome:
        self.done.append("capture")
        self.caused_by = causal_id()
        return CommandOutcome(message="Taken.", capture="capture-1")

    def restart(self) -> CommandOutcome:
        return CommandOutcome(message="Restarting.", then=lambda: self.done.append(self.states()))

    def fill(self) -> CommandOutcome:
        """Leave no room for its own result, for a while."""
        self.spool.index.change("PRAGMA query_only = 1")
        threading.Timer(0.05, lambda: self.spool.index.change("PRAGMA query_only = 0")).start()
        return CommandOutcome(message="Full.")

    def fail(self) -> CommandOutcome:
        raise DriverError("The camera is asleep.", "Wake it.")

    def states(self):
        return [
            (result.id, result.state, result.message)
            for result in self.spool.command_results.unacknowledged()
        ]

    def finish(self) -> None:
        """Let all that was taken be done."""
        self.commands.receive([{"id": "last", "name": "restart"}])
        self.thread.start()
        while not any(isinstance(one, list) for one in self.done):
            self.thread.join(0.01)
        self.stop.set()
        self.commands.wake()
        self.thread.join(10)


@pytest.fixture
def doing(filled):
    return CommandState(filled.spool)


def test_each_command_is_done_once_however_often_it_is_repeated(doing):
    for _ in range(3):
        doing.commands.receive([{"id": "a", "name": "capture", "arguments": {}}])
    doing.finish()
    assert doing.done.count("capture") == 1
    assert doing.states()[0] == ("a", "done", "Taken.")
    assert doing.spool.command_results.unacknowledged()[0].capture == "capture-1"


def test_what_is_done_is_written_down_before_what_comes_then(doing):
    doing.finish()
    assert doing.done == doing.reported == [[("last", "done", "Restarting.")]]


def test_a_command_that_fails_or_is_unknown_says_why_and_the_next_is_done(doing):
    doing.commands.receive(
        [{"id": "a", "name": "break"}, {"id": "b", "name": "dance"}, {"id": "c", "name": "capture"}]
    )
    doing.finish()
    assert doing.states()[:3] == [
        ("a", "failed", "The camera is asleep. Wake it."),
        ("b", "failed", "'dance' is not a command of this agent: break, capture, full, restart."),
        ("c", "done", "Taken."),
    ]


def test_a_result_that_a_full_card_does_not_take_is_written_when_there_is_room(doing, monkeypatch):
    monkeypatch.setattr("camera_agent.remote.commands.RETRY_S", 0.01)
    doing.commands.receive([{"id": "a", "name": "full"}])
    doing.finish()
    assert doing.states()[0] == ("a", "done", "Full.")


def test_a_command_goes_on_below_what_somebody_did(doing):
    trace = "0123456789abcdef0123456789abcdef"
    doing.commands.receive([{"id": "a", "name": "capture", "traceparent": f"00-{trace}-0123456789abcdef-01"}])
    doing.finish()
    assert doing.caused_by == trace


@pytest.mark.parametrize("identity", ["0b8f5a52-2d0e-4c59-8f43-3f6f3a2f1c11", "x" * 200, "befehl-ä"])
def test_a_result_bears_the_id_that_the_server_chose(doing, identity):
    doing.commands.receive([{"id": identity, "name": "capture"}])
    doing.finish()
    [result, *_] = doing.spool.command_results.unacknowledged()
    beat = to_message(Heartbeat(every_s=5, grace_s=10, commands=(result.to_message(),)))
    assert beat["commands"][0]["id"] == identity


@pytest.mark.parametrize("forged", [7, "", "00-zz-1-01", ["a"]])
def test_a_command_whose_cause_cant_be_read_is_done_all_the_same(doing, forged):
    doing.commands.receive([{"id": "a", "name": "capture", "traceparent": forged}])
    doing.finish()
    assert doing.states()[0] == ("a", "done", "Taken.")
    assert len(doing.caused_by) == 32


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        7,
        "capture",
        {},
        [7],
        [{}],
        [{"id": 3}],
        [{"id": ""}],
        [{"id": "x" * 300}],
        [{"id": "a\nb"}],
        [{"id": "\ud800"}],
    ],
)
def test_nonsense_is_no_command(doing, nonsense):
    doing.commands.receive(nonsense)
    assert doing.states() == []
