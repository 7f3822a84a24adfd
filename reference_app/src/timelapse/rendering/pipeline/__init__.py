"""Renders stored pictures to a movie that browsers play, without Django, queues or locks.

``plan`` says what a movie consists of, ``picture`` and ``scale`` make its frames, ``encode`` makes segments
of them, ``join`` one file of these. ``render`` does all of it; ``clip`` renders what moviepy composed.
"""

from __future__ import annotations
