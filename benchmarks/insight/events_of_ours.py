"""Our collector, which also saves its state each second."""
# ruff: noqa: SLF001 - it counts inside

from __future__ import annotations

import os
import sys
import threading

from celery import Celery
from counting import Counter

from queue_insight.collector import Collector
from queue_insight.conf import Settings
from queue_insight.stores.redis import RedisStore

url, exchange = sys.argv[1:]
store_url = os.environ.get("STORE_URL", url)
app = Celery(broker=url, set_as_current=False)
app.conf.event_exchange = exchange
collector = Collector(
    app, RedisStore(store_url, key_prefix="bench"), settings=Settings(INSPECT_INTERVAL_S=3600.0)
)
counter = Counter()
apply = collector._tracker.apply


def counted(received, now):  # noqa: ANN001, ANN201
    apply(received, now)
    counter.add(len(received.events))


collector._tracker.apply = counted  # type: ignore[method-assign]
threading.Thread(target=collector.run, args=(threading.Event(),), daemon=True).start()
counter.serve(lambda: collector._tracker.connected_since is not None)
