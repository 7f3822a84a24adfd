"""Stored sounds: claimed for a movie, and removed with the last one that has it. See `sound_intake`."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from django.db import transaction

from timelapse.rendering import queries
from timelapse.rendering.models import Sound
from timelapse.shared import conf

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from django.db.models import QuerySet

#: How long a sound is kept that no movie has, and a file that nothing came of.
KEPT_UNUSED: Final = timedelta(days=1)


def incoming_folder() -> Path:
    """Return the folder of files that arrive, which is made if it is missing."""
    folder = conf.get().media_root / "sounds" / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def claim(sha256: str) -> Sound | None:
    """Return a stored sound, which nobody removes until the transaction ends; None if it is gone."""
    sound = Sound.objects.select_for_update().filter(sha256=sha256).first()
    return sound if sound is not None and queries.sound_file(sha256).exists() else None


def remove_unless_used(sound: Sound) -> None:
    """Remove a sound that no movie has any more."""
    _remove(Sound.objects.filter(pk=sound.pk))


def remove_unused(now: datetime) -> int:
    """Remove the sounds that no movie has and that were added long ago; return how many.

    Of the others the oldest are removed, too, beyond ``unused_sound_bytes``.
    """
    for file in incoming_folder().iterdir():
        if now.timestamp() - file.stat().st_mtime > KEPT_UNUSED.total_seconds():
            file.unlink(missing_ok=True)
    unused = Sound.objects.filter(movies=None).order_by("-added_at", "-pk")
    kept = list(unused.filter(added_at__gte=now - KEPT_UNUSED))
    taken = accumulate(sound.bytes for sound in kept)
    limit = conf.get().unused_sound_bytes
    surplus = [sound.pk for sound, total in zip(kept, taken, strict=True) if total > limit]
    return _remove(unused.filter(added_at__lt=now - KEPT_UNUSED)) + _remove(unused.filter(pk__in=surplus))


def _remove(sounds: QuerySet[Sound]) -> int:
    """Remove those that no movie has: nobody can claim one meanwhile."""
    removed = 0
    for pk in list(sounds.values_list("pk", flat=True)):
        with transaction.atomic():
            sound = Sound.objects.select_for_update().filter(pk=pk).first()
            if sound is None or sound.movies.exists():
                continue
            queries.sound_file(sound.sha256).unlink(missing_ok=True)
            sound.delete()
            removed += 1
    return removed
