"""The tests of fsmlock."""

from __future__ import annotations
