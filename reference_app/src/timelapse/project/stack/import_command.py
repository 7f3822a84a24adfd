"""``timelapse import``: stores captures from a USB drive, with a progress bar."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from timelapse.project.stack import boot
from timelapse.project.stack.errors import StackError, Stopped
from timelapse.project.stack.signals import stopping_on_signals
from timelapse.project.stack.supervisor import supervised

if TYPE_CHECKING:
    from pathlib import Path

    from fsmlock.models import Run

_POLL_EVERY_S = 0.2
#: Exit codes: all captures are stored; there was nothing to import; some captures are not stored.
ALL: Final = 0
NOTHING: Final = 2
SOME_REFUSED: Final = 3


def import_drive(home: Path, folder: Path, camera: str | None) -> int:
    """Store the captures on the drive, with or without a running stack; return the exit code.

    Raises:
        StackError: the database or Valkey can't be used, or a signal stopped it.
    """
    console = Console(stderr=True)
    home.mkdir(parents=True, exist_ok=True)
    with stopping_on_signals(), supervised(console.print) as supervisor:
        try:
            running = None if os.environ.get("REDIS_URL") else boot.running_valkey(home)
            if running is not None:
                os.environ["REDIS_URL"] = running
            boot.boot_valkey(supervisor, home)
            boot.boot_django(home)
            return _import(folder, camera, console)
        except Stopped as stopped:
            msg = (
                "Stopped. What was stored stays; start the import again, or resume it on the operations page."
            )
            raise StackError(msg) from stopped


def _import(folder: Path, camera: str | None, console: Console) -> int:
    from timelapse.ingest import usb_import  # noqa: PLC0415 - Django is set up only now

    try:
        runs = usb_import.enqueue_imports(folder, camera, by="timelapse import")
    except usb_import.UsbImportError as error:
        console.print(f"timelapse: {error}", highlight=False, soft_wrap=True)
        return NOTHING
    with _bar(console) as bar:
        for run in runs:
            _execute(run, bar)
    return _report(runs, console)


def _execute(run: Run, bar: Progress) -> None:
    """Execute the run here, or follow the worker that executes it, until it ends.

    Raises:
        Stopped: a signal stopped it between two captures. The run stays, and can be resumed.
    """
    from fsmlock.iteration import execute, shutdown  # noqa: PLC0415 - Django is set up only now

    task = bar.add_task("Importing", total=None)
    with shutdown.on_sigterm():  # a signal stops the run between two captures, never amid one
        while not run.has_ended:
            if run.state == run.States.PAUSED:
                bar.update(task, description="Paused")
                run.refresh_from_db()
            else:
                bar.update(task, description="Waiting" if run.reason else "Importing")
                execute(
                    run, on_progress=lambda event: _show(bar, task, event.done + event.failed, event.total)
                )
            _show(bar, task, run.done + run.failed, run.total)
            if shutdown.requested():
                run.pause(by="signal")
                raise Stopped
            if not run.has_ended:
                time.sleep(_POLL_EVERY_S)


def _show(bar: Progress, task: TaskID, done: int, total: int | None) -> None:
    bar.update(task, completed=done, total=total)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _report(runs: list[Run], console: Console) -> int:
    from timelapse.ingest.usb_import import refused_by, stored_by  # noqa: PLC0415 - Django is set up only now

    refused = [each for run in runs for each in refused_by(run)]
    for name, reason in refused:
        console.print(f"Refused {name}: {reason}", highlight=False, soft_wrap=True)
    stored = sum(map(stored_by, runs))
    here = sum(run.done for run in runs) - stored
    print(f"{stored} stored, {here} were here already, {len(refused)} refused.")  # noqa: T201 - the summary
    for run in runs:
        if run.state != run.States.SUCCEEDED:
            console.print(f"{run} was {run.state}. {run.reason}", highlight=False, soft_wrap=True)
    if refused or any(run.state != run.States.SUCCEEDED for run in runs):
        return SOME_REFUSED
    return ALL if stored or here else NOTHING
