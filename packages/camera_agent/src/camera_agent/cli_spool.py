"""The commands of `camera-agent spool`: look at the captures here, take them away on a stick, delete some."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from camera_agent.exporting import export, purge
from camera_agent.frame import rfc3339
from camera_agent.home import Home
from camera_agent.spool.listing import listing
from camera_agent.spool.rows import State
from camera_agent.spool.store import Spool

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    Add = Callable[[str, str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]

#: An export that left something out ends with this code.
SOME_LEFT_OUT = 3
#: What `spool purge` may be told to delete, in words and as states.
PURGED = {
    "refused": "pictures that the server refused",
    "kept": "pictures that were delivered and kept",
    "exported": "waiting pictures that are on a stick as well",
}
STATES = {"refused": State.REFUSED, "kept": State.KEPT, "exported": State.PENDING}


def add_to(add: Add) -> None:
    """Add the commands to a parser: `add` makes one of a name, a text and a function."""
    add("ls", "list captures not delivered, refused, or kept after delivery", _ls)
    exporting = add("export", "write the captures that wait to a stick or folder", _export)
    exporting.add_argument("folder", type=Path, help="where to: the stick")
    exporting.add_argument("--all", action="store_true", help="those refused and kept as well")
    purging = add("purge", "delete pictures for good", _purge)
    kinds = purging.add_mutually_exclusive_group(required=True)
    for kind, text in PURGED.items():
        kinds.add_argument(f"--{kind}", action="store_const", dest="kind", const=kind, help=text)


def _spool(options: argparse.Namespace) -> Spool:
    return Spool(Home(Path(options.home)).create().spool)


def _ls(options: argparse.Namespace) -> int:
    with closing(_spool(options)) as spool:
        for entry in listing(spool.index):
            one, state = entry.capture, entry.state.name.lower()
            when = f"{rfc3339(one.taken.wall_ns)[:19]} {one.taken.quality.value:9s}"
            where = "on a stick " if one.exported else ""
            _tell(
                f"{one.sequence:8d}  {state:8s} {when} {one.size:10d}  {one.capture}  {one.filename}"
                f"  {where}{entry.message}".rstrip()
            )
    return 0


def _export(options: argparse.Namespace) -> int:
    home = Home(Path(options.home)).create()
    with closing(Spool(home.spool)) as spool:
        total = spool.counts().pending

        def said(done: int) -> None:
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{done} of {total} captures")
                sys.stderr.flush()

        found = export(home, spool, options.folder, all_states=options.all, said=said)
    _tell(f"{found.written} captures written to {options.folder}, {found.there} were there already.")
    for name in found.unreadable:
        _tell(f"Left out {name}: its picture can't be read.")
    return SOME_LEFT_OUT if found.unreadable else 0


def _purge(options: argparse.Namespace) -> int:
    with closing(_spool(options)) as spool:
        count, size = purge(
            spool, frozenset({STATES[options.kind]}), exported_only=options.kind == "exported"
        )
    _tell(f"{count} pictures deleted, {size / 2**20:.1f} MiB.")
    return 0


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
