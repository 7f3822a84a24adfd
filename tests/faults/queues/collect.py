"""A collector in a process of its own, as `manage.py queue_insight collect` runs it."""

from __future__ import annotations

import signal
import sys
import threading

from celery import Celery

from queue_insight.collector import Collector
from queue_insight.conf import Settings
from queue_insight.stores.redis import RedisStore


def main(broker: str, store: str, management_url: str) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    settings = Settings(SAVE_INTERVAL_S=0.5, INSPECT_INTERVAL_S=3.0, RABBITMQ_MANAGEMENT_URL=management_url)
    Collector(Celery(broker=broker, set_as_current=False), RedisStore(store), settings=settings).run(stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
