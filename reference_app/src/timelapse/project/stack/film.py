"""``timelapse film``: footage in, movie out, through the whole stack without a browser."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from timelapse.project.stack import boot
from timelapse.project.stack.errors import StackError, Stopped
from timelapse.project.stack.footage import replay
from timelapse.project.stack.home import claimed
from timelapse.project.stack.ports import free_port
from timelapse.project.stack.signals import stopping_on_signals
from timelapse.project.stack.supervisor import Supervisor, supervised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from timelapse.project.stack.studio import Take

_LOOK_EVERY = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to film, and the movie to make of it."""

    footage: Path
    out: Path
    #: Frames per second.
    fps: float
    #: Width and height in pixels.
    size: tuple[int, int]


def film(home: Path, order: Order) -> None:
    """Film the footage and write the movie; a summary is printed at the end.

    Raises:
        StackError: nothing was written; the message says why and what to do.
    """
    _require_place(order.out)
    if not order.footage.exists():
        msg = f"There is no {order.footage}. Give a folder of pictures, or a video file."
        raise StackError(msg)
    started = time.monotonic()
    console = Console(stderr=True)
    with (
        stopping_on_signals(),
        _workplace(home) as work,
        claimed(work),
        supervised(console.print) as supervisor,
    ):
        try:
            address = _boot(supervisor, work)
            with _bars(console) as bars:
                take = _film(supervisor, work, address, bars, order)
        except Stopped as stopped:
            msg = f"Stopped; {order.out} was not written."
            raise StackError(msg) from stopped
    width, height = order.size
    print(  # noqa: T201 - the summary is the command's output
        f"{order.out}: {take.frames} frames, {take.duration:.2f} s at {order.fps:g} fps, {width}x{height}, "
        f"{order.out.stat().st_size / 1e6:.1f} MB, made in {time.monotonic() - started:.1f} s"
    )


def _require_place(out: Path) -> None:
    if out.suffix.lower() != ".mp4":
        msg = f"The movie is an MP4: give --out a name that ends in .mp4, not {out.name}."
        raise StackError(msg)
    if not out.parent.is_dir():
        msg = f"There is no folder {out.parent}. Make it, or give another --out."
        raise StackError(msg)
    if out.is_dir() or not os.access(out.parent, os.W_OK):
        msg = f"Can't write {out}. Give another --out."
        raise StackError(msg)


@contextmanager
def _workplace(home: Path) -> Iterator[Path]:
    """Give a home of its own, thrown away at the end, so that filming goes on beside a running stack."""
    folder = home / "film"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=folder))
    except OSError as error:
        msg = f"Can't write to {home}: {error.strerror}. Set TIMELAPSE_HOME to a folder with room."
        raise StackError(msg) from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _boot(supervisor: Supervisor, work: Path) -> str:
    for url in ("DATABASE_URL", "REDIS_URL", "BROKER_URL"):
        os.environ.pop(url, None)  # a home of its own: nothing of a deployment's is touched
    port = free_port()
    boot.boot_valkey(supervisor, work)
    boot.boot_django(work)
    return boot.boot_servers(supervisor, work, port)


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _film(supervisor: Supervisor, work: Path, address: str, bars: Progress, order: Order) -> Take:
    from timelapse.project.stack.studio import Studio  # noqa: PLC0415 - Django is set up only now

    studio = Studio.open(order.footage.name)
    uploading, rendering = (bars.add_task(name, total=None) for name in ("Uploading", "Rendering"))
    refused = replay(work, address, studio.token, order.footage, _bar(bars, uploading))
    studio.start_movie(order.fps, order.size)
    while not (take := studio.look(_bar(bars, rendering))).ended:
        supervisor.tend()
        time.sleep(_LOOK_EVERY)
    for name, reason in (*refused, *take.left_out):
        bars.console.print(f"Left out {name}: {reason}", highlight=False, soft_wrap=True)
    if take.failure:
        raise StackError(take.failure)
    _deliver(take.path, order.out)
    return take


def _bar(bars: Progress, bar: TaskID) -> Callable[[float, float | None], None]:
    return lambda done, total: bars.update(bar, completed=done, total=total)


def _deliver(movie: Path, out: Path) -> None:
    """Copy beside the target and rename: whoever looks sees the old file or the whole new one."""
    part = out.with_name(f".{out.name}.part")
    try:
        shutil.copyfile(movie, part)
        part.replace(out)
    except OSError as error:
        msg = f"Can't write {out}: {error.strerror}. Make room, or give another --out."
        raise StackError(msg) from error
    finally:
        part.unlink(missing_ok=True)
