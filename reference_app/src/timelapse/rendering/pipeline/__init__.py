"""Renders stored pictures to a movie that browsers play, without Django, queues or locks.

``pipeline.render`` is the entry point.
"""

from __future__ import annotations
