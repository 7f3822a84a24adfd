"""Movies: asked for, rendered by a worker, watched while they grow."""

from __future__ import annotations
