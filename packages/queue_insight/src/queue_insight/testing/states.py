"""States of a collector, for tests of stores and of what reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from queue_insight.collector_state import (
    CollectorState,
    ObservedFailures,
    ObservedOutcome,
    ObservedTask,
    ObservedWorker,
    Part,
    SentTasks,
    TaskCounts,
    encode,
    encode_header,
)
from queue_insight.periods import MINUTE, Period, Recent, key, of_queue
from queue_insight.stores.base import Changes
from queue_insight.task_tally import tally

if TYPE_CHECKING:
    from queue_insight.stores.base import Store

LONG_S: Final = 60.0

FULL = CollectorState(
    waiting={"slow": SentTasks(count=3, names={"work.do": 2, "": 1}, oldest_at=900.0)},
    collected_at=1000.5,
    next_by=1001.5,
    connected_since=990.0,
    events=7,
    malformed=2,
    evicted=1,
    sent_left_out=2,
    dropped=3,
    reconnects=4,
    former_workers=5,
    workers=(
        ObservedWorker(
            name="a@host",
            last_seen_at=1000.0,
            heartbeat_interval_s=2.0,
            pid=7,
            queues=("celery", "slow"),
            slots=2,
            active=1,
            sends_events=True,
            starts=9,
            missed_starts=1,
            clock_offset_s=-3.5,
            task_counts={"celery": TaskCounts(reserved=1, running=0)},
            rate_limits={"work.do": "10/m"},
            is_solo=True,
        ),
        ObservedWorker(name="b@höst", last_seen_at=900.0, offline=True),
    ),
    tasks=(
        ObservedTask(
            id="t1", name="work.do", queue="celery", args_summary="('\u00e9\x00',)", worker="a@host", pid=7
        ),
        ObservedTask(
            id="t2",
            sent_at=1.0,
            received_at=2.0,
            started_at=3.0,
            eta=1_800_000_000.0,
            observed_at=3.0,
            clock=12,
            ended_at=4.0,
            proven=True,
        ),
    ),
    finished=(ObservedOutcome(id="t0", outcome="failed", at=999.0, worker="a@host", error="E()"),),
    sent={"t3": 998.0},
    queues={"celery": {"work.do": 1.5}, "slow": None},
    run_times={"work.do": (0.5, 2.0)},
    revoked={"t4": 997.0},
    recent={"celery": Recent(last=960.0, sent=(None, 3), finished=(None, 2))},
)
#: A minute of the history, and its key.
MINUTE_KEY: Final = key(MINUTE, of_queue("celery"), 960)
PERIOD: Final = Period(start=960.0, observed_s=40.0, counts={"failed": 2}, run={-3: 1, 70: 1}, wait={5: 2})
FAILURES: Final = ObservedFailures(
    exception="shop.Refused",
    file="shop/t\u00e4sks.py",
    function="charge",
    is_own=True,
    count=3,
    first_at=900.0,
    last_at=999.0,
    line=17,
    task_id="t0",
    name="shop.pay",
    worker="a@host",
    message="Refused('\u00e9')",
    causal_id="c1",
)


def save(store: Store, state: CollectorState, *, retention_s: float = LONG_S) -> None:
    """Write this state into the store, for tests of what reads it."""
    token = store.acquire("test", lease_s=LONG_S).token
    store.write(everything(state), token=token, lease_s=LONG_S, retention_s=retention_s)


def everything(state: CollectorState) -> Changes:
    """Return the write that makes the store contain this state and nothing else."""
    at_workers = tally(state.tasks, state.collected_at).at_workers
    return Changes(
        header=encode_header(state),
        records={
            Part.TASKS: {task.id: encode(task) for task in state.tasks},
            Part.AT_WORKERS: {name: encode(tasks) for name, tasks in at_workers.items()},
            Part.WORKERS: {worker.name: encode(worker) for worker in state.workers},
            Part.FINISHED: {outcome.id: encode(outcome) for outcome in state.finished},
            Part.SENT: {task_id: encode(at) for task_id, at in state.sent.items()},
            Part.QUEUES: {name: encode(arrivals) for name, arrivals in state.queues.items()},
            Part.RUN_TIMES: {name: encode(times) for name, times in state.run_times.items()},
            Part.REVOKED: {task_id: encode(at) for task_id, at in state.revoked.items()},
            Part.WAITING: {queue: encode(sent) for queue, sent in state.waiting.items()},
            Part.RECENT: {name: encode(recent) for name, recent in state.recent.items()},
            Part.SCORES: {name: encode(scores) for name, scores in state.scores.items()},
        },
        replace=True,
    )


def changes(state: CollectorState = FULL, **tasks: ObservedTask | None) -> Changes:
    """Return a write of some tasks; None deletes one."""
    records = {task_id: None if task is None else encode(task) for task_id, task in tasks.items()}
    return Changes(header=encode_header(state), records={Part.TASKS: records})
