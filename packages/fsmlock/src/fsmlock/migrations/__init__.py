"""Migrations of the database backend."""

from __future__ import annotations
