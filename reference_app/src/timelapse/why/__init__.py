"""Why something is not done yet: one chain from its request to its end, of what every package tells."""

from __future__ import annotations
