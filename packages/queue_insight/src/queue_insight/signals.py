"""The signal of the collector, for a project that publishes changes to its viewers.

A receiver runs in the collector, which waits for it. What it raises is logged and stops nobody.
"""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

#: Sent when the collector has saved its state; `has_news` says whether an event was more than a heartbeat.
collector_saved: Final = Signal()
