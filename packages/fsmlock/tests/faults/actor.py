"""What one process does: take, check, write, lose, cancel and release, at random, until it is killed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from datetime import timedelta
from pathlib import Path

import django
import redis
from django.apps import apps
from django.utils.module_loading import import_string
from redis.backoff import NoBackoff
from redis.retry import Retry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
if not apps.ready:
    django.setup()

from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.test import override_settings

import fsmlock
from fsmlock import clock
from fsmlock.errors import FsmlockError
from fsmlock.iteration import execute
from fsmlock.models import Run
from tests.faults.history import Diary
from tests.shop import iterations
from tests.shop.models import Film, Frame, Room, Scan, Write

# What is imported only when it is used would be imported by every forked process anew.
with (
    contextlib.suppress(redis.ConnectionError),
    override_settings(
        CACHES={"fsmlock": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    ),
):
    import_string("fsmlock.backends.redis.RedisBackend")()
    redis.Redis(port=1, retry=Retry(NoBackoff(), 0)).ping()

LEASE = timedelta(milliseconds=600)
WAIT = timedelta(seconds=20)


def settings_for(world):
    connections["default"].settings_dict.update(world["database"])
    caches = {"fsmlock": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": world.get("valkey", "")}}
    override_settings(CACHES=caches, FSMLOCK={"BACKEND": world["backend"]}).enable()


def prepare(world):
    settings_for(world)
    call_command("migrate", run_syncdb=True, verbosity=0)
    diary = Diary(f"{world['folder']}/prepare.diary")
    for n in range(2):
        room = Room.objects.create(name=f"Room {n}")
        for m in range(2):
            film = Film.objects.create(name=f"Film {m}", room=room)
            frames = [Frame.objects.create(film=film) for _ in range(2)]
            scans = [Scan.objects.create(film=film)] if m == 0 else []
            for child, parent in [(film, room), *((below, film) for below in frames + scans)]:
                diary.moving(child, parent, 0.0)(0.0)


def act(world, number):
    settings_for(world)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    diary = Diary(f"{world['folder']}/{number}.diary")
    diary.write("started")
    rng = random.Random(number)
    films = list(Film.objects.select_related("room"))
    frames = list(Frame.objects.select_related("film__room"))
    rooms = list(Room.objects.all())
    # A server that forgets everything forgets what states keep, too, and no lease says for how long.
    scans = list(Scan.objects.values_list("pk", flat=True)) if world.get("scans", True) else []
    choices = [(f, lock) for f in films for lock in ("render", "render", "ingest")]
    choices += [(f, "process") for f in frames] + [(r, "clean") for r in rooms]
    choices += [([a, b], "render") for a in films for b in films if a.pk != b.pk]
    choices += [(f, "*") for f in frames[::2] + films[::2]]
    parents = {Frame: films, Film: rooms}
    expected = (
        fsmlock.CancelRequested,
        fsmlock.HoldLost,
        fsmlock.StoreUnavailable,
        OperationalError,
        redis.ConnectionError,
    )
    for pk in scans:  # a killed process left them in the state for which all others wait
        with contextlib.suppress(*expected, fsmlock.Refused):
            if Scan.objects.get(pk=pk).state != "ready":
                scan(diary, rng, pk, films)
    while True:
        obj, lock = rng.choice(choices)
        with contextlib.suppress(*expected):
            once(diary, rng, obj, lock, parents)
        if scans and rng.random() < 0.2:
            with contextlib.suppress(*expected, fsmlock.Refused):
                scan(diary, rng, rng.choice(scans), films)


def once(diary, rng, obj, lock, parents):
    policy = fsmlock.Wait(up_to=WAIT) if rng.random() < 0.8 else fsmlock.Fail()
    first = obj[0] if isinstance(obj, list) else obj
    try:
        held = fsmlock.hold(obj, lock, policy=policy, lease=LEASE).acquire()
    except fsmlock.HoldRefused:
        if isinstance(policy, fsmlock.Wait):
            diary.write("starved", str(obj), lock)
        return
    try:
        at = clock.now()
        held.check()
        diary.granted(held, at)
        # Now and then longer than the lease, so that it has to be renewed.
        until = clock.now() + (1.5 * LEASE.total_seconds() if rng.random() < 0.02 else rng.uniform(0, 0.012))
        while clock.now() < until:
            sure(diary, held)
            time.sleep(rng.uniform(0, 0.004))
        if lock == "render" and rng.random() < 0.5:
            write(held)
        if lock == "*":
            move(diary, held, first, rng.choice(parents[type(first)]))
        if rng.random() < 0.02:
            broke = diary.breaking(held.claim.requests[0].resource, lock, clock.now())
            fsmlock.break_hold(first, lock, by="chaos", why="test")
            broke(clock.now())
        sure(diary, held)
    finally:
        held.release()
    if rng.random() < 0.05:
        fsmlock.cancel(first, lock, by="chaos")


def write(held):
    with held.transaction():
        for want in held.claim.requests:
            Write.objects.create(resource=want.resource, token=held.tokens[want.resource])


def move(diary, held, child, parent):
    """Give the row of a child another parent. The instance in hand, used again, remembers the old one."""
    key = "film" if isinstance(child, Frame) else "room"
    end = diary.moving(child, parent, clock.now(), by=held.claim.id)
    try:
        with held.transaction():
            type(child).objects.filter(pk=child.pk).update(**{key: parent})
    except (fsmlock.HoldLost, fsmlock.CancelRequested):
        end(clock.now(), kind="stayed")
        raise
    end(clock.now())


def scan(diary, rng, pk, films):
    """Bring a scan into the state that keeps its lock, or out of it, and let it move meanwhile or with it."""
    obj = Scan.objects.get(pk=pk)
    if obj.state == "ready":
        with fsmlock.hold(obj, "scan", policy=fsmlock.Wait(up_to=WAIT), lease=LEASE):
            obj.refresh_from_db()
            enter(diary, obj, rng.choice([None, *films]))
        time.sleep(rng.uniform(0, 0.01))
    if rng.random() < 0.5:
        stray(diary, obj, rng.choice(films))
    leave(diary, obj, rng.choice([None, *films]))


def enter(diary, obj, film):
    if film is not None:
        obj.film = film
    ended = diary.entering(obj, clock.now())
    with moving(diary, obj):
        fsmlock.apply_transition(obj, "start")
    ended(Scan.objects.select_related("film").get(pk=obj.pk))


def leave(diary, obj, film):
    if film is not None:
        obj.film = film
    ended = diary.leaving(obj, clock.now())
    try:
        with moving(diary, obj):
            fsmlock.apply_transition(obj, "finish")
    finally:
        ended(clock.now())


def stray(diary, obj, film):
    """Try to move it while its state keeps the lock; held, so that nobody brings it there anew meanwhile."""
    with fsmlock.hold(obj, "*", within=fsmlock.state_hold(obj), lease=LEASE) as held:
        moved = Scan.objects.get(pk=obj.pk)
        moved.film = film
        with contextlib.suppress(fsmlock.TransitionRefused), moving(diary, moved), held.transaction():
            moved.save(update_fields=["film"])


@contextlib.contextmanager
def moving(diary, obj):
    """A save that writes the parent of the instance."""
    end = diary.moving(obj, obj.film, clock.now())
    try:
        yield
    except FsmlockError:
        end(clock.now(), kind="stayed")
        raise
    end(clock.now())


def sure(diary, held):
    """At this moment, read before the check, the hold was ours."""
    at = clock.now()
    held.check()
    diary.write("sure", held.claim.id, at)


def enqueue(world, name, count):
    settings_for(world)
    made = getattr(iterations, name).enqueue(path=f"{world['folder']}/lines", count=count)
    Path(f"{world['folder']}/pk").write_text(str(made.pk))


def execute_run(world, run):
    settings_for(world)
    found = Run.objects.get(pk=run)
    execute(
        found, on_progress=lambda event: Diary(f"{world['folder']}/steps.log").write(event.done, event.state)
    )
    connection.close()


def change_state(world, number):
    """Five random transitions on the one film, each on an instance that may be stale."""
    settings_for(world)
    diary = Diary(f"{world['folder']}/{number}.changes")
    rng = random.Random(number)
    for _ in range(5):
        film = Film.objects.first()
        time.sleep(rng.uniform(0, 0.002))
        name = rng.choice(["initialise", "start_deleting", "fail", "recover", "finish_deleting"])
        before = film.state
        with contextlib.suppress(fsmlock.TransitionRefused, OperationalError):
            fsmlock.apply_transition(film, name)
            diary.write(name, before, film.state)
