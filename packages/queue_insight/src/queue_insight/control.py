"""Acts on tasks, queues and workers through Celery's remote control, and says what came of it.

Workers confirm what they did. A missing answer proves nothing: a worker of the solo pool answers between two
tasks only, and one that hangs may do it later.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from queue_insight.errors import BrokerUnreachableError
from queue_insight.inspection import slots_of
from queue_insight.reasons import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from celery import Celery
    from kombu import Connection

#: Seconds to wait for the workers' answers.
TIMEOUT_S: Final = 1.0
#: Number of task ids in one message to the workers.
BATCH: Final = 1000
#: Maximum number of workers that a sentence names.
MAX_NAMED: Final = 5
SILENCE: Final = (
    f"No worker answered within {TIMEOUT_S:g} s. That proves nothing: a busy one may do it later. "
    "Look at the page again, and at the worker's log if nothing changes."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an action."""

    text: str
    #: Whether it took effect as far as anybody confirmed; False also when nobody answered.
    is_confirmed: bool
    #: Number of tasks or workers that it concerns; None when that is not known.
    number: int | None = None
    #: The workers that confirmed it.
    workers: tuple[str, ...] = ()


def refused(text: str) -> Outcome:
    """Return that nothing was done, and why."""
    return Outcome(text=text, is_confirmed=False, number=0)


def cancel(app: Celery, task_ids: Sequence[str], *, signal: str = "") -> Outcome:
    """Revoke the tasks: workers discard them when they receive them. With a `signal`, also end running ones.

    Raises:
        BrokerUnreachableError: the broker did not respond.
    """
    replies: list[object] = []
    terminate = {"terminate": True, "signal": signal} if signal else {}
    for start in range(0, len(task_ids), BATCH):
        batch = list(task_ids[start : start + BATCH])
        replies += _broadcast(app, "revoke", {"task_id": batch, **terminate})
    return _outcome(
        replies,
        number=len(task_ids),
        effect=f"{count(len(task_ids), 'task')} cancelled: each is discarded when a worker takes it, "
        "as long as not all of these workers are restarted before.",
    )


def purge(app: Celery, queue: str) -> Outcome:
    """Delete all tasks that wait in the queue; what workers have taken stays.

    Raises:
        BrokerUnreachableError: the broker did not respond.
    """
    with _connected(app) as connection:
        channel: Any = connection.default_channel  # kombu's stubs leave out most of it
        number = int(channel.queue_purge(queue) or 0)
    return Outcome(text=f"{count(number, 'waiting task')} deleted.", number=number, is_confirmed=True)


def consumers(app: Celery, queue: str) -> tuple[str, ...]:
    """Return the workers that answer that they consume the queue.

    Raises:
        BrokerUnreachableError: the broker did not respond.
    """
    found = []
    for name, queues in _answers(_broadcast(app, "active_queues", {})):
        if isinstance(queues, list) and any(
            isinstance(each, Mapping) and each.get("name") == queue for each in queues
        ):
            found.append(name)
    return tuple(sorted(found))


def pause(app: Celery, queue: str, workers: Sequence[str]) -> Outcome:
    """Make these workers stop consuming the queue; what they have taken they still do.

    Raises:
        BrokerUnreachableError: the broker did not respond.
    """
    replies = _broadcast(app, "cancel_consumer", {"queue": queue}, workers)
    return _outcome(replies, asked=workers, effect="The queue is paused.")


def resume(app: Celery, queue: str, workers: Sequence[str]) -> Outcome:
    """Make these workers consume the queue again.

    Raises:
        BrokerUnreachableError: the broker did not respond.
    """
    replies = _broadcast(app, "add_consumer", {"queue": queue}, workers)
    return _outcome(replies, asked=workers, effect="The queue is consumed again.")


