"""The live channel: the only place that publishes to the channel layer and reads from it.

``publish(group, event)`` sends an event to everybody who watches the group; ``watch(*groups)`` receives it.
Events carry the new state where they can, so that watchers need not read it again.
"""

from __future__ import annotations

from timelapse.shared.live.hub import Event, Inbox, hub
from timelapse.shared.live.publisher import flush, publish, publish_entry, publish_on_commit
from timelapse.shared.live.watch import needs_snapshot, watch

__all__ = [
    "Event",
    "Inbox",
    "flush",
    "hub",
    "needs_snapshot",
    "publish",
    "publish_entry",
    "publish_on_commit",
    "watch",
]
