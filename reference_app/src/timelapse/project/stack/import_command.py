"""``timelapse import``: stores captures from a USB drive, with a progress bar."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from timelapse.project.stack import boot
from timelapse.project.stack.errors import StackError, Stopped
from timelapse.project.stack.signals import stopping_on_signals
from timelapse.project.stack.supervisor import supervised

if TYPE_CHECKING:
    from pathlib import Path

    from timelapse.ingest.usb_import import ImportResult

#: Exit codes: all captures are stored; there was nothing to import; some captures were refused.
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
            msg = "Stopped. What was stored stays; start the import again, and it goes on."
            raise StackError(msg) from stopped


def _import(folder: Path, camera: str | None, console: Console) -> int:
    from timelapse.ingest import usb_import  # noqa: PLC0415 - Django is set up only now

    try:
        captures = usb_import.find_captures(folder, camera)
    except usb_import.UsbImportError as error:
        console.print(f"timelapse: {error}", highlight=False, soft_wrap=True)
        return NOTHING
    result = usb_import.ImportResult()
    with _bar(console) as bar:
        task = bar.add_task("Importing", total=len(captures))
        for latest in usb_import.import_captures(captures):
            result = latest
            bar.advance(task)
    return _report(result, console)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _report(result: ImportResult, console: Console) -> int:
    for name, reason in result.refused:
        console.print(f"Refused {name}: {reason}", highlight=False, soft_wrap=True)
    here = (
        f"{result.stored} stored, {result.already_stored} were here already, {len(result.refused)} refused."
    )
    print(here)  # noqa: T201 - the summary is the command's output
    if result.refused:
        return SOME_REFUSED
    return ALL if result.stored or result.already_stored else NOTHING
