"""Looks for asked tasks further back in their queues than a snapshot reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from queue_insight.errors import BrokerUnreachableError, BrokerUnsupportedError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from queue_insight.brokers.base import Broker, BrokerState, Search
    from queue_insight.collector_state import SentTask
    from queue_insight.stored_state import StoredState

#: Maximum number of tasks to look for whose sender noted queue and time, and of others, which cost more.
MAX_NOTED: Final = 20
MAX_OTHERS: Final = 1
#: One of the others is looked for in so many queues at most, and in no further one after so many tasks.
MAX_QUEUES: Final = 5
MAX_LOOKED_AT: Final = 1800


def locate(
    broker: Broker | None,
    asked: Collection[str],
    sent: Mapping[str, SentTask],
    state: BrokerState,
    stored: StoredState | None,
) -> Mapping[str, tuple[Search, ...]]:
    """Return by id what was searched for tasks that are neither at the head of a queue nor anywhere else."""
    deep = [each.queue for each in state.backlogs if (each.depth or 0) > len(each.head)]
    if broker is None or not asked or not deep or not state.heads_read:
        return {}
    found = {message.id for message in state.unacked_head}
    found |= {message.id for each in state.backlogs for message in each.head}
    if stored is not None:
        found |= {task.id for task in stored.state.tasks} | {task.id for task in stored.state.finished}
    missing = sorted({*asked} - found)
    queues = {each: sent[each].queue if each in sent else "" for each in missing}
    noted = [each for each in missing if queues[each] in deep][:MAX_NOTED]
    others = [each for each in missing if not queues[each]][:MAX_OTHERS]
    try:
        return {each: _search(broker, each, (queues[each],), sent.get(each)) for each in noted} | {
            each: _search(broker, each, deep[:MAX_QUEUES], sent.get(each)) for each in others
        }
    except (BrokerUnreachableError, BrokerUnsupportedError):
        return {}  # it was read a moment ago; the next snapshot says that it can't be


def _search(broker: Broker, task_id: str, queues: Iterable[str], note: SentTask | None) -> tuple[Search, ...]:
    searches: list[Search] = []
    for queue in queues:
        found = broker.locate(task_id, queue, sent_at=None if note is None else note.sent_at)
        searches.append(found)
        if found.message is not None or sum(each.looked_at for each in searches) >= MAX_LOOKED_AT:
            break
    return tuple(searches)
