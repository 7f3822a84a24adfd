"""The configuration that the server wishes: taken whole or not at all, and kept over restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera_agent.config import Config, wished
from camera_agent.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camera_agent.home import Home, Json


class Wishes:
    """Knows the agent's own settings, and lays the server's wishes over them. `adopt` makes them true."""

    def __init__(
        self, home: Home, own: Config, *, adopt: Callable[[Config], None] = lambda _config: None
    ) -> None:
        self._home, self._own, self.adopt = home, own, adopt
        self.revision = 0
        self.error: dict[str, Json] | None = None

    def recall(self) -> Config:
        """The settings to start with: those wished last, if this agent can still take them."""
        kept = self._home.read(self._home.wished_file)
        revision = kept.get("revision")
        if not isinstance(revision, int):
            return self._own
        try:
            config = wished(self._own, kept)
        except BadInput as error:
            self.error = {"revision": revision, "message": str(error)}
            return self._own
        self.revision = revision
        return config

    def hear(self, wish: Json) -> None:
        """Take a newer configuration; one that can't work is refused whole, with the reason."""
        if not isinstance(wish, dict):
            return
        revision = wish.get("revision")
        if not isinstance(revision, int) or isinstance(revision, bool) or revision <= self.revision:
            return
        if self.error is not None and self.error["revision"] == revision:
            return
        try:
            config = wished(self._own, _asked(wish))
        except BadInput as error:
            self.error = {"revision": revision, "message": str(error)}
            return
        self._home.write(self._home.wished_file, wish)
        self.adopt(config)
        self.revision, self.error = revision, None


def _asked(wish: Mapping[str, Json]) -> Mapping[str, Json]:
    return {name: value for name, value in wish.items() if value is not None}
