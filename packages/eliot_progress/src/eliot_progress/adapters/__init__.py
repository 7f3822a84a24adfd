"""One module for each framework that the convention crosses; none is imported unless asked for."""

from __future__ import annotations
