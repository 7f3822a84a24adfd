"""From agent to store, compared with a bare loop: ``python benchmarks/ingest.py [--json] [--rounds N]``.

*Ours* is the real agent (``camera-agent run --once``: driver's process, spool with fsync, upload) and the
real web server with its database: sha-256, decoding, thumbnail, fsync, row, events for viewers. The *peer*
does only the unavoidable with as many processes: one sends each frame by HTTP PUT, one receives, hashes,
fully decodes and writes it and calls fsync. Frames are 12 megapixels in about 3 MB. Rounds alternate, medians
are compared, and rates are measured from the first to the last stored frame, which excludes the start.
"""
# ruff: noqa: PLC0415 - what needs Django can be imported only once it is set up

from __future__ import annotations

import argparse
import hashlib
import http.client
import io
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import simplejpeg
from PIL import Image

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SIZE = (4000, 3000)
TICK = os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ingest-benchmark-") as folder:
        work = Path(folder)
        source = make_frames(work / "source", options.frames)
        with closing(App(work / "app")) as app:
            rounds = [(app.round(source), bare_round(source, work / "bare")) for _ in range(options.rounds)]
    report(rounds, as_json=options.json)
    return 0


def make_frames(folder: Path, count: int) -> list[Path]:
    """Write pictures that are smooth with some grain, as landscapes are: about 3 MB each."""
    folder.mkdir()
    random = np.random.default_rng(1)
    coarse = Image.fromarray(random.integers(0, 256, (30, 40, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize(SIZE, Image.Resampling.BICUBIC), dtype=np.int16)
    grainy = np.clip(smooth + random.normal(0, 6, (SIZE[1], SIZE[0], 1)).astype(np.int16), 0, 255)
    written = io.BytesIO()
    Image.fromarray(grainy.astype(np.uint8)).save(written, "JPEG", quality=80)
    jpeg = written.getvalue()
    for number in range(count):
        # The number after the end of the picture makes each file unique.
        (folder / f"{number:04d}.jpg").write_bytes(jpeg + f"{number:08d}".encode())
    return sorted(folder.iterdir())


class App:
    """The web server with Valkey and SQLite, and a camera."""

    def __init__(self, home: Path) -> None:
        (home / "log").mkdir(parents=True)
        os.environ |= {"TIMELAPSE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "timelapse.project.settings"}
        os.environ.pop("REDIS_URL", None)
        from timelapse.project.stack import processes
        from timelapse.project.stack.ports import free_port

        started = processes.valkey(home)
        assert started is not None
        self._valkey, os.environ["REDIS_URL"] = started
        self._valkey.start()
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        self._home, self._port = home, free_port()
        self._web = processes.web(home, self._port)
        self._web.start()
        self._wait_until_ready()

    def round(self, source: list[Path]) -> dict[str, float]:
        """Send all frames from a new camera; return frames per second and the server's CPU time per frame."""
        from timelapse.cameras.actions import enrol
        from timelapse.frames.models import Frame

        enrolment = enrol("Benchmark", driver="replay")
        agent = self._home / f"agent-{enrolment.camera.pk}"
        agent.mkdir()
        (agent / "token").write_text(enrolment.token)
        before = self._cpu_s()
        address = f"http://127.0.0.1:{self._port}"
        (agent / "identity.json").write_text(json.dumps({"server": address}))
        command = [sys.executable, "-m", "camera_agent", "run", "--home", str(agent), "--server", address]
        command += ["--driver", "replay", "--source", str(source[0].parent), "--once"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        cpu_s = self._cpu_s() - before
        times = sorted(frame.received_at for frame in Frame.objects.filter(camera=enrolment.camera))
        assert len(times) == len(source)
        shutil.rmtree(agent)
        rate = (len(times) - 1) / (times[-1] - times[0]).total_seconds()
        return {"rate": rate, "cpu_ms": cpu_s / len(times) * 1000}

    def close(self) -> None:
        """Stop the processes."""
        self._web.kill()
        self._valkey.kill()

    def _cpu_s(self) -> float:
        assert self._web.process is not None
        fields = Path(f"/proc/{self._web.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)) as link:
                    link.request("OPTIONS", "/agent/v1/captures")
                    link.getresponse().read()
                    return
            except OSError:
                assert time.monotonic() < deadline, self._web.log_tail()
                time.sleep(0.05)


def bare_round(source: list[Path], store: Path) -> dict[str, float]:
    """Return the bare loop's frames per second and the receiving process's CPU time per frame."""
    store.mkdir()
    mine, theirs = get_context("spawn").Pipe()
    receiver = get_context("spawn").Process(target=receive_frames, args=(theirs, store, len(source)))
    receiver.start()
    with closing(http.client.HTTPConnection("127.0.0.1", mine.recv(), blocksize=1 << 16)) as link:
        started = 0.0
        for path in source:
            with path.open("rb") as file:
                link.request("PUT", f"/{path.name}", file, {"Content-Length": str(path.stat().st_size)})
                link.getresponse().read()
            started = started or time.perf_counter()
        elapsed = time.perf_counter() - started
    cpu_s = mine.recv()
    receiver.join()
    shutil.rmtree(store)
    return {"rate": (len(source) - 1) / elapsed, "cpu_ms": cpu_s / len(source) * 1000}


def receive_frames(to: Connection, store: Path, count: int) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    to.send(server.getsockname()[1])
    link, _ = server.accept()
    stream = link.makefile("rb", 1 << 16)
    before = time.process_time()
    for _ in range(count):
        name, length = stream.readline().split()[1].decode(), 0
        while (line := stream.readline().strip()) != b"":
            if line.lower().startswith(b"content-length"):
                length = int(line.partition(b":")[2])
        data = stream.read(length)
        hashlib.sha256(data).hexdigest()
        simplejpeg.decode_jpeg(data)
        with (store / name.strip("/")).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        link.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
    to.send(time.process_time() - before)


def report(rounds: list[tuple[dict[str, float], dict[str, float]]], *, as_json: bool) -> None:
    def median(values: list[float]) -> float:
        return round(statistics.median(values), 2)

    cases: list[dict[str, Any]] = [
        {
            "case": "agent to store / bare loop",
            "ours": median([ours["rate"] for ours, _ in rounds]),
            "peer": median([peer["rate"] for _, peer in rounds]),
            "unit": "frames/s",
            "ratio": median([ours["rate"] / peer["rate"] for ours, peer in rounds]),
            "goal": 0.6,
            "better": "higher",
        },
        {
            "case": "server's CPU per frame / bare loop's",
            "ours": median([ours["cpu_ms"] for ours, _ in rounds]),
            "peer": median([peer["cpu_ms"] for _, peer in rounds]),
            "unit": "ms",
            "ratio": median([ours["cpu_ms"] / peer["cpu_ms"] for ours, peer in rounds]),
            "goal": None,
            "better": "lower",
        },
    ]
    if as_json:
        machine = f"{platform.machine()} {os.cpu_count()} cores, Python {platform.python_version()}"
        print(json.dumps({"name": "ingest", "machine": machine, "cases": cases}))
        return
    for c in cases:
        goal = f"goal >= {c['goal']}" if c["goal"] else ""
        measured = f"ours {c['ours']:>8} peer {c['peer']:>8} {c['unit']:<9}"
        print(f"{c['case']:<52} {measured} ratio {c['ratio']:>5} {goal}")


if __name__ == "__main__":
    sys.exit(main())
