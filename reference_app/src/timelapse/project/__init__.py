"""The project: settings, schema, servers, and the stack that runs them all."""

from __future__ import annotations
