"""The operator's command: `manage.py queue_insight collect`, `show` and `top`."""

from __future__ import annotations

import signal
import sys
import threading
from argparse import RawDescriptionHelpFormatter
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from queue_insight import diagnose
from queue_insight.celery_app import import_app, transport
from queue_insight.collector import Collector
from queue_insight.errors import SettingInvalidError, StoreUnreachableError
from queue_insight.failures import failures
from queue_insight.history import history
from queue_insight.notes import SET_STORE, no_store
from queue_insight.page import failures as failed
from queue_insight.page import periodic as regular
from queue_insight.page.clock import Clock
from queue_insight.page.past import as_text as as_text_of_history
from queue_insight.page.pauses import paused
from queue_insight.page.reading import SAMPLE, read
from queue_insight.periodic import periodic_tasks
from queue_insight.read import celery_app, task_ids, worker_tasks
from queue_insight.render import as_json, as_text, reasons_as_text
from queue_insight.stores.choose import store_for
from queue_insight.stores.memory import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from celery import Celery

    from queue_insight import Snapshot
    from queue_insight.snapshot import Pause

#: Maximum number of ids that an error lists.
MAX_SHOWN_IDS = 5
EXAMPLES = """examples:
  manage.py queue_insight collect
      Receive the workers' events until SIGTERM or Ctrl-C. Run one such process,
      and start the workers with events on: celery -A project worker -E
  manage.py queue_insight show
      Print queues, tasks and workers once.
  manage.py queue_insight show --task 4f1c9a...
      Explain why this task is not running yet.
  manage.py queue_insight show --queue movies
      Print what came and went in its last hour, day and month.
  manage.py queue_insight show --failures
      Print what failed, by exception and place in the code.
  manage.py queue_insight show --periodic
      Print the periodic tasks, when each last came and whether it is late.
  manage.py queue_insight show --json
      Print the same as JSON.
  manage.py queue_insight top
      Follow queues, tasks and workers in the terminal until x or Ctrl-C.
"""


