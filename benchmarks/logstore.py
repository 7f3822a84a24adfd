"""The log in the database: import speed, size, search.

``python benchmarks/logstore.py [--json] [--messages N]``: one writer imports a log of N messages (default:
50,000; the goals are for 1,000,000) on SQLite and on PostgreSQL, compared with a bare ``executemany`` of the
same lines into one table with the same unique key. Then pages of it are searched. The last line of ``--json``
is one object; without it a table is printed.
"""
# ruff: noqa: PLC0415 - models can be imported only once Django is set up, and have no names before

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import parts

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGES = 50_000
PER_TASK = 20
BATCH = 4_000
PAGES = 9
PARTS = ("sqlite", "postgresql")
_PEER = "INSERT INTO peer (causal_id, path, body) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--part", choices=PARTS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(run_part(options.part, options.messages)))
        return
    cases = [case for part in PARTS for case in parts.run_part(part, "--messages", str(options.messages))]
    parts.show("logstore", cases, as_json=options.json)


def case(
    name: str, ours: float, unit: str, goal: float, *, peer: float | None = None, better: str = "lower"
) -> dict[str, Any]:
    return {
        "case": name,
        "ours": round(ours, 1),
        "peer": None if peer is None else round(peer, 1),
        "unit": unit,
        "ratio": None if not peer else round(ours / peer, 3),
        "goal": goal,
        "better": better,
    }


# --- the log ------------------------------------------------------------------------------------------------


