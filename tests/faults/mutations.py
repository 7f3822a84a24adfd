"""Corrupts the store on purpose after a run without violations: a checker that misses this proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .system import SystemUnderTest


def undetected_mutations(system: SystemUnderTest, check: Callable[[], list[str]]) -> list[str]:
    """Delete a frame, change a byte and duplicate a row; return what the checker does not detect."""
    from timelapse.frames.models import Frame  # noqa: PLC0415 - the system under test sets Django up

    lost, changed, duplicated = Frame.objects.order_by("sequence")[:3]
    media = system.media
    (media / lost.file).unlink()
    lost.delete()
    content = bytearray((media / changed.file).read_bytes())
    content[len(content) // 2] ^= 1
    (media / changed.file).write_bytes(content)
    twin = Frame.objects.get(pk=duplicated.pk)
    twin.pk, twin.capture = None, f"{duplicated.capture}-twin"
    twin.save()
    violations = check()
    expected = {
        "a lost frame": f"lost: capture {lost.capture} ",
        "a changed byte": f"changed: the file of {changed.capture} ",
        "a duplicated row": f"duplicated: 2 frames have the sha256 {duplicated.sha256}",
    }
    return [
        f"the checker does not detect {mutation}"
        for mutation, text in expected.items()
        if not any(text in violation for violation in violations)
    ]
