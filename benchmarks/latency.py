"""From `p.advance()` in a process of the reference app to the page: with one viewer, and with a hundred.

Usage: python benchmarks/latency.py [--json] [--updates N] [--viewers N]

One viewer is Chromium at the operations page: a MutationObserver records when a count is in the DOM (not yet
painted). The others are websockets with the page's subscriptions. Emitter and viewers share one machine's
clock; the page's is read in whole milliseconds. Reports are sampled every 100 ms by design, so that a count
waits 50 ms on average, and of two in one sample the first is never shown; each count that is shown is
measured.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import re
import statistics
import sys
import time
from typing import TYPE_CHECKING

from browser import chromium_page
from latency import ROOT, Stack, answer, emitter, go, stack
from websockets.asyncio.client import ClientConnection, connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

#: Maximum seconds to wait for the last count.
LAST_S = 60
OBSERVE = """() => {
  window.seen = {};
  const observe = () => {
    const now = Date.now();
    for (const bar of document.querySelectorAll("[data-testid=operation-progress]")) {
      const count = /^(\\d+) of/.exec(bar.getAttribute("aria-valuetext") ?? "");
      if (count) window.seen[count[1]] ??= now / 1000;
    }
  };
  new MutationObserver(observe).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
}"""

#: The subscriptions of the operations page, as written by its build.
PAGE = ROOT / "reference_app/ui/src/features/operations/__generated__"
SUBSCRIPTIONS = ("useInProgressUpdatesSubscription", "useOperationsUpdatesSubscription")

_Seen = dict[int, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument(
        "--updates", type=int, default=100, help="number of updates, ten a second (at most 999)"
    )
    parser.add_argument("--viewers", type=int, default=100, help="number of websockets")
    options = parser.parse_args()
    if not 1 <= options.updates <= 999 or options.viewers < 1:
        parser.error("--updates must be from 1 to 999, and --viewers at least 1.")
    with stack() as running:
        with signed_in(running) as page:
            (cookie,) = (each["value"] for each in page.context.cookies() if each["name"] == "sessionid")
            found = [case("the DOM of one viewer's Chromium", *to_page(running, page, options.updates), 150)]
        # Not before Playwright has ended, which runs its own event loop in this thread.
        sockets = asyncio.run(to_sockets(running, cookie, options.viewers, options.updates))
        found.append(case(f"the websockets of {options.viewers} viewers", *sockets, 300))
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    if options.json:
        print(json.dumps({"name": "latency", "machine": machine, "cases": found}))
    return 0


def case(name: str, sent: list[float], seen: list[_Seen], limit: float) -> dict[str, object]:
    """Return the figures of one case in milliseconds; `limit` applies to the 99th percentile."""
    took = [(at - sent[count - 1]) * 1000 for viewer in seen for count, at in viewer.items() if count]
    # A single value has no quantiles, so it is duplicated.
    percentiles = statistics.quantiles([*took, *took[:1]], n=100, method="inclusive")
    figures: dict[str, object] = {
        "case": f"advance to {name}, the slowest in a hundred, against its limit",
        "ours": round(percentiles[-1], 1),
        "peer": limit,
        "unit": "ms",
        "ratio": round(percentiles[-1] / limit, 4),
        "goal": 1.0,
        "better": "lower",
        "median": round(statistics.median(took), 1),
        "shown": len(took),
        "given": len(sent) * len(seen),
        "viewers_without_the_last": sum(len(sent) not in viewer for viewer in seen),
    }
    print(*(f"{name}: {value}" for name, value in figures.items()), sep=", ", file=sys.stderr, flush=True)
    return figures


@contextlib.contextmanager
def signed_in(running: Stack) -> Iterator[Page]:
    with chromium_page() as page:
        page.set_default_timeout(LAST_S * 1000)
        page.goto(running.address)
        page.get_by_label("Name").fill("admin")
        page.get_by_label("Password").fill(running.password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Home", level=1).wait_for()
        page.get_by_role("link", name="Operations").click()
        page.get_by_role("heading", name="Operations", level=1).wait_for()
        yield page


def to_page(running: Stack, page: Page, updates: int) -> tuple[list[float], list[_Seen]]:
    page.evaluate(OBSERVE)
    with emitter(running, updates) as process:
        page.get_by_test_id("operation-progress").wait_for()
        go(process)
        sent: list[float] = json.loads(answer(process))
        with contextlib.suppress(TimeoutError):
            page.wait_for_function("last => last in window.seen", arg=str(updates))
        seen = {int(count): at for count, at in page.evaluate("window.seen").items()}
    return sent, [seen]


async def to_sockets(
    running: Stack, cookie: str, viewers: int, updates: int
) -> tuple[list[float], list[_Seen]]:
    seen: list[_Seen] = [{} for _ in range(viewers)]
    with emitter(running, updates) as process:
        async with contextlib.AsyncExitStack() as open_sockets:
            opening = (open_sockets.enter_async_context(socket(running, cookie)) for _ in seen)
            sockets = await asyncio.gather(*opening)
            tasks = [
                asyncio.create_task(collect(each, counts, updates))
                for each, counts in zip(sockets, seen, strict=True)
            ]
            go(process)
            sent: list[float] = json.loads(await asyncio.to_thread(answer, process))
            await asyncio.wait(tasks, timeout=LAST_S)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    return sent, seen


@contextlib.asynccontextmanager
async def socket(running: Stack, cookie: str):  # noqa: ANN201 - an async iterator of one connection
    async with connect(
        running.address.replace("http", "ws", 1) + "/graphql",
        origin=running.address,  # type: ignore[arg-type] # a NewType of str
        subprotocols=["graphql-transport-ws"],  # type: ignore[list-item] # as above
        additional_headers={"Cookie": f"sessionid={cookie}"},
        open_timeout=LAST_S,
    ) as connection:
        await connection.send(json.dumps({"type": "connection_init"}))
        await connection.recv()
        for name in SUBSCRIPTIONS:
            request = {"id": name, "type": "subscribe", "payload": {"query": operation(name)}}
            await connection.send(json.dumps(request))
            await connection.recv()  # the snapshot, which the updates follow
        yield connection


def operation(name: str) -> str:
    found = re.search(r'"text": (".*")', (PAGE / f"{name}.graphql.ts").read_text())
    if found is None:
        raise RuntimeError(f"{PAGE} has no text of {name}.")
    return str(json.loads(found[1]))


async def collect(connection: ClientConnection, counts: _Seen, last: int) -> None:
    while last not in counts:
        message = json.loads(await connection.recv())
        now = time.time()
        if message["type"] == "ping":
            await connection.send(json.dumps({"type": "pong"}))
        if message["type"] == "next":
            update = message["payload"]["data"].get("inProgressUpdates")
            for task in update["changed"] if update else ():
                counts.setdefault(int(task["done"]), now)


if __name__ == "__main__":
    sys.exit(main())
