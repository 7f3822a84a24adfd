"""A real RabbitMQ for tests and benchmarks, from the installed `rabbitmq-server`.

with RabbitMQServer() as server:
    url = server.new_vhost()  # a broker URL with nothing in it

It has a node name, ports, a cookie and folders of its own, knows nothing of a service of the system, and
ends with the process that started it.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from base64 import b64encode
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

#: Debian's wrapper in the path insists on the user and the folders of the service; this is the server itself.
SERVERS: Final = (
    Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),
    Path("/opt/homebrew/sbin/rabbitmq-server"),
)
USER: Final = "guest"
START_S: Final = 180.0
_LOOPBACK: Final = "127.0.0.1"
_CONFIGURATION: Final = """
listeners.tcp.1 = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management}
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 10MB
log.console = false
log.file.level = error
"""


class RabbitMQServer:
    """One server with its management plugin, for as long as the context lasts."""

    def __init__(self) -> None:
        self._ports = _free_ports(4)
        self._folder = Path(tempfile.mkdtemp(prefix="rabbitmq-"))
        self._vhosts = count(1)
        self._epmd: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The port of AMQP."""
        return self._ports[0]

    @property
    def management_url(self) -> str:
        """The address of the management API, with its credentials."""
        return f"http://{USER}:{USER}@{_LOOPBACK}:{self._ports[1]}"

    def __enter__(self) -> Self:
        """Start the server, which takes some seconds.

        Raises:
            FileNotFoundError: rabbitmq-server is not installed.
            TimeoutError: the server did not start within three minutes.
        """
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the server and everything that it started, and delete its folder."""
        self.kill()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server with the data that it had."""
        server = next((each for each in SERVERS if each.exists()), None) or shutil.which("rabbitmq-server")
        if server is None:
            raise FileNotFoundError(
                "rabbitmq-server is not installed (Debian: apt-get install rabbitmq-server)"
            )
        amqp, management, distribution, epmd = self._ports
        (self._folder / "plugins").write_text("[rabbitmq_management].")
        (self._folder / "rabbitmq.conf").write_text(_CONFIGURATION.format(amqp=amqp, management=management))
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self._folder),
            "ERL_EPMD_PORT": str(epmd),
            "ERL_EPMD_ADDRESS": _LOOPBACK,
            "RABBITMQ_NODENAME": f"test{amqp}@localhost",
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_PID_FILE": str(self._folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
            # Without a shell in between, which would outlive a parent that is killed.
            "RUNNING_UNDER_SYSTEMD": "true",
        }
        if self._epmd is None:
            self._epmd = _spawn(
                ["epmd", "-port", str(epmd), "-address", _LOOPBACK], environment, self._folder
            )
        self._server = _spawn([str(server)], environment, self._folder)
        deadline = time.monotonic() + START_S
        while not self._responds():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"rabbitmq-server did not start:\n{self._output()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End the server at once, as when its host fails; `start` continues with the data on disk."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Stop the server without closing a connection, as when its host hangs, until the context ends."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._server.send_signal(signal.SIGCONT)

    def new_vhost(self, name: str = "") -> str:
        """Create a virtual host, in which nothing is, and return its broker URL."""
        name = name or f"test{next(self._vhosts)}"
        self.manage("PUT", f"/api/vhosts/{quote(name, safe='')}")
        self.manage(
            "PUT",
            f"/api/permissions/{quote(name, safe='')}/{USER}",
            {"configure": ".*", "write": ".*", "read": ".*"},
        )
        return f"amqp://{USER}:{USER}@{_LOOPBACK}:{self.port}/{quote(name, safe='')}"

    def manage(self, method: str, path: str, body: object = None) -> object:
        """Return the answer of the management API, decoded; None if it is empty."""
        connection = http.client.HTTPConnection(_LOOPBACK, self._ports[1], timeout=10)
        try:
            token = b64encode(f"{USER}:{USER}".encode()).decode()
            connection.request(
                method,
                path,
                None if body is None else json.dumps(body),
                {"Authorization": f"Basic {token}", "Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            text = answer.read()
            if answer.status >= http.client.BAD_REQUEST:
                raise OSError(f"{method} {path}: {answer.status} {text.decode(errors='replace')}")
            return json.loads(text) if text else None
        finally:
            connection.close()

    def _responds(self) -> bool:
        try:
            socket.create_connection((_LOOPBACK, self.port), timeout=1).close()
            self.manage("GET", "/api/vhosts")
        except OSError:
            return False
        return True

    def _output(self) -> str:
        return (self._folder / "output").read_text(errors="replace")[-2000:]


def _spawn(command: list[str], environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    # The kernel ends it when the thread that started it ends, however that ends.
    guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    with (folder / "output").open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - fixed commands
            [*guard, *command],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _free_ports(number: int) -> list[int]:
    # All at once, so that they differ.
    probes = [socket.socket() for _ in range(number)]
    try:
        for probe in probes:
            probe.bind((_LOOPBACK, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
