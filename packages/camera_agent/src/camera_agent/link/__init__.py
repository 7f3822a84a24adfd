"""The link to the server: HTTP client, pairing and uploads, on the standard library alone."""

from __future__ import annotations