def resize(app: Celery, worker: str, slots: int) -> Outcome:
    """Give the worker so many slots, until it is restarted.

    Raises:
        BrokerUnreachableError: the broker did not respond.
    """
    stats = dict(_answers(_broadcast(app, "stats", {}, (worker,))))
    before = slots_of(stats.get(worker))
    if before is None:
        return refused(SILENCE)
    change = slots - before
    if change == 0:
        return refused(f"Nothing was changed: it has {count(before, 'slot')} already.")
    command = "pool_grow" if change > 0 else "pool_shrink"
    replies = _broadcast(app, command, {"n": abs(change)}, (worker,))
    # The pool follows every 5 s.
    wanted = count(slots, "slot")
    effect = f"Worker {worker} gets {wanted} instead of {before} within some seconds, until its restart."
    return _outcome(replies, asked=(worker,), effect=effect)


def limit_rate(app: Celery, task_name: str, rate: str) -> Outcome:
    """Limit how often each worker starts tasks of this name, as "10/m"; "0" removes the limit.

    Raises:
        BrokerUnreachableError: the broker did not respond.
    """
    replies = _broadcast(app, "rate_limit", {"task_name": task_name, "rate_limit": rate})
    return _outcome(replies, effect="Each of these workers keeps the limit by itself, until it is restarted.")


def shut_down(app: Celery, workers: Sequence[str]) -> Outcome:
    """Make these workers finish what they run and exit.

    A worker that shuts down does not answer, so the ones that answered before are the ones that received it.

    Raises:
        BrokerUnreachableError: the broker did not respond.
    """
    present = sorted(name for name, _ in _answers(_broadcast(app, "ping", {}, workers)))
    if not present:
        return refused(SILENCE)
    with _connected(app) as connection:
        app.control.broadcast("shutdown", destination=present, connection=connection)
    return Outcome(
        text=f"Asked to shut down after the running tasks: {_named(present)}. "
        "It is certain when the page shows the worker as offline.",
        is_confirmed=True,
        number=len(present),
        workers=tuple(present),
    )


def _broadcast(
    app: Celery, command: str, arguments: Mapping[str, object], workers: Sequence[str] = ()
) -> list[object]:
    with _connected(app) as connection:
        replies = app.control.broadcast(
            command,
            arguments=dict(arguments),
            destination=list(workers) or None,
            connection=connection,
            reply=True,
            timeout=TIMEOUT_S,
            limit=len(workers) or None,
        )
    return list(replies or ())


@contextmanager
def _connected(app: Celery) -> Iterator[Connection]:
    with app.connection_for_write() as connection:
        errors: tuple[type[BaseException], ...] = (
            *connection.connection_errors,
            *connection.channel_errors,
            OSError,
        )
        try:
            connection.ensure_connection(max_retries=1, interval_start=0, reraise_as_library_errors=False)
            yield connection
        except errors as error:
            raise BrokerUnreachableError(connection.as_uri(), error) from error


def _answers(replies: Sequence[object]) -> Iterator[tuple[str, object]]:
    for reply in replies:
        if isinstance(reply, Mapping):
            yield from ((str(name), answer) for name, answer in reply.items())


def _outcome(
    replies: Sequence[object], *, effect: str, asked: Sequence[str] = (), number: int | None = None
) -> Outcome:
    confirmed, refused = set(), {}
    for name, answer in _answers(replies):
        match answer:
            case {"error": error}:
                refused[name] = str(error)
            case _:
                confirmed.add(name)
    if not confirmed and not refused:
        return Outcome(text=SILENCE, is_confirmed=False, number=number)
    texts = []
    if confirmed:
        texts.append(f"{effect} Confirmed by {_named(sorted(confirmed))}.")
    texts += [f"{name} refused: {why}." for name, why in sorted(refused.items())[:MAX_NAMED]]
    if silent := sorted({*asked} - confirmed - {*refused}):
        texts.append(f"{_named(silent)} did not answer, which proves nothing.")
    return Outcome(
        text=" ".join(texts),
        is_confirmed=bool(confirmed),
        number=len(confirmed) if number is None else number,
        workers=tuple(sorted(confirmed)),
    )


def _named(workers: Sequence[str]) -> str:
    more = len(workers) - MAX_NAMED
    return ", ".join(workers[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
