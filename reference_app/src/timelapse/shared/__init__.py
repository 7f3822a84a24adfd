"""What every app shares: live changes, settings, GraphQL's common types."""

from __future__ import annotations
