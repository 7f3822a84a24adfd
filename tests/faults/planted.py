"""Bugs put there on purpose, once a storm is acquitted: a judge that doesn't see them proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .world import World


def blind_spots(world: World, verdict: Callable[[], list[str]]) -> list[str]:
    """Lose a frame, change a byte, double a row; say what of that the judge does not see."""
    from timelapse.frames.models import Frame  # noqa: PLC0415 - Django is set up by the world

    lost, changed, doubled = Frame.objects.order_by("sequence")[:3]
    media = world.media
    (media / lost.file).unlink()
    lost.delete()
    content = bytearray((media / changed.file).read_bytes())
    content[len(content) // 2] ^= 1
    (media / changed.file).write_bytes(content)
    twin = Frame.objects.get(pk=doubled.pk)
    twin.pk, twin.capture = None, f"{doubled.capture}-twin"
    twin.save()
    said = verdict()
    wanted = {
        "a lost frame": f"lost: capture {lost.capture} ",
        "a changed byte": f"changed: the file of {changed.capture} ",
        "a double row": f"doubled: 2 frames have the sha256 {doubled.sha256}",
    }
    return [
        f"the judge does not see {bug}"
        for bug, words in wanted.items()
        if not any(words in one for one in said)
    ]
