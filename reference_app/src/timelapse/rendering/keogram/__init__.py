"""Keograms: the middle column of each frame of a day side by side, and all days, a line each.

Everything is made of the thumbnails that ingest has written; no picture is read again.
"""

from __future__ import annotations
