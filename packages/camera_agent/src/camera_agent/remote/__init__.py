"""The server as the agent sees it: HTTP client, pairing, heartbeats, commands, records."""

from __future__ import annotations
