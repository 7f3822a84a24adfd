"""The configuration that the server sends: applied as a whole or rejected, and kept over restarts."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeGuard

from camera_agent.config import Config, with_remote_settings
from camera_agent.errors import BadInput
from camera_agent.protocol.messages import LARGEST_REVISION, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camera_agent.home import Home, Json
    from camera_agent.protocol.settings import ExposureSettings, Schedule


def _ignore(_config: Config) -> None:
    """Do nothing with a configuration."""


class RemoteConfig:
    """Overrides the agent's own settings with those of the server. `apply` puts a new configuration in force.

    `rehearse` raises what using a configuration would raise. Whatever either raises, the settings that worked
    last stay in force. `error` is the revision and the reason of the last configuration that was rejected.
    The thread that talks to the server receives configurations, and the one that captures rejects them.
    """

    def __init__(
        self,
        home: Home,
        own: Config,
        *,
        apply: Callable[[Config], None] = _ignore,
        rehearse: Callable[[Config], None] = _ignore,
    ) -> None:
        self._home, self._own, self._apply, self._rehearse = home, own, apply, rehearse
        self._current, self._former = (0, own), (0, own)
        #: Held until a change is complete: what is put in force may be rejected at once.
        self._lock = threading.Lock()
        self.error: ConfigError | None = None

    @property
    def revision(self) -> int:
        """The number of the configuration in force; 0 for the agent's own settings."""
        return self._current[0]

    def load(self) -> Config:
        """Return the settings to start with: those received last that this agent can use, or else its own."""
        for path in (self._home.remote_config_file, self._home.former_config_file):
            stored = self._home.read(path)
            revision = stored.get("revision")
            if not _is_revision(revision):
                continue
            try:
                self._current = revision, self._usable(stored)
                break
            except Exception as error:  # noqa: BLE001 - whatever it is, the agent starts
                self.error = self.error or _rejection(revision, error)
        return self._current[1]

    def state(self) -> tuple[int, ConfigError | None]:
        """The number of the configuration in force, and the error that belongs to it."""
        with self._lock:
            return self._current[0], self.error

    def receive(self, message: Json) -> None:
        """Apply a newer configuration; one that can't work is rejected as a whole, with the reason."""
        if isinstance(message, dict):
            with self._lock:
                self._receive(message)

    def _receive(self, message: dict[str, Json]) -> None:
        revision = message.get("revision")
        if not _is_revision(revision) or revision <= self.revision:
            return
        if self.error is not None and self.error.revision == revision:
            return
        try:
            config = self._usable(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, the former settings stay
            self.error = _rejection(revision, error)
            return
        try:
            self._apply(config)
        except Exception as error:  # noqa: BLE001 - as above
            self.error = _rejection(revision, error)
            self._apply(self._current[1])
            return
        former, before = self._home.read(self._home.remote_config_file), self.revision
        # First in memory: with a full card it would be put in force anew at each heartbeat.
        self._former, self._current, self.error = self._current, (revision, config), None
        if before and former.get("revision") == before:
            self._home.write(self._home.former_config_file, former)
        self._home.write(self._home.remote_config_file, message)

    def reject(self, schedule: Schedule, exposure: ExposureSettings, reason: str) -> None:
        """Put the configuration before the present one in force, because these settings failed in use.

        Does nothing if they are not those of the present one: a newer one has replaced them already.
        """
        with self._lock:
            revision, config = self._current
            if (schedule, exposure) != (config.schedule, config.exposure):
                return
            self.error = ConfigError(revision=revision, message=reason)
            self._current, self._former = self._former, (0, self._own)
            if revision:  # the agent's own settings have none before them
                self._apply(self._current[1])

    def _usable(self, message: Mapping[str, Json]) -> Config:
        config = with_remote_settings(
            self._own, {name: value for name, value in message.items() if value is not None}
        )
        self._rehearse(config)
        return config


def _is_revision(value: Json) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_REVISION


def _rejection(revision: int, error: Exception) -> ConfigError:
    why = str(error) if isinstance(error, BadInput) else f"It can't be used: {type(error).__name__}: {error}."
    return ConfigError(revision=revision, message=why[:500])
