"""`manage.py eliot_progress ingest|prune`: import log files into the database, and delete old messages."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from eliot_progress.django import conf, retention
from eliot_progress.django.ingest import Ingest
from eliot_progress.sources import existing_log

if TYPE_CHECKING:
    from argparse import ArgumentParser

#: Seconds between two reads of files that do not grow, and after a failure.
PAUSE_S = 0.25
_FAILED_PAUSE_S = 2.0
_DAY_S = 86400.0
_MB = 1_000_000
#: Seconds between two prunings while following.
_PRUNE_EVERY_S = 3600.0


class Command(BaseCommand):
    """The management command."""

    help = "Import eliot logs into the database (ingest), or delete the oldest tasks (prune)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(required=True, dest="what", metavar="ingest|prune")
        ingest = commands.add_parser("ingest", help="import the messages of log files, each once")
        ingest.add_argument("file", nargs="+", type=Path, help="a file of JSON lines")
        ingest.add_argument(
            "--follow", action="store_true", help="keep importing what is appended, until stopped"
        )
        prune = commands.add_parser("prune", help="delete whole tasks, the oldest first")
        for each in (ingest, prune):
            each.add_argument("--days", type=float, help="delete tasks older than this")
            each.add_argument("--max-mb", type=float, help="delete the oldest tasks while the log is larger")

    def handle(self, *args: object, **options: object) -> None:  # noqa: ARG002 - Django's
        days, most = options["days"], options["max_mb"]
        for name, value in (("--days", days), ("--max-mb", most)):
            if isinstance(value, float) and not value > 0:
                raise CommandError(f"{name} {value:g} would delete everything. Pass a number above 0.")
        self._days = days if isinstance(days, float) else None
        self._most = most if isinstance(most, float) else None
        if options["what"] == "prune" and self._days is None and self._most is None:
            raise CommandError("Pass --days, --max-mb, or both.")
        try:
            if options["what"] == "prune":
                self._prune(aloud=True)
            else:
                self._ingest(options["file"], follow=bool(options["follow"]))  # type: ignore[arg-type] # argparse's
        except DatabaseError as error:
            alias = conf.get().DATABASE
            hint = f"Create its tables with: manage.py migrate --database {alias}."
            raise CommandError(f"The log's database can't be used ({error}). {hint}") from None

    def _prune(self, *, aloud: bool = False) -> None:
        tasks = messages = 0
        for pruned in (
            None if self._days is None else retention.older_than(time.time() - self._days * _DAY_S),
            None if self._most is None else retention.larger_than(int(self._most * _MB)),
        ):
            if pruned is not None:
                tasks, messages = tasks + pruned.tasks, messages + pruned.messages
        if aloud:
            self.stdout.write(f"Deleted {messages} messages of {tasks} tasks.")

    def _ingest(self, files: list[Path], *, follow: bool) -> None:
        try:
            for path in () if follow else files:  # a followed file may appear later
                existing_log(path)
        except OSError as error:
            raise CommandError(str(error)) from None
        ingest = Ingest(files)
        if follow:
            self._follow(ingest)
        else:
            while ingest.step():
                pass
        self.stdout.write(f"Stored {ingest.stored} messages; {ingest.skipped} lines were not eliot messages.")

    def _follow(self, ingest: Ingest) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        pause, prune_at = 0.0, time.monotonic()
        while not stop.wait(pause):
            try:
                pause = 0.0 if ingest.step() else PAUSE_S
                if time.monotonic() >= prune_at:
                    self._prune()
                    prune_at = time.monotonic() + _PRUNE_EVERY_S
            except DatabaseError as error:
                self.stderr.write(f"The log can't be stored ({error}); retrying.")
                connections[conf.get().DATABASE].close()
                pause = _FAILED_PAUSE_S