class Command(BaseCommand):
    """Runs the collector, or prints a snapshot."""

    help = "Shows what runs, what waits and why: queues, tasks and workers of Celery."
    #: All checks would import the project's addresses, and with these its views, before each look.
    requires_system_checks = ("queue_insight",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EXAMPLES
        parser.formatter_class = RawDescriptionHelpFormatter
        actions = parser.add_subparsers(dest="action", required=True, metavar="collect|show|top")
        collect = actions.add_parser(
            "collect", help="receive the workers' events and save the state for readers, until stopped"
        )
        show = actions.add_parser("show", help="print queues, tasks and workers once")
        top = actions.add_parser("top", help="follow queues, tasks and workers in the terminal")
        for each in (collect, show, top):
            each.add_argument(
                "--app",
                default="",
                metavar="PATH",
                help="dotted path to the Celery app, as project.celery.app "
                "(default: QUEUE_INSIGHT['APP'], else Celery's current app)",
            )
        show.add_argument(
            "--task",
            default="",
            metavar="ID",
            help="explain why this task is not running yet; the first characters of its id are enough",
        )
        show.add_argument(
            "--queue",
            default="",
            metavar="NAME",
            help="print the history of this queue: what came and went, how long tasks ran and waited",
        )
        show.add_argument(
            "--failures",
            nargs="?",
            const="",
            default=None,
            metavar="TEXT",
            help="print what failed, in groups; with a text those whose exception, file, task or message "
            "contains it",
        )
        show.add_argument(
            "--periodic",
            action="store_true",
            help="print the tasks of celery beat: when each was last sent and run, and whether it is late",
        )
        show.add_argument(
            "--all",
            action="store_true",
            help="list every task that workers have, not only those that have run longest",
        )
        show.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *, action: str, app: str, **options: object) -> None:
        chosen = _app(app)
        if action == "collect":
            self._collect(chosen)
        elif action == "top":
            self._top(chosen)
        else:
            self._show_some(chosen, options)

    def _show_some(self, app: Celery, options: Mapping[str, object]) -> None:
        json = bool(options["json"])
        if options["failures"] is not None:
            self._show_failures(app, str(options["failures"]), json=json)
        elif options["periodic"]:
            self._show_periodic(app, json=json)
        elif options["queue"]:
            self._show_history(app, str(options["queue"]))
        else:
            self._show(app, task=str(options["task"]), is_all=bool(options["all"]), json=json)

    def _collect(self, app: Celery) -> None:
        store = store_for(app)
        if isinstance(store, MemoryStore):
            raise CommandError(f"{no_store(transport(app)).message} {SET_STORE}")
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write(f"Collecting from {app.connection_for_read().as_uri()}; stop with Ctrl-C.")
        self.stdout.flush()
        Collector(app, store).run(stop)
        self.stdout.write("Stopped.")

    def _top(self, app: Celery) -> None:
        try:
            from rich.console import Console  # noqa: PLC0415 - optional library

            from queue_insight.adapters import terminal  # noqa: PLC0415 - needs it, too
        except ImportError as error:
            raise CommandError('`top` needs rich: pip install "queue-insight[terminal]"') from error
        with suppress(KeyboardInterrupt):
            terminal.run(
                Console(),
                sys.stdin,
                partial(read, app, tasks=(), overview=True, peek=SAMPLE, read_pauses=_pauses),
                partial(worker_tasks, app=app),
            )

    def _show_history(self, app: Celery, queue: str) -> None:
        try:
            self.stdout.write(as_text_of_history(history(queue=queue, app=app)))
        except StoreUnreachableError as error:
            raise CommandError(str(error)) from error

    def _show_failures(self, app: Celery, text: str, *, json: bool) -> None:
        try:
            found = failures(app, text=text)
        except StoreUnreachableError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(failed.as_json(found) if json else failed.as_text(found))

    def _show_periodic(self, app: Celery, *, json: bool) -> None:
        try:
            found = periodic_tasks(app)
        except StoreUnreachableError as error:
            raise CommandError(str(error)) from error
        clock = Clock(now=found.at, zone=timezone.get_current_timezone())
        self.stdout.write(regular.as_json(found) if json else regular.as_text(found, clock))

    def _show(self, app: Celery, *, task: str, is_all: bool, json: bool) -> None:
        # A task of this very id is looked for everywhere, even if others begin with it.
        asked = (task, *task_ids(prefix=task, limit=MAX_SHOWN_IDS + 1, app=app)) if task else ()
        tasks = None if is_all else asked
        now = read(app, tasks=tasks, overview=not task, read_pauses=_pauses).snapshot
        reasons = diagnose(_full_id(task, now), now) if task else None
        if json:
            self.stdout.write(as_json(now if reasons is None else reasons))
        else:
            self.stdout.write(as_text(now) if reasons is None else reasons_as_text(reasons))


def _app(path: str) -> Celery:
    try:
        return import_app(path, source="--app") if path else celery_app()
    except SettingInvalidError as error:
        raise CommandError(str(error)) from error


def _pauses() -> Mapping[str, Pause]:
    """Return the paused queues; none without the page's table, as then nobody paused any."""
    try:
        return paused()
    except (DatabaseError, ImproperlyConfigured):
        return {}


def _full_id(prefix: str, now: Snapshot) -> str:
    """Return the id of the one known task whose id begins with this text; else the text itself.

    Raises:
        CommandError: several tasks begin with it.
    """
    known = {task.id for task in now.tasks()} | {task.id for task in now.finished}
    found = sorted(task_id for task_id in known if task_id.startswith(prefix))
    if prefix in found or not found:
        return prefix
    if len(found) > 1:
        shown = ", ".join(found[:MAX_SHOWN_IDS])
        more = f" and {len(found) - MAX_SHOWN_IDS} more" if len(found) > MAX_SHOWN_IDS else ""
        raise CommandError(f"{len(found)} tasks begin with {prefix!r}: {shown}{more}. Give more of the id.")
    return found[0]
