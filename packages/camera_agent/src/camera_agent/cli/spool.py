"""The commands of `camera-agent spool`: list, export, retry and delete captures."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from camera_agent.captures import rfc3339
from camera_agent.cli.terminal import print_result
from camera_agent.delivery.export import export, purge
from camera_agent.home import Home
from camera_agent.spool.listing import listing
from camera_agent.spool.rows import CaptureState
from camera_agent.spool.store import Spool

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

#: An export that left something out ends with this code.
SOME_LEFT_OUT = 3
#: What `spool purge` can delete.
STATES = {"refused": CaptureState.REFUSED, "kept": CaptureState.KEPT, "exported": CaptureState.PENDING}


def _spool(options: argparse.Namespace) -> Spool:
    return Spool(Home(Path(options.home)).create().spool)


def _ls(options: argparse.Namespace) -> int:
    with closing(_spool(options)) as spool:
        for entry in listing(spool.index):
            one, state = entry.capture, entry.state.name.lower()
            when = f"{rfc3339(one.captured_at.wall_ns)[:19]} {one.captured_at.quality.value:9s}"
            where = "on a drive " if one.exported else ""
            print_result(
                f"{one.sequence:8d}  {state:8s} {when} {one.size:10d}  {one.capture}  {one.filename}"
                f"  {where}{entry.message}".rstrip()
            )
    return 0


def _export(options: argparse.Namespace) -> int:
    home = Home(Path(options.home)).create()
    with closing(Spool(home.spool)) as spool:
        total = spool.counts().pending

        def on_progress(done: int) -> None:
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{done} of {total} captures")
                sys.stderr.flush()

        found = export(home, spool, options.folder, all_states=options.all, on_progress=on_progress)
    print_result(
        f"{found.written} captures written to {options.folder}, {found.already_there} were there already."
    )
    for name in found.unreadable:
        print_result(f"Left out {name}: its picture can't be read.")
    return SOME_LEFT_OUT if found.unreadable else 0


def _retry(options: argparse.Namespace) -> int:
    with closing(_spool(options)) as spool:
        count = spool.retry_refused()
    print_result(f"{count} captures wait to be delivered again.")
    return 0


def _purge(options: argparse.Namespace) -> int:
    with closing(_spool(options)) as spool:
        count, size = purge(
            spool, frozenset({STATES[options.kind]}), exported_only=options.kind == "exported"
        )
    print_result(f"{count} pictures deleted, {size / 2**20:.1f} MiB.")
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "ls": _ls,
    "export": _export,
    "purge": _purge,
    "retry": _retry,
}
