"""Movies: requested, rendered by a worker, followed live."""

from __future__ import annotations
