"""Ingest: the edge at which camera agents deliver."""

from __future__ import annotations
