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
from fsmlock.iteration import execute
from fsmlock.models import Run
from tests.faults.history import Diary
from tests.shop import iterations
from tests.shop.models import Film, Frame, Room, Write

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
            for child, parent in [(film, room), *((frame, film) for frame in frames)]:
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
    while True:
        obj, lock = rng.choice(choices)
        with contextlib.suppress(*expected):
            once(diary, rng, obj, lock, parents)


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
    end = diary.moving(child, parent, clock.now())
    try:
        with held.transaction():
            type(child).objects.filter(pk=child.pk).update(**{key: parent})
    except (fsmlock.HoldLost, fsmlock.CancelRequested):
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
