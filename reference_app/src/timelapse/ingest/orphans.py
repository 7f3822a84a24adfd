"""Removes pictures that no row names any more, or not yet."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

from timelapse.frames.models import Frame, Preview
from timelapse.ingest.models import Quarantined
from timelapse.shared import conf
from timelapse.shared.orphans import remove_orphans

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from django.db.models import Model, QuerySet

#: A file without a row is an orphan after this time: no upload takes so long between the two.
ORPHAN_AFTER: Final = timedelta(days=1)


def sweep_files(now: datetime) -> int:
    """Remove the orphans among the frames, thumbnails, previews and quarantined files; return how many.

    A crash between the commit that removes a row and the removal of its file leaves one; so does a crash
    after a file is in place and before its row is stored.
    """
    rows: dict[str, QuerySet[Model]] = {
        "frames": Frame.objects.all(),
        "thumbnails": Frame.objects.all(),
        "large-thumbnails": Frame.objects.all(),
        "previews": Preview.objects.all(),
        "quarantine": Quarantined.objects.exclude(file=""),
    }
    return sum(
        remove_orphans(folder, partial(_named, of_kind, folder.name), before=now - ORPHAN_AFTER)
        for kind, of_kind in rows.items()
        for folder in (conf.get().media_root / kind).glob("*")
        if folder.is_dir()
    )


def _named(rows: QuerySet[Model], camera: str, captures: Collection[str]) -> set[str]:
    """Return which of these captures have a row. A folder that is no camera's has none."""
    try:
        theirs = rows.filter(camera=UUID(camera), capture__in=captures)
    except ValueError:
        return set()
    return set(theirs.values_list("capture", flat=True))
