"""A camera agent that captures offline and online and never loses a frame."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