def log(messages: int) -> Iterator[dict[str, object]]:
    """Yield the messages of requests that start a rendering task, which sometimes fails."""
    rng = random.Random(7)
    for number in range(messages // PER_TASK):
        yield from one_task(number, str(UUID(int=rng.getrandbits(128))), failed=rng.random() < 0.05)


def one_task(number: int, uuid: str, *, failed: bool) -> Iterator[dict[str, object]]:
    at = 1_700_000_000 + number * 2.0

    def message(level: list[int], after: float, **fields: object) -> dict[str, object]:
        return {"task_uuid": uuid, "task_level": level, "timestamp": at + after, **fields}

    end = {"action_status": "failed" if failed else "succeeded"}
    if failed:
        end |= {"reason": "No space left on device", "exception": "builtins.OSError"}
    started = {"action_status": "started"}
    yield message(
        [1], 0, action_type="http:request", **started, method="POST", path=f"/movies/{number}/render"
    )
    yield message([2], 0.01, message_type="plan:chosen", frames=number % 900, movie=number, quality="high")
    yield message(
        [3, 1], 0.1, action_type="celery:task", **started, task="rendering.render_movie", queue="render"
    )
    yield message(
        [3, 2, 1], 0.2, action_type="render:movie", **started, movie=number, about=f"app.Movie:{number}"
    )
    for seq in range(1, 12):
        yield message(
            [3, 2, seq + 1], 0.2 + seq / 10, message_type="progress", v=1, of="render:movie", seq=seq,
            description=f"Rendering movie {number}", about=f"app.Movie:{number}", unit="frame",
            done=seq * 25, total=300, rate=24.8, started_at=at + 0.2, heartbeat_at=at + 0.2 + seq / 10,
            advanced_at=at + 0.2 + seq / 10, next_by=at + 5, grace_s=5.0,
        )  # fmt: skip
    yield message(
        [3, 2, 13, 1], 1.4, action_type="encode:file", **started, file=f"/srv/movies/movie_{number}.mp4"
    )
    yield message([3, 2, 13, 2], 1.6, action_type="encode:file", **end)
    yield message([3, 2, 14], 1.7, action_type="render:movie", **end)
    yield message([3, 3], 1.8, action_type="celery:task", **end)
    yield message([4], 0.3, action_type="http:request", action_status="succeeded", status_code=202)


# --- one database -------------------------------------------------------------------------------------------


def run_part(part: str, messages: int) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        path = Path(folder) / "log.jsonl"
        with path.open("w") as file:
            file.writelines(json.dumps(message) + "\n" for message in log(messages))
        found = [*imported(part, path), *searched(part, messages)]
        from django.db import connections

        connections.close_all()
    return found


def set_up(folder: str) -> None:
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={"default": parts.database(folder)},
        INSTALLED_APPS=["eliot_progress.django"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    identity = "bigserial" if connection.vendor == "postgresql" else "integer"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE peer (id {identity} PRIMARY KEY, causal_id varchar(32) NOT NULL,"
            " path text NOT NULL, body text NOT NULL, UNIQUE (causal_id, path))"
        )


def imported(part: str, path: Path) -> list[dict[str, Any]]:
    from eliot_progress.django.models import LogMessage

    empty = size()
    peer_s, peer_texts, count = bare(path)
    with_peer = size()
    wall_s, cpu_s = ours(path)
    taken = size() - with_peer
    if LogMessage.objects.count() != count:
        raise SystemExit(f"{LogMessage.objects.count()} of {count} messages were stored.")
    texts = sum(len(body.encode()) for body in LogMessage.objects.values_list("body", flat=True).iterator())
    extra, peer_extra = (taken - texts) / count, (with_peer - empty - peer_texts) / count
    return [
        case(f"{part}: import", count / wall_s, "messages/s", 5000, peer=count / peer_s, better="higher"),
        case(f"{part}: the writer's processor time for a message", cpu_s / count * 1e6, "us", 200),
        case(f"{part}: a message's text, on average", texts / count, "bytes", 1000),
        case(f"{part}: a message's size in addition to its text", extra, "bytes", 1000, peer=peer_extra),
    ]


def bare(path: Path) -> tuple[float, int, int]:
    """Return the peer's seconds, bytes of text and number of messages."""
    from django.db import connection, transaction

    started, texts, count = time.perf_counter(), 0, 0
    lines = path.read_bytes().splitlines()
    for start in range(0, len(lines), BATCH):
        rows = []
        for line in lines[start : start + BATCH]:
            message = json.loads(line)
            level = "/".join(map(str, message["task_level"]))
            rows.append((message["task_uuid"].replace("-", ""), level, line.decode()))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(_PEER, rows)
        texts += sum(len(row[2]) for row in rows)
        count += len(rows)
    return time.perf_counter() - started, texts, count


def ours(path: Path) -> tuple[float, float]:
    """Return the elapsed seconds and this process's processor time."""
    from eliot_progress.django.ingest import Ingest

    wall, cpu = time.perf_counter(), time.process_time()
    ingest = Ingest([path])
    while ingest.step():
        pass
    return time.perf_counter() - wall, time.process_time() - cpu


def size() -> int:
    """Return the size of the database in bytes."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
        cursor.execute("PRAGMA page_count")
        pages = int(cursor.fetchone()[0])
        cursor.execute("PRAGMA page_size")
        return pages * int(cursor.fetchone()[0])


def searched(part: str, messages: int) -> list[dict[str, Any]]:
    """Return the median milliseconds to find a page of 50 hits, by kind of search."""
    from django.db import connection

    from eliot_progress.django.models import LogAction
    from eliot_progress.django.search import Query, find

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    tasks = messages // PER_TASK
    numbers = [tasks * n // (PAGES + 1) for n in range(1, PAGES + 1)]
    roots = list(LogAction.objects.filter(parent=None).order_by("id").values_list("causal_id", flat=True))
    searches = {
        "a rare word": [Query(text=f"movie_{n}.mp4") for n in numbers],
        "a word of every twentieth task": [Query(text="space device") for _ in numbers],
        "a word of every second message": [Query(text="frame rendering") for _ in numbers],
        "a field's value": [Query(text=f"movie={n}") for n in numbers],
        "a frequent field's value": [Query(text=f"done={n % 11 * 25 + 25}") for n in numbers],
        "a causal id": [Query(causal_id=roots[n]) for n in numbers],
        "failed actions": [Query(status="failed") for _ in numbers],
        "the slowest": [Query(min_duration_s=1.0) for _ in numbers],
    }
    cases = []
    for name, queries in searches.items():
        times = []
        for query in queries:
            started = time.perf_counter()
            if not find(query, limit=50).hits:
                raise SystemExit(f"{query} finds nothing.")
            times.append((time.perf_counter() - started) * 1000)
        cases.append(case(f"{part}: a page of {messages:,}, by {name}", statistics.median(times), "ms", 200))
    return cases


if __name__ == "__main__":
    main()
