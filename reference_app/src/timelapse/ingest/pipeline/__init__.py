"""The way of an upload: admitted, taken in, inspected, kept or quarantined."""

from __future__ import annotations
