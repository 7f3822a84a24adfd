"""One module for each framework that the convention supports. Each is imported only on request."""

from __future__ import annotations
