"""One file per library that fsmlock can work with; nothing imports them but you."""

from __future__ import annotations
