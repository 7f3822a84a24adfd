from __future__ import annotations

from camera_agent.host.clock import ClockQuality, Instant
from camera_agent.spool.store import Spool
from tests.conftest import jpeg

NOW = Instant(wall_ns=1_795_470_598_000_000_000, quality=ClockQuality.SYNCED, boot="boot-1", monotonic_ns=7)


class Filled:
    """A spool with a shorthand for putting pictures into it."""

    def __init__(self, folder, spool: Spool | None = None) -> None:
        self.folder = folder
        self.spool = spool or Spool(folder)

    def put(self, capture: str, content: bytes | None = None):
        target = self.spool.incoming / "image"
        target.write_bytes(jpeg() if content is None else content)
        return self.spool.put(
            target,
            capture=capture,
            filename=f"{capture}.jpg",
            filetype="image/jpeg",
            captured_at=NOW,
            exposure={},
        )

    def index_is_read_only(self, yes: bool) -> None:
        """Let SQLite refuse to write, as on a card that is full or worn out."""
        self.spool.index.change(f"PRAGMA query_only = {int(yes)}")

    def reopen(self) -> None:
        self.spool.close()
        self.spool = Spool(self.folder)
