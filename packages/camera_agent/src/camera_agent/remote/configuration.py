"""The configuration that the server sends: applied as a whole or rejected, and kept over restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera_agent.config import Config, with_remote_settings
from camera_agent.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camera_agent.home import Home, Json


class RemoteConfig:
    """Overrides the agent's own settings with those of the server. `apply` puts a new configuration in force.

    `error` is the revision and the reason of the last configuration that was rejected.
    """

    def __init__(
        self, home: Home, own: Config, *, apply: Callable[[Config], None] = lambda _config: None
    ) -> None:
        self._home, self._own, self._apply = home, own, apply
        self.revision = 0
        self.error: dict[str, Json] | None = None

    def load(self) -> Config:
        """Return the settings to start with: those received last, unless this agent can't use them."""
        stored = self._home.read(self._home.remote_config_file)
        revision = stored.get("revision")
        if not isinstance(revision, int):
            return self._own
        try:
            config = with_remote_settings(self._own, stored)
        except BadInput as error:
            self.error = {"revision": revision, "message": str(error)}
            return self._own
        self.revision = revision
        return config

    def receive(self, message: Json) -> None:
        """Apply a newer configuration; one that can't work is rejected as a whole, with the reason."""
        if not isinstance(message, dict):
            return
        revision = message.get("revision")
        if not isinstance(revision, int) or isinstance(revision, bool) or revision <= self.revision:
            return
        if self.error is not None and self.error["revision"] == revision:
            return
        try:
            config = with_remote_settings(self._own, _without_nulls(message))
        except BadInput as error:
            self.error = {"revision": revision, "message": str(error)}
            return
        self._home.write(self._home.remote_config_file, message)
        self._apply(config)
        self.revision, self.error = revision, None


def _without_nulls(message: Mapping[str, Json]) -> Mapping[str, Json]:
    return {name: value for name, value in message.items() if value is not None}
