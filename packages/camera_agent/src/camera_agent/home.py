"""The folder of an agent's state: token, pairing, server, spool, status."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from camera_agent.errors import AnotherAgent, BadInput
from camera_agent.migrations import FORMER_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def is_token(text: str) -> bool:
    """Whether a text can be sent as a token: visible ASCII only."""
    return text.isascii() and text.isprintable() and bool(text) and " " not in text


def same_server(one: str, other: str) -> bool:
    """Whether two addresses are those of the same server: scheme, host, port and path."""
    return bool(one) and _parts(one) == _parts(other)


def _parts(address: str) -> tuple[str, str | None, int | None, str]:
    try:
        parts = urlsplit(address if "//" in address else f"http://{address}")
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", address, None, ""
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")


@dataclass(frozen=True, slots=True)
class Home:
    """The agent's folder: its paths and small files."""

    folder: Path

    @property
    def spool(self) -> Path:
        """The folder of captures that are to be delivered."""
        return self.folder / "spool"

    @property
    def token_file(self) -> Path:
        """The access token, readable by its owner alone."""
        return self.folder / "token"

    @property
    def config_file(self) -> Path:
        """The settings file, written by people."""
        return self.folder / "config.toml"

    @property
    def pairing_file(self) -> Path:
        """The pairing code while it is not approved."""
        return self.folder / "pairing.json"

    @property
    def identity_file(self) -> Path:
        """The server and camera that this folder is paired with."""
        return self.folder / "identity.json"

    @property
    def remote_config_file(self) -> Path:
        """The configuration that the server sent last."""
        return self.folder / "remote_config.json"

    @property
    def former_config_file(self) -> Path:
        """The configuration of the server before the last one."""
        return self.folder / "former_config.json"

    @property
    def status_file(self) -> Path:
        """The last heartbeat of the agent."""
        return self.folder / "status.json"

    def create(self) -> Home:
        """Create the folder. BadInput when that is not possible."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(
                f"The folder {self.folder} can't be created: {error.strerror}.",
                "Choose another with --home.",
            ) from error
        for name, former in FORMER_FILES.items():
            with contextlib.suppress(OSError):
                (self.folder / former).rename(self.folder / name)
        return self

    def token(self) -> str | None:
        """Return the access token; None when there is none that can be read: `is_paired` tells them apart."""
        try:
            token = self.token_file.read_text().strip()
        except (OSError, UnicodeDecodeError):
            return None
        return token if is_token(token) else None

    def is_paired(self) -> bool | None:
        """Whether there is an access token; None when its file can't be read, or holds none."""
        return self.token() is not None or (None if self.token_file.exists() else False)

    def token_for(self, server: str) -> str | None:
        """Return the token that this server gave; None when another server, or none, gave it."""
        return self.token() if same_server(self.paired_server(), server) else None

    def paired_server(self) -> str:
        """Return the address of the server that gave the token; empty when this agent was never paired."""
        return str(self.read(self.identity_file).get("server", ""))

    def why_unpaired(self, server: str) -> str:
        """Return why there is no token for a server, with what to do."""
        paired = self.paired_server()
        if self.is_paired() is None:
            return (
                f"{self.token_file} can't be read, or holds no token."
                f" Run this as the agent's user, or pair again: camera-agent pair {server}"
            )
        if not self.is_paired() or not paired:
            return f"This camera is not paired. Pair it: camera-agent pair {server}"
        return (
            f"This camera is paired with {paired}, and its token is not for {server}."
            f" Pair it there, too: camera-agent pair {server}"
        )

    def write(self, path: Path, data: Mapping[str, Json], *, durable: bool = True) -> None:
        """Replace a small JSON file atomically; a `durable` one survives a power cut, but wears the card."""
        self._replace(path, json.dumps(dict(data), indent=2) + "\n", 0o644, durable=durable)

    def read(self, path: Path) -> dict[str, Json]:
        """Return a small JSON file's object; empty when the file is missing or damaged."""
        try:
            data = json.loads(path.read_text())
        except (OSError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}

    def save_token(self, token: str) -> None:
        """Write the access token to a file that only its owner can read."""
        self._replace(self.token_file, token + "\n", 0o600, durable=True)

    @staticmethod
    def _replace(path: Path, text: str, mode: int, *, durable: bool) -> None:
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
            with os.fdopen(descriptor, "w") as file:
                _give_to_owner(descriptor, path.parent)
                file.write(text)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise OSError(error.errno, error.strerror, str(path)) from error


@contextmanager
def exclusive_lock(home: Home) -> Iterator[None]:
    """Hold the folder's lock. AnotherAgent when another agent does, BadInput when it can't be written."""
    try:
        lock = _lock(home)
    except BlockingIOError:
        raise AnotherAgent(
            f"Another agent is running in {home.folder}.", "Stop it, or give another --home."
        ) from None
    except OSError as error:
        raise BadInput(
            f"{home.folder} can't be written: {error.strerror}.",
            "Check its owner and the card.",
        ) from error
    with lock:
        yield


def is_running(home: Home) -> bool:
    """Whether an agent is running in this folder."""
    try:
        _lock(home).close()
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _give_to_owner(descriptor: int, folder: Path) -> None:
    """Give root's files to the folder's owner: the service reads what `sudo camera-agent` wrote."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def _lock(home: Home) -> IO[str]:
    file = (home.folder / "agent.lock").open("w")
    _give_to_owner(file.fileno(), home.folder)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file
