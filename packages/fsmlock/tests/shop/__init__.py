"""A small project for the tests: rooms with films, films with frames."""

from __future__ import annotations
