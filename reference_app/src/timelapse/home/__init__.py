"""The first page: the wall of latest pictures, what needs somebody, and what is being made."""

from __future__ import annotations
