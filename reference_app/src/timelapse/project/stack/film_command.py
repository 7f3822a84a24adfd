"""``timelapse film``: footage in, movie out, through the whole stack without a browser."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from timelapse.project.stack import boot
from timelapse.project.stack.errors import StackError, Stopped
from timelapse.project.stack.film_bars import FilmBars, Step
from timelapse.project.stack.footage import look_into, replay
from timelapse.project.stack.home import locked_home
from timelapse.project.stack.ports import free_port
from timelapse.project.stack.signals import stopping_on_signals
from timelapse.project.stack.supervisor import Supervisor, supervised
from timelapse.rendering.domain import sound_too_large
from timelapse.rendering.pipeline.sound import NoSoundError
from timelapse.rendering.pipeline.sound_check import check_sound
from timelapse.shared.conf import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from timelapse.project.stack.film_options import FilmOptions, FilmSound
    from timelapse.project.stack.film_session import MovieStatus

_POLL_EVERY_S = 0.1


def film(home: Path, options: FilmOptions) -> None:
    """Upload the footage, render it and write the movie; print a summary.

    Raises:
        StackError: nothing was written; the message says why and what to do.
    """
    _require_writable(options.out)
    _require_valid(options)
    if not options.footage.exists():
        msg = f"There is no {options.footage}. Give a folder of pictures, or a video file."
        raise StackError(msg)
    if options.sound is not None:
        _require_sound(options.sound)
    started = time.monotonic()
    console = Console(stderr=True)
    with (
        stopping_on_signals(),
        _temporary_home(home) as work,
        _looked_into(work, options.footage),
        locked_home(work),
        supervised(console.print) as supervisor,
    ):
        try:
            address = _boot(supervisor, work)
            bars = FilmBars(console)
            with bars.progress:
                status = _film(supervisor, work, address, bars, options)
        except Stopped as stopped:
            msg = f"Stopped; {options.out} was not written."
            raise StackError(msg) from stopped
    width, height = status.size
    print(  # noqa: T201 - the summary is the command's output
        f"{options.out}: {status.frames} frames, {status.duration:.2f} s at {options.fps:g} fps, "
        f"{width}x{height}, {options.out.stat().st_size / 1e6:.1f} MB, "
        f"made in {time.monotonic() - started:.1f} s"
    )


def _require_writable(out: Path) -> None:
    if out.suffix.lower() != ".mp4":
        msg = f"The movie is an MP4: give --out a name that ends in .mp4, not {out.name}."
        raise StackError(msg)
    if not out.parent.is_dir():
        msg = f"There is no folder {out.parent}. Make it, or give another --out."
        raise StackError(msg)
    if out.is_dir() or not os.access(out.parent, os.W_OK):
        msg = f"Can't write {out}. Give another --out."
        raise StackError(msg)


def _require_valid(options: FilmOptions) -> None:
    wrong = options.selection.validation_errors() | options.style.validation_errors()
    if wrong:
        raise StackError(" ".join(f"{reason.message} {reason.remedy}" for reason in wrong.values()))


def _require_sound(sound: FilmSound) -> None:
    if not sound.path.is_file():
        msg = f"There is no file {sound.path}. Give --audio a file of sound."
        raise StackError(msg)
    limits = Settings(media_root=Path())
    if sound.path.stat().st_size > limits.max_sound_bytes:
        refused = sound_too_large(limits.max_sound_bytes)
        msg = f"{sound.path}: {refused.message} {refused.remedy}"
        raise StackError(msg)
    try:
        check_sound(sound.path, max_bytes=limits.decode_bytes, seconds=limits.decode_seconds)
    except NoSoundError as error:
        msg = f"{sound.path}: {error.message} {error.remedy}"
        raise StackError(msg) from error


@contextmanager
def _temporary_home(home: Path) -> Iterator[Path]:
    """Yield a temporary home, so that the command can run next to another stack."""
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


@contextmanager
def _looked_into(work: Path, footage: Path) -> Iterator[None]:
    """Refuse footage that can't become a movie before anything is started for it."""
    look_into(work, footage)
    yield


def _boot(supervisor: Supervisor, work: Path) -> str:
    for url in ("DATABASE_URL", "REDIS_URL", "BROKER_URL"):
        os.environ.pop(url, None)  # use the temporary home, never a deployment's services
    port = free_port()
    boot.boot_valkey(supervisor, work)
    boot.boot_django(work)
    return boot.boot_servers(supervisor, work, port)


def _film(
    supervisor: Supervisor, work: Path, address: str, bars: FilmBars, options: FilmOptions
) -> MovieStatus:
    from timelapse.project.stack.film_session import FilmSession  # noqa: PLC0415 - Django is set up only now

    session = FilmSession.open(options.footage.name)
    console = bars.progress.console
    delivery = replay(work, address, session.token, options.footage, partial(bars.show, Step.UPLOADING))
    if delivery.order:
        console.print(delivery.order, highlight=False, soft_wrap=True)
    session.start_movie(options)
    while not (status := session.status(bars.show)).ended:
        supervisor.restart_ended()
        time.sleep(_POLL_EVERY_S)
    for name, reason in (*delivery.refused, *status.left_out):
        console.print(f"Left out {name}: {reason}", highlight=False, soft_wrap=True)
    for note in status.notes:
        console.print(note, highlight=False, soft_wrap=True)
    if status.failure:
        raise StackError(status.failure)
    _copy_movie(status.path, options.out)
    return status


def _copy_movie(movie: Path, out: Path) -> None:
    """Copy to a temporary name and rename, so that the target is never partial."""
    part = out.with_name(f".{out.name}.part")
    try:
        shutil.copyfile(movie, part)
        part.replace(out)
    except OSError as error:
        msg = f"Can't write {out}: {error.strerror}. Make room, or give another --out."
        raise StackError(msg) from error
    finally:
        part.unlink(missing_ok=True)
