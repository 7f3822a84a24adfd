"""Reads of ingest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timelapse.ingest.models import Quarantined

if TYPE_CHECKING:
    from uuid import UUID


def quarantined(camera: UUID, capture: str) -> Quarantined | None:
    """Find the verdict on a capture that was refused for good."""
    return Quarantined.objects.filter(camera=camera, capture=capture).first()
