"""The agent's cost on a small machine: ``python benchmarks/agent.py [--json] [--rounds N] [--backlog N]``.

Import time (the fastest of several) and memory are those of new processes. The spool is compared in turns
with a bare loop that writes, calls fsync and renames, and with one that makes name and row durable, too. The
agent's own uploader delivers a backlog of 30 days (43,200 small captures) to a server that accepts all and
stores nothing, and its memory is measured meanwhile. On a busy machine only the ratios are meaningful.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from camera_agent.delivery.uploader import UploadAttempt, Uploader
from camera_agent.host.clock import Clock
from camera_agent.remote.client import Client
from camera_agent.spool.files import sync_folder
from camera_agent.spool.store import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

QUEUED = 260_000
FRAME_BYTES = 3_000_000
ROW = """
INSERT INTO captures (capture, filename, filetype, size, sha256, wall_ns, clock, boot, monotonic_ns, exposure)
VALUES (?, 'x.jpg', 'image/jpeg', {size}, '', 1, 'synced', 'b', 1, '{{}}')
"""
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nUpload-Offset: 2048\r\nCapture-Status: stored\r\n\r\n"
RATIOS = ("spool_ratio", "spool_durable_ratio")
GOALS = {
    "import_s": 0.3,
    "idle_rss_mib": 40,
    "pick_us": 200,
    "drain_growth_mib": 4,
    **dict.fromkeys(RATIOS, 0.9),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--backlog", type=int, default=43_200)
    parser.add_argument("--child", choices=["drain"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(drain(options.folder, options.backlog)))
        return 0
    with tempfile.TemporaryDirectory(prefix="agent-benchmark-") as folder:
        work = Path(folder)
        found = {
            "import_s": min(import_s(work / "bytecode") for _ in range(2 * options.rounds + 1)),
            "idle_rss_mib": idle_rss_mib(work / "home"),
            **pick(work / "queue"),
            **spool(work / "spool", options.rounds),
            **in_child("drain", work / "drain", options.backlog),
        }
    report(found, as_json=options.json)
    return 0


def import_s(bytecode: Path) -> float:
    """Return the seconds to import `camera-agent run`, without the interpreter's start.

    Modules are compiled after the first import, as in an installation, even if this environment says
    otherwise.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def started(code: str) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        return time.perf_counter() - begun

    return started("import camera_agent.cli, camera_agent.cli.capture") - started("pass")


