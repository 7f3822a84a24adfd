"""50,000 tasks in one queue: what is said of them, against what the broker and the tasks themselves count."""

from __future__ import annotations

import json
import re
import time
from hashlib import sha256
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import pytest
import redis

from queue_insight import TaskState, control, diagnose
from queue_insight.collector_state import SentTask, encode
from queue_insight.history import history
from queue_insight.publish_time import HEADER
from queue_insight.read import waiting_tasks
from tests.faults.queues.conftest import kill
from tests.waiting import wait_until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable

    from queue_insight import Snapshot
    from tests.faults.queues.conftest import Queues

TOTAL = 50_000
QUEUE = "celery"
WORKERS = ("one@test", "two@test")
#: Of each worker, which takes as many tasks in advance.
SLOTS = 2
#: How often everything is looked at while nothing moves.
LOOKS = 150
#: Bytes that one look moves at most, and commands that it takes.
MAX_BYTES = 2_000_000
MAX_COMMANDS = 200


#: Of an encoded message: the id in its headers.
_ID = re.compile(rb'"id": "([0-9a-f-]{36})"')


class Truth:
    """What the broker's lists and the tasks' own notes say, without queue_insight."""

    def __init__(self, queues: Queues) -> None:
        self._queues = queues
        self._broker = redis.Redis.from_url(queues.broker_url)

    def publish(self) -> list[str]:
        """Put all tasks into the queue as Celery encodes them; return their ids in the order of delivery.

        The sender of the one in the middle has the publisher's hook.
        """
        first = self._queues.app.send_task("work.counted").id
        encoded = cast("bytes", self._broker.lindex(QUEUE, 0)).decode()
        tag = json.loads(encoded)["properties"]["delivery_tag"]
        sent_at = json.loads(encoded)["headers"][HEADER]
        ids = [first, *(str(uuid4()) for _ in range(TOTAL - 1))]
        times = {each: sent_at + 0.0001 * place for place, each in enumerate(ids)}
        messages = [
            encoded.replace(first, each).replace(tag, str(uuid4())).replace(str(sent_at), str(times[each]))
            for each in ids[1:]
        ]
        for start in range(0, len(messages), 1000):
            self._broker.lpush(QUEUE, *messages[start : start + 1000])
        middle = ids[TOTAL // 2]
        note = SentTask(id=middle, name="work.counted", queue=QUEUE, sent_at=times[middle])
        self._queues.store.note_sent({middle: encode(note)}, causes={}, most=100)
        return ids

    @property
    def waiting(self) -> int:
        return cast("int", self._broker.llen(QUEUE))

    @property
    def content(self) -> tuple[str, ...]:
        """All that the broker keeps of tasks, in its order, as digests."""
        keys = (QUEUE, "unacked", "unacked_index")
        return tuple(sha256(cast("bytes", self._broker.dump(key) or b"")).hexdigest() for key in keys)

    @property
    def left(self) -> list[str]:
        """The tasks that wait, in the order of delivery."""
        messages = cast("list[bytes]", self._broker.lrange(QUEUE, 0, -1))
        found = [_ID.search(each) for each in reversed(messages)]
        return [each[1].decode() for each in found if each]

    @property
    def taken(self) -> set[str]:
        """The tasks that workers have received, each of which has started or is not acknowledged yet."""
        return self.unacknowledged | self._queues.started_at().keys()

    @property
    def unacknowledged(self) -> set[str]:
        """The tasks that workers have received and not acknowledged, which they do when one starts."""
        delivered = cast("dict[bytes, bytes]", self._broker.hgetall("unacked")).values()
        return {json.loads(each)[0]["headers"]["id"] for each in delivered}

    @property
    def begun(self) -> set[str]:
        """The tasks that have started and not ended."""
        ended = cast("set[bytes]", self._queues.notes.smembers("ended"))
        return self._queues.started_at().keys() - {each.decode() for each in ended}

    @property
    def ended(self) -> int:
        return cast("int", self._queues.notes.scard("ended"))

    def close_gate(self) -> None:
        self._queues.notes.set("closed", 1)

    def open_gate(self) -> None:
        self._queues.notes.delete("closed")

    def cost(self, look: Callable[[], object]) -> tuple[int, int]:
        """Return how many bytes the server sends for a look, and how many commands it is given.

        It counts those of everybody: the collectors add theirs, fewest to the quickest look.
        """
        return min(self._counted(look) for _ in range(5))

    def _counted(self, look: Callable[[], object]) -> tuple[int, int]:
        before = self._broker.info("stats")
        look()
        after = self._broker.info("stats")
        moved, commands = (
            after[figure] - before[figure]
            for figure in ("total_net_output_bytes", "total_commands_processed")
        )
        return moved, commands


def counted(queues: Queues) -> int:
    """Return how many tasks have ended, as the collector counted them."""
    found = history(store=queues.store).hour
    return 0 if found is None else found.finished


def assert_nothing_is_counted_twice(queues: Queues, truth: Truth) -> None:
    """Look while the workers work: a task may be on its way between two figures, but never in both."""
    done, before = counted(queues), truth.waiting
    now = queues.read(tasks=(), overview=True)
    (queue,) = now.queues
    depth = queue.depth or 0
    assert truth.waiting <= depth <= before
    assert queue.running <= len(WORKERS) * SLOTS
    assert done <= truth.ended
    assert done + now.ended_tasks + queue.running + queue.reserved + depth <= TOTAL


def work(
    queues: Queues,
    truth: Truth,
    until: Callable[[], object],
    what: str,
    look: Callable[[], object] = lambda: None,
) -> None:
    """Let the workers work, and look all the time; then stop them between the start and the end of a task."""

    def reached() -> object:
        assert_nothing_is_counted_twice(queues, truth)
        look()
        return until()

    truth.open_gate()
    wait_until(reached, what)
    truth.close_gate()


def look_at_all(truth: Truth, ids: list[str], looks: Iterable[Callable[[], object]]) -> None:
    """Look beside the workers: what is left is the end of what was sent, in its order; they took the rest."""
    for look in looks:
        look()
    taken, left = truth.taken, truth.left
    assert left == ids[TOTAL - len(left) :]
    assert taken <= set(ids[: TOTAL - len(left)])


def halted(queues: Queues, truth: Truth, lost: frozenset[str] = frozenset()) -> Snapshot:
    """Wait until nothing moves, and then for one beat of each worker: what is said now must be exact."""
    running = len(WORKERS) * SLOTS
    wait_until(
        lambda: (
            len(truth.begun - lost) == running
            and truth.waiting + len(truth.unacknowledged | truth.begun) + truth.ended == TOTAL
        ),
        "the workers to halt",
    )
    at = time.time()

    def beaten() -> Snapshot | None:
        now = queues.read()
        # Events don't name the queue of a task: that of a new worker's is known when it has been inspected.
        beats = [
            worker.last_seen_at.timestamp() > at and worker.active == worker.slots == SLOTS
            for worker in now.workers
        ]
        return now if now.fresh and beats == [True] * len(WORKERS) else None

    now = wait_until(beaten, "the next beat of each worker")
    (queue,) = now.queues
    found = {
        state: {task.id for task in now.tasks() if task.state is state and task.position is None}
        for state in TaskState
    }
    assert (queue.depth, queue.running) == (truth.waiting, running)
    assert found[TaskState.RUNNING] == truth.begun - lost
    assert found[TaskState.RESERVED] == truth.unacknowledged - lost
    assert queue.reserved == len(found[TaskState.RESERVED])
    assert found[TaskState.LOST] | found[TaskState.UNKNOWN] == lost
    assert now.ended_tasks == len(lost)
    return now


def writer(queues: Queues, collectors: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes] | None:
    """Return the collector that writes, if it is one of these."""
    holder = cast("bytes", queues.notes.hget("queue-insight:collector:lease", "holder") or b"").decode()
    return next((each for each in collectors if f":{each.pid}:" in holder), None)


def kill_writer(
    queues: Queues, collectors: list[subprocess.Popen[bytes]]
) -> Callable[[], subprocess.Popen[bytes] | None]:
    """Kill the collector that writes; return who has replaced it."""
    killed = writer(queues, collectors)
    assert killed is not None
    kill(killed)
    others = [each for each in collectors if each is not killed]
    return lambda: writer(queues, others)


@pytest.mark.timeout(240)
def test_each_of_50_000_tasks_is_counted_once_whoever_is_killed(on_valkey: Queues) -> None:
    queues, truth = on_valkey, Truth(on_valkey)
    ids = truth.publish()
    collectors = [queues.collector(), queues.collector()]
    wait_until(lambda: queues.read().fresh, "a collector that listens")
    one, _two = (queues.worker("-c", str(SLOTS), name=name) for name in WORKERS)
    middle, skip = ids[TOTAL // 2], TOTAL // 2
    looks: dict[str, Callable[[], object]] = {
        "the task in the middle": lambda: diagnose(middle, queues.read(tasks=[middle])),
        "a task without a note": lambda: diagnose(ids[-1], queues.read(tasks=[ids[-1]])),
        "the overview": lambda: queues.read(tasks=(), overview=True, peek=20),
        "a page in the middle": lambda: waiting_tasks(queues.app, QUEUE, skip=skip, count=100),
    }
    work(
        queues,
        truth,
        lambda: truth.ended >= 300,
        "300 tasks",
        lambda: look_at_all(truth, ids, looks.values()),
    )
    assert control.pause(queues.app, QUEUE, WORKERS).workers == WORKERS
    now = halted(queues, truth)
    assert truth.taken == set(ids[: TOTAL - truth.waiting])

    before_looking = truth.content
    for _ in range(LOOKS):
        for look in looks.values():
            look()
    assert truth.content == before_looking  # nothing was consumed, marked or moved
    for what, look in looks.items():
        moved, commands = truth.cost(look)
        assert (moved < MAX_BYTES, commands < MAX_COMMANDS) == (True, True), (what, moved, commands)
    page = waiting_tasks(queues.app, QUEUE, skip=skip, count=100)
    first = TOTAL - truth.waiting + skip
    assert [task.id for task in page] == ids[first : first + 100]
    found = queues.read(tasks=[middle]).find(middle)
    assert found is not None
    assert found.position == ids.index(middle) - (TOTAL - truth.waiting)
    other = ids[-1]
    assert diagnose(other, queues.read(tasks=[other]))[0].params["read"] == 1820

    # A worker dies with what it has, and another process takes its name.
    lost = frozenset(task.id for task in now.tasks() if task.worker == "one@test")
    assert len(lost) == 2 * SLOTS
    kill(one)
    queues.worker("-c", str(SLOTS), name="one@test")
    halted(queues, truth, lost)

    # The collector dies while nothing happens, and nothing is missing; another one is started.
    wait_until(lambda: counted(queues) == truth.ended, "the history to be written")
    wait_until(kill_writer(queues, collectors), "the second collector to write")
    halted(queues, truth, lost)
    before = counted(queues)
    assert before == truth.ended
    collectors.append(queues.collector())

    # The collector dies in the midst of work, and nothing is counted twice.
    assert control.resume(queues.app, QUEUE, WORKERS[1:]).workers == WORKERS[1:]
    work(queues, truth, lambda: truth.ended >= before + 100, "100 tasks more")
    work(queues, truth, kill_writer(queues, collectors), "the third collector to write")
    halted(queues, truth, lost)
    third = writer(queues, collectors)
    assert third is not None
    third.terminate()
    third.wait(20)
    assert before <= counted(queues) <= truth.ended

    waiting = truth.waiting
    assert control.purge(queues.app, QUEUE).number == waiting
    assert queues.read().queues[0].depth == truth.waiting == 0
