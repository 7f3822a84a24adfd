"""Many processes, killed and stopped at random, and a checker that reads what they wrote."""

from __future__ import annotations