def idle_rss_mib(home: Path) -> float:
    """Return the memory of the real command after some heartbeats, with an interval of one hour."""
    home.mkdir()
    (home / "identity.json").write_text(json.dumps({"server": "http://127.0.0.1:9"}))
    (home / "token").write_text("benchmark\n")
    command = [sys.executable, "-m", "camera_agent", "run", "--home", str(home), "--interval", "3600"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as agent:
        try:
            deadline, beats = time.monotonic() + 120, 0
            while beats < 3 and time.monotonic() < deadline:
                time.sleep(1)
                beats = _beats(home)
            return rss_mib(agent.pid)
        finally:
            agent.terminate()


def _beats(home: Path) -> int:
    try:
        return int(json.loads((home / "status.json").read_text())["seq"])
    except (OSError, ValueError, KeyError):
        return 0


def rss_mib(pid: int | str = "self") -> float:
    """Return the resident memory of a process in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def pick(folder: Path) -> dict[str, float]:
    """Return the microseconds to pick the next capture of a long queue, and the queue's memory."""
    before = rss_mib()
    with closing(Spool(folder)) as queue:
        with queue.index.transaction() as index:
            index.executemany(
                ROW.format(size=1),
                ((f"cam-{number:08d}",) for number in range(QUEUED)),
            )
        times = []
        for _ in range(500):
            begun = time.perf_counter()
            capture = queue.claim()
            times.append(time.perf_counter() - begun)
            assert capture is not None
            queue.release(capture)
        return {
            "pick_us": round(statistics.median(times) * 1e6, 1),
            "pick_p99_us": round(statistics.quantiles(times, n=100)[98] * 1e6, 1),
            "queue_rss_mib": round(rss_mib() - before, 1),
        }


def spool(folder: Path, rounds: int) -> dict[str, float]:
    """Return the frames of 3 MB per second that the spool stores, and that a bare loop stores.

    After a bare rename a power failure may still lose the name, and no digest is known. A second peer
    therefore hashes the picture and makes name and row durable, too.
    """
    content, clock = os.urandom(FRAME_BYTES), Clock()
    (folder / "bare").mkdir(parents=True)
    with (
        closing(Spool(folder / "ours")) as kept,
        closing(sqlite3.connect(folder / "rows.sqlite3", isolation_level=None)) as rows,
    ):
        for statement in ("journal_mode = WAL", "synchronous = FULL"):
            rows.execute(f"PRAGMA {statement}")
        rows.execute("CREATE TABLE rows (name, sha256)")

        def ours(number: int) -> None:
            capture = kept.incoming / "capture"
            capture.write_bytes(content)
            about: dict[str, Any] = {"filename": "x.jpg", "filetype": "image/jpeg", "exposure": {}}
            kept.put(capture, capture=f"capture-{number:08d}", captured_at=clock.now(), **about)

        def bare(number: int, name: str = "bare") -> None:
            capture = folder / "bare" / "capture"
            with capture.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            capture.rename(folder / "bare" / f"{name}-{number}")

        def durable(number: int) -> None:
            bare(number, "durable")
            sync_folder(folder / "bare")
            rows.execute("INSERT INTO rows VALUES (?, ?)", (number, hashlib.sha256(content).hexdigest()))

        seconds = in_turns((ours, bare, durable), 20 * rounds)
    return {
        "spool_per_s": round(1 / seconds[0], 1),
        "bare_per_s": round(1 / seconds[1], 1),
        "durable_per_s": round(1 / seconds[2], 1),
        "spool_ratio": round(seconds[1] / seconds[0], 2),
        "spool_durable_ratio": round(seconds[2] / seconds[0], 2),
    }


def in_turns(works: Sequence[Callable[[int], None]], count: int) -> list[float]:
    """Return the median seconds per call of each function, called in turns since a disk's speed varies.

    Each one is first equally often, because the next one pays for what the disk still has to write.
    """
    times: list[list[float]] = [[] for _ in works]
    for number in range(count):
        for turn in range(len(works)):
            who = (number + turn) % len(works) if number % 2 else (number - turn) % len(works)
            started = time.perf_counter()
            works[who](number)
            times[who].append(time.perf_counter() - started)
    return [statistics.median(taken) for taken in times]


def in_child(what: str, folder: Path, backlog: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", what, "--folder", str(folder), "--backlog", str(backlog)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def drain(folder: Path, backlog: int) -> dict[str, float]:
    """Deliver a backlog; return the memory after a tenth of it and its growth after that."""
    with closing(Spool(folder)) as queue, FakeServer() as server:
        fill(queue, backlog)
        stop, left = threading.Event(), [backlog]
        memory: list[float] = []

        def on_attempt(_attempt: UploadAttempt) -> None:
            left[0] -= 1
            if left[0] % max(1, backlog // 100) == 0 and left[0] < backlog * 0.9:
                memory.append(rss_mib())
            if left[0] == 0:
                stop.set()

        client = Client(server.url, token="benchmark")
        begun = time.perf_counter()
        Uploader(queue, client, stop=stop, token=lambda: "benchmark", on_attempt=on_attempt).run()
        took = time.perf_counter() - begun
        assert queue.counts().pending == 0
    return {
        "drained": backlog,
        "drain_per_s": round(backlog / took, 1),
        "drain_rss_mib": memory[0],
        "drain_growth_mib": round(max(memory) - memory[0], 1),
    }


def fill(queue: Spool, backlog: int) -> None:
    """Add captures of 2 KiB each in one transaction, since only their delivery is measured."""
    content = b"\xff\xd8\xff" + bytes(2045)
    for number in range(backlog):
        (queue.captures / f"cam-{number:08d}.jpg").write_bytes(content)
    with queue.index.transaction() as index:
        index.executemany(
            ROW.format(size=2048),
            ((f"cam-{number:08d}",) for number in range(backlog)),
        )


class FakeServer:
    """A server in a thread that responds `stored` to each request and stores nothing."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _serve(self) -> None:
        peer, _ = self._listening.accept()
        with peer, peer.makefile("rb") as reading:
            while True:
                length = 0
                while (line := reading.readline()) not in (b"\r\n", b""):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                if line == b"":
                    return
                reading.read(length)
                peer.sendall(ANSWER)


def report(found: dict[str, float], *, as_json: bool) -> None:
    goals = {name: {"goal": goal, "met": _met(name, found[name], goal)} for name, goal in GOALS.items()}
    if as_json:
        about = {"python": platform.python_version(), "cpus": os.cpu_count()}
        print(json.dumps({**about, **found, "goals": goals}, indent=2))
        return
    for name, value in found.items():
        goal = goals.get(name)
        suffix = "" if goal is None else f"   goal {goal['goal']}: {'met' if goal['met'] else 'NOT met'}"
        print(f"{name:18s} {value:10.3f}{suffix}")


def _met(name: str, value: float, goal: float) -> bool:
    return value >= goal if name in RATIOS else value <= goal


if __name__ == "__main__":
    sys.exit(main())
