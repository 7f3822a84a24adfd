"""``manage.py fsmlock``: list, explain, cancel and break holds, execute runs, draw the states of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import models

from fsmlock import backends
from fsmlock.diagrams import mermaid, svg
from fsmlock.doctor import examine
from fsmlock.errors import FsmlockError
from fsmlock.explanations import available, explain
from fsmlock.inspection import all_holds, break_hold, cancel, holds_on
from fsmlock.iteration import execute, shutdown
from fsmlock.models import Run
from fsmlock.plans import plan
from fsmlock.stateful import Stateful

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.contrib.auth.models import User
    from django.core.management.base import CommandParser

    from fsmlock.backends.base import HoldInfo
    from fsmlock.signals import RunEvent


class Command(BaseCommand):
    """One subcommand for each task of an operator."""

    help = "List, explain, cancel and break holds; work on runs; draw state diagrams."
    #: All checks would import the project's addresses, and with these its views, before each look.
    requires_system_checks = ("fsmlock",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--database", default="default", help="The database alias of the objects.")
        subcommands = parser.add_subparsers(dest="what", required=True)
        listing = subcommands.add_parser("list", help="List holds.")
        listing.add_argument("object", nargs="?", help="app.Model:pk; without it all holds.")
        explaining = subcommands.add_parser(
            "explain", help="Explain what blocks a transition, an action, a state or a lock."
        )
        explaining.add_argument("object", help="app.Model:pk")
        explaining.add_argument(
            "to", nargs="?", help="A transition, action, state or lock; without it all that is available."
        )
        explaining.add_argument("--user", help="A user name: check this user's permissions too.")
        for name, text in (("cancel", "Request the holder to stop."), ("break", "Break the hold.")):
            stopping = subcommands.add_parser(name, help=text)
            stopping.add_argument("object", help="app.Model:pk")
            stopping.add_argument("lock")
            stopping.add_argument("--by", required=True, help="Your name, which the holder will see.")
            stopping.add_argument("--why", default="", required=name == "break")
        doctor = subcommands.add_parser("doctor", help="Find inconsistencies.")
        doctor.add_argument("--fix", action="store_true", help="Fix what can be fixed.")
        quarantine = subcommands.add_parser(
            "quarantine", help="Show whether the store grants nothing because it lost its data, or end that."
        )
        quarantine.add_argument(
            "--end", action="store_true", help="End it: no process relies on a hold that was lost."
        )
        graph = subcommands.add_parser("graph", help="Draw the states of a model.")
        graph.add_argument("model", help="app.Model")
        graph.add_argument("--format", choices=("mermaid", "svg"), default="mermaid")
        executing = subcommands.add_parser("execute", help="Execute runs here and now.")
        executing.add_argument(
            "run", nargs="?", type=int, help="Without it: every run that waits for a worker."
        )

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        what = {"list": self._list, "explain": self._explain, "cancel": self._stop, "break": self._stop}
        what |= {"doctor": self._doctor, "graph": self._graph, "execute": self._execute}
        what |= {"quarantine": self._quarantine}
        try:
            what[options["what"]](options)
        except FsmlockError as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        using = options["database"]
        found = (
            holds_on(_find(options["object"], using))
            if options["object"]
            else all_holds(limit=1000, using=using)
        )
        self._table(found)

    def _table(self, holds: Sequence[HoldInfo]) -> None:
        if not holds:
            self.stdout.write("There are no holds.")
        for h in holds:
            requested = f", requested to stop by {h.cancel_requested_by}" if h.cancel_requested_by else ""
            why = f" ({h.why})" if h.why else ""
            self.stdout.write(
                f"{h.lock} on {h.resource}: {h.holder}{why} since {_clock(h.since)}, renewed until"
                f" {_clock(h.expires_at)}, token {h.token}{requested}"
            )

    def _explain(self, options: dict[str, Any]) -> None:
        obj = _find(options["object"], options["database"])
        user = _user(options["user"])
        if options["to"] is None:
            for one in available(obj, user):
                self.stdout.write(f"{one.name}: {'yes' if one.allowed else ' '.join(map(str, one.reasons))}")
            return
        reasons = explain(obj, to=options["to"], user=user)
        for reason in reasons:
            self.stdout.write(f"{reason.code}: {reason}")
        if not reasons:
            self.stdout.write("Nothing blocks it.")
        self._plan(obj, options["to"], user)

    def _plan(self, obj: models.Model, to: str, user: User | None) -> None:
        if not isinstance(obj, Stateful) or to not in {s.lower() for s in _states(type(obj))}:
            return
        for step in plan(obj, to=to, user=user) or ():
            self.stdout.write(
                f"  {step.source} -> {step.target}: {step.label} {' '.join(map(str, step.reasons))}"
            )

    def _stop(self, options: dict[str, Any]) -> None:
        stop = cancel if options["what"] == "cancel" else break_hold
        stopped = stop(
            _find(options["object"], options["database"]),
            options["lock"],
            by=options["by"],
            why=options["why"],
        )
        done = "requested to stop" if options["what"] == "cancel" else "lost its hold"
        for h in stopped:
            self.stdout.write(f"{h.holder} was {done}." if stop is cancel else f"{h.holder} {done}.")
        if not stopped:
            self.stdout.write("Nobody holds it.")

    def _doctor(self, options: dict[str, Any]) -> None:
        found = False
        for finding in examine(using=options["database"]):
            found = True
            self.stdout.write(f"{finding.reason.code}: {finding.reason}")
            if options["fix"] and finding.fix is not None:
                finding.fix()
                self.stdout.write("  fixed")
        if not found:
            self.stdout.write("Everything is consistent.")

    def _quarantine(self, options: dict[str, Any]) -> None:
        using = options["database"]
        left = backends.get().quarantine_s(using)
        if not left:
            self.stdout.write("There is no quarantine.")
        elif options["end"]:
            backends.get().end_quarantine(using)
            self.stdout.write("The quarantine has ended.")
        else:
            self.stdout.write(
                f"The store lost its data, and grants nothing for {left:.0f} s: until then a process may rely"
                " on a hold that was lost. If none does (all workers were stopped or started again since),"
                " end it with --end."
            )

    def _graph(self, options: dict[str, Any]) -> None:
        draw = svg if options["format"] == "svg" else mermaid
        self.stdout.write(draw(_model(options["model"])), ending="")

    def _execute(self, options: dict[str, Any]) -> None:
        waiting = Run.objects.filter(
            state__in=[Run.States.ENQUEUED, Run.States.INTERRUPTED, *Run.States.ACTIVE]
        )
        runs = Run.objects.filter(pk=options["run"]) if options["run"] else waiting.order_by("pk")
        with shutdown.on_sigterm():
            for run in runs:
                execute(run, on_progress=self._print_progress)
                self.stdout.write(f"{run}: {run.state} {run.reason}".rstrip())
                self._say_who_executes(run)
                if shutdown.requested():
                    return

    def _say_who_executes(self, run: Run) -> None:
        """After a kill, nobody can know before the end of the lease that its holder is dead."""
        for hold in holds_on(run) if run.state in Run.States.ACTIVE else ():
            self.stdout.write(
                f"{hold.holder} executes it. If that process is dead, its lease ends at"
                f" {_clock(hold.expires_at)}: execute the run again then."
            )

    def _print_progress(self, event: RunEvent) -> None:
        self.stdout.write(f"{event.state}: {event.done}/{event.total or '?'} {event.unit}")


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}"


def _states(model: type[models.Model]) -> set[str]:
    declared = getattr(model, "States", object)
    return {str(getattr(declared, name)) for name in dir(declared) if name.isupper()}


def _model(label: str) -> type[models.Model]:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise CommandError(f"There is no model {label!r}. Write it as app.Model.") from error


def _user(name: str | None) -> User | None:
    if name is None:
        return None
    model = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(name)
    except model.DoesNotExist as error:
        raise CommandError(f"There is no user {name!r}.") from error


def _find(text: str, using: str) -> models.Model:
    label, _, pk = text.partition(":")
    model = _model(label)
    try:
        found: models.QuerySet[models.Model] = models.QuerySet(model=model, using=using)
        return found.get(pk=pk)
    except (ObjectDoesNotExist, ValueError, ValidationError) as error:
        raise CommandError(f"There is no {model._meta.verbose_name} with the key {pk!r}.") from error
