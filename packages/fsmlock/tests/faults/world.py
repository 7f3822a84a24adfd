"""A database of its own for processes of our own, and processes that start fast."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import uuid
from contextlib import contextmanager

import psycopg
from django.conf import settings

SECONDS = float(os.environ.get("FSMLOCK_FAULT_SECONDS", "15"))
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.actor"])


@contextmanager
def database(folder):
    """Settings of an empty database that many processes can open."""
    configured = settings.DATABASES["default"]
    if configured["ENGINE"].endswith("sqlite3"):
        yield {"NAME": str(folder / "db.sqlite3"), "TEST": {}}
        return
    name = f"faults_{uuid.uuid4().hex[:12]}"
    where = {"host": configured["HOST"], "port": configured["PORT"], "user": configured["USER"]}
    where |= {
        "password": configured["PASSWORD"],
        "dbname": os.environ["DATABASE_URL"].rpartition("/")[2] or "postgres",
    }
    with psycopg.connect(**where, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield {"NAME": name}
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def start(target, *args):
    process = _context.Process(target=target, args=args, daemon=True)
    process.start()
    return process


def run(target, *args, within_s=60):
    process = start(target, *args)
    process.join(within_s)
    assert process.exitcode == 0, f"{target.__name__} ended with {process.exitcode}"


def chaos(rng, processes, respawn, seconds, over=lambda: False):
    """Kill some, stop some for longer than their lease, for a while or until over; then end them all."""
    until = time.monotonic() + seconds
    pause = threading.Event()
    try:
        while time.monotonic() < until and not over():
            pause.wait(rng.uniform(0.05, 0.35))
            number = rng.randrange(len(processes))
            assert processes[number].is_alive(), "a process ended by itself: its output says why"
            if rng.random() < 0.4:
                processes[number].kill()
                processes[number].join()
                processes[number] = respawn()
            else:
                os.kill(processes[number].pid, signal.SIGSTOP)
                pause.wait(rng.choice([0.1, 0.9]))
                os.kill(processes[number].pid, signal.SIGCONT)
    finally:
        for process in processes:
            process.kill()
            process.join()
