"""Finds what breaks clients of the GraphQL schema, between two versions of it."""

from __future__ import annotations

from typing import Final

from graphql import build_schema, find_breaking_changes

REMEDY: Final = (
    "Keep what clients use, and deprecate it. If it must go: scripts/schema --accept-breaking,"
    " and say so in the commit."
)


def breaking(before: str, after: str) -> list[str]:
    """Return each change from one schema (in its definition language) to another that breaks a client."""
    changes = find_breaking_changes(build_schema(before), build_schema(after))
    return sorted(change.description for change in changes)
