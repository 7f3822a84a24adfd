"""Sends the events of busy workers, and now and then a task that stays for some seconds to be looked for.

Arguments: the broker's address, events a second, seconds. Prints when it sent each of the tasks, by number.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import deque
from uuid import UUID

from celery import Celery

#: Seconds between two tasks that are looked for, on average, and how long each stays.
EVERY_S = 0.17
STAYS_S = 3.0
HEARTBEAT_S = 2.0

url, rate, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
app = Celery(broker=url, set_as_current=False)
with app.connection_for_write() as connection:
    busy = [
        app.events.Dispatcher(connection, hostname=f"busy{n}@host", buffer_group={"task"}, buffer_limit=10)
        for n in range(4)
    ]
    looked_for = app.events.Dispatcher(connection, hostname="looked-for@host")
    begun, events, number, beat_due, task_due = time.monotonic(), 0, 0, 0.0, 1.0
    sent_at: dict[int, float] = {}
    staying: deque[tuple[float, str]] = deque()
    # Irregular intervals, so that the result is independent of the phase of any clock.
    pauses = random.Random(7)
    while (now := time.monotonic() - begun) < seconds:
        while events < rate * now:
            task_id, worker = str(UUID(int=events)), busy[events // 3 % len(busy)]
            worker.send("task-received", uuid=task_id, name="busy.work", args="()", kwargs="{}")
            worker.send("task-started", uuid=task_id)
            worker.send("task-succeeded", uuid=task_id, runtime=0.001, result="None")
            events += 3
        for worker in busy:
            worker.flush()
        if now >= beat_due:
            beat_due = now + HEARTBEAT_S
            for worker in (*busy, looked_for):
                worker.send("worker-heartbeat", freq=HEARTBEAT_S, active=0, processed=0, loadavg=(1, 1, 1))
        if now >= task_due and now < seconds - STAYS_S:
            task_due = now + EVERY_S * pauses.uniform(0.5, 1.5)
            number += 1
            task_id = f"{number:08}-looked-for"
            sent_at[number] = time.time()
            looked_for.send(
                "task-received", uuid=task_id, name=f"looked.for_{number}_", args="()", kwargs="{}"
            )
            looked_for.send("task-started", uuid=task_id)
            staying.append((now + STAYS_S, task_id))
        while staying and staying[0][0] <= now:
            looked_for.send("task-succeeded", uuid=staying.popleft()[1], runtime=STAYS_S, result="None")
        time.sleep(0.005)
print(json.dumps({"sent": sent_at, "events": events}), flush=True)
