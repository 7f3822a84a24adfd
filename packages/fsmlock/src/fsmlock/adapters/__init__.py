"""Adapters for other libraries, one module each. Only your own code imports them."""

from __future__ import annotations
