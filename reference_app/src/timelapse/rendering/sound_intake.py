"""Takes a file of sound in: it is checked, and stored under the hash of its bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from timelapse.rendering import queries
from timelapse.rendering.models import Sound
from timelapse.rendering.pipeline.disk import put_in_place
from timelapse.rendering.pipeline.sound_check import check_sound
from timelapse.shared import conf

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_NAME: Final = 200
_PIECE: Final = 1 << 20


def add_sound(file: Path, name: str) -> Sound:
    """Check a file in `sounds.incoming_folder` and store it; the same bytes are stored once.

    Raises:
        NoSoundError: it is no sound that can be used.
        OSError: it can't be stored.
    """
    limits = conf.get()
    length_s = check_sound(file, max_bytes=limits.decode_bytes, seconds=limits.decode_seconds)
    sha256, size = _hash_of(file), file.stat().st_size
    with transaction.atomic():
        sound, _ = Sound.objects.update_or_create(
            sha256=sha256,
            defaults={
                "name": queries.safe_name(name)[:_LONGEST_NAME] or "Sound",
                "bytes": size,
                "length_s": length_s,
                "added_at": timezone.now(),
            },
        )
        # Who removes it holds its row: the file is in place as long as the row is there.
        put_in_place(file, queries.sound_file(sha256))
    return sound


def _hash_of(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
