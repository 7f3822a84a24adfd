"""The overview of our package."""

from __future__ import annotations

import json
import sys
import time

from celery import Celery

from queue_insight import snapshot
from queue_insight.stores.redis import RedisStore

url, _, *queues = sys.argv[1:]
app = Celery(broker=url, set_as_current=False)
app.conf.task_routes = {f"task-{queue}": {"queue": queue} for queue in queues}
app.conf.task_default_queue = queues[0]
store = RedisStore(url, key_prefix="bench")
print("{}", flush=True)
for _ in sys.stdin:
    began = time.perf_counter()
    now = snapshot(app, store=store, tasks=(), peek=1)
    took = time.perf_counter() - began
    assert sum(queue.depth for queue in now.queues) == 50_000
    print(json.dumps({"ms": took * 1000}), flush=True)
