"""What the collector writes to its store."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from uuid import UUID

import redis

from queue_insight.conf import Settings
from queue_insight.event import read
from queue_insight.events import EventTracker
from queue_insight.state_writer import StateWriter
from queue_insight.stores.redis import RedisStore

SAVES = 20


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes that arrive at the server: with everything, and in a second; how long a save takes."""

    everything: int
    changes: float
    seconds: float


def bytes_per_save(url: str, *, tasks: int, changes: int) -> Written:
    """Save a tracker of so many tasks, of which so many change each second: half end, half begin.

    As the collector does, what has changed is saved after half a second, and after a second everything.
    """
    client = redis.Redis.from_url(url)
    tracker = EventTracker(max_tasks=2 * tasks, retention_s=3600.0)
    writer = StateWriter(RedisStore(url, key_prefix="bench"), Settings())
    now = time.time()

    def apply(kind: str, number: int) -> None:
        task_id = str(UUID(int=number))
        described = {
            "name": "rendering.render_movie",
            "args": "[4711, 'winter']",
            "kwargs": "{'quality': 'high'}",
        }
        event = {
            "type": kind,
            "uuid": task_id,
            "hostname": f"render{number % 20}@host",
            "pid": 7,
            "timestamp": now,
        }
        tracker.apply(read(event | described if kind == "task-received" else event), now)

    def save(*, tasks_only: bool = False) -> int:
        before = int(client.info("stats")["total_net_input_bytes"])
        writer.save(tracker, now, next_by=now + 1, tasks_only=tasks_only)
        return int(client.info("stats")["total_net_input_bytes"]) - before

    for number in range(tasks):
        apply("task-received", number)
        apply("task-started", number)
    everything = save()
    sizes, times = [], []
    half = changes // 2
    for each in range(2 * SAVES):
        now += 0.5
        for number in range(each * half // 2, (each + 1) * half // 2):
            apply("task-succeeded", number)
            apply("task-received", tasks + number)
        began = time.perf_counter()
        sizes.append(save(tasks_only=each % 2 == 0))
        times.append(time.perf_counter() - began)
    return Written(everything, 2 * statistics.mean(sizes), statistics.median(times))
