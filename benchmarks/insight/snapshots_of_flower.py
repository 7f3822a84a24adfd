"""Flower's count of what waits in the queues."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from flower.utils.broker import Broker

url, _, *queues = sys.argv[1:]
print("{}", flush=True)


async def serve() -> None:
    for _ in sys.stdin:
        began = time.perf_counter()
        # As Flower's page of the broker does: one connection for each request.
        counts = await Broker(url).queues(queues)
        took = time.perf_counter() - began
        assert sum(each["messages"] for each in counts) == 50_000
        print(json.dumps({"ms": took * 1000}), flush=True)


asyncio.run(serve())
