"""The start-up steps of a stack."""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from timelapse.project.stack import processes
from timelapse.project.stack.errors import StackError
from timelapse.project.stack.home import write_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from timelapse.project.stack.child import Child
    from timelapse.project.stack.supervisor import Supervisor

#: Time limit for a server's first answer, seconds; generous for a Raspberry Pi.
ANSWERS_WITHIN = 60.0
_POLL = 0.05


def boot_valkey(supervisor: Supervisor, home: Path) -> None:
    """Start Valkey unless REDIS_URL is set, and wait until it answers."""
    started = processes.valkey(home)
    if started is not None:
        child, url = started
        os.environ["REDIS_URL"] = url
        supervisor.start(child, stop_last=True)
        _await_valkey(url, lambda: supervisor.require(child))
        write_private(home / "valkey" / "url", url)
    else:
        _await_valkey(os.environ["REDIS_URL"], lambda: None)


def running_valkey(home: Path) -> str | None:
    """Return the URL of the Valkey of a stack running in this home; None if none answers."""
    import redis  # noqa: PLC0415 - only after the command line is known to be right

    try:
        url = (home / "valkey" / "url").read_text()
        with redis.Redis.from_url(url, socket_connect_timeout=1) as client:
            client.ping()
    except (OSError, redis.exceptions.RedisError):
        return None
    return url


def _await_valkey(url: str, check_running: Callable[[], None]) -> None:
    import redis  # noqa: PLC0415 - only after the command line is known to be right

    client = redis.Redis.from_url(url, socket_connect_timeout=1)
    deadline = time.monotonic() + ANSWERS_WITHIN
    while True:
        try:
            client.ping()
        except redis.exceptions.RedisError as error:
            check_running()
            if time.monotonic() > deadline:
                msg = f"Valkey does not answer at {url.rpartition('@')[2]}: {error}. Is REDIS_URL right?"
                raise StackError(msg) from error
            time.sleep(_POLL)
        else:
            client.close()
            return


def boot_django(home: Path) -> None:
    """Set Django up in this process and bring the database up to date.

    Raises:
        StackError: the database can't be used.
    """
    os.environ["TIMELAPSE_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "timelapse.project.settings")
    import django  # noqa: PLC0415 - settings are read here, once the environment is complete
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import DatabaseError, connections  # noqa: PLC0415

    django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("migrate", "eliot_progress", database="log", verbosity=0, interactive=False)
    except DatabaseError as error:
        msg = (
            f"The database can't be used: {error}. "
            "Are DATABASE_URL and LOG_DATABASE_URL right, and the disk not full?"
        )
        raise StackError(msg) from error
    finally:
        connections.close_all()  # children are forked from here


def _await_web(supervisor: Supervisor, web: Child, address: str) -> None:
    """Wait until the web server answers.

    Raises:
        StackError: it ended, or did not answer in time.
    """
    deadline = time.monotonic() + ANSWERS_WITHIN
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own loopback address
                return
        except urllib.error.HTTPError:
            return  # an error page is an answer too
        except OSError as error:
            supervisor.require(web)
            if time.monotonic() > deadline:
                msg = f"The web server does not answer at {address}; see {web.log}."
                raise StackError(msg) from error
            time.sleep(_POLL)


def boot_servers(supervisor: Supervisor, home: Path, port: int) -> str:
    """Start web server, workers and beat; return the web server's URL once it answers."""
    address = f"http://127.0.0.1:{port}"
    web = supervisor.start(processes.web(home, port))
    for queue in ("render", "chores"):
        supervisor.start(processes.worker(home, queue))
    supervisor.start(processes.beat(home))
    _await_web(supervisor, web, f"{address}/")
    return address
