"""``timelapse up``: the whole app with a simulated camera, until Ctrl-C."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from timelapse.project.stack import boot, processes
from timelapse.project.stack.errors import Stopped
from timelapse.project.stack.home import locked_home, readable_by_others, write_private
from timelapse.project.stack.ports import free_port, require_free
from timelapse.project.stack.signals import stopping_on_signals
from timelapse.project.stack.supervisor import Supervisor, supervised

if TYPE_CHECKING:
    from pathlib import Path

_CHECK_EVERY_S = 0.5


def up(home: Path, *, port: int, camera: bool, account: bool) -> None:
    """Start everything and restart what ends, until a signal stops it.

    Args:
        home: the folder of all state.
        port: of the page, 0 for any.
        camera: whether a simulated camera runs, too.
        account: whether the first account is made here, and not in the browser.

    Raises:
        StackError: something that it needs is missing or in use.
    """
    with locked_home(home), stopping_on_signals(), supervised(say) as supervisor:
        port = require_free(port) if port else free_port()
        try:
            _start(supervisor, home, port, camera=camera, account=account)
            _run(supervisor, demo=camera)
        except Stopped:
            say("\nStopping…")


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201


def _start(supervisor: Supervisor, home: Path, port: int, *, camera: bool, account: bool) -> None:
    os.environ.setdefault("PUBLIC_ADDRESS", f"http://127.0.0.1:{port}")
    boot.boot_valkey(supervisor, home)
    boot.boot_django(home)
    from timelapse.accounts.actions import ensure_operator  # noqa: PLC0415 - Django is set up only now

    password = ensure_operator() if account else None
    if password is not None:
        write_private(home / "admin_password", password)  # for the next start
    supervisor.start(processes.collector(home))
    address = boot.boot_servers(supervisor, home, port)
    supervisor.start(processes.ingest(home))
    if camera:
        from timelapse.project.stack.demo import start_camera  # noqa: PLC0415

        start_camera(supervisor, home, address)
    say(f"\n  Timelapse runs at {address}\n  {_how_to_sign_in(home)}\n")
    say(f"  State and logs: {home}\n  Stop with Ctrl-C.\n")
    if readable_by_others(home):
        say(f"  Other users of this machine can read {home}. To change that: chmod 700 {home}\n")


def _how_to_sign_in(home: Path) -> str:
    from timelapse.accounts.first_run import ensure_code  # noqa: PLC0415 - Django is set up only now
    from timelapse.project.lifespan import how_to_set_up  # noqa: PLC0415 - as above

    code = ensure_code()
    return how_to_set_up(code) if code else f"Sign in as admin with the password {_password(home)}"


def _password(home: Path) -> str:
    """Return the password that the first start made up, unless it is another one by now."""
    from timelapse.accounts.actions import is_password  # noqa: PLC0415 - Django is set up only now

    path = home / "admin_password"
    password = path.read_text() if path.exists() else ""
    return password if is_password("admin", password) else "that you chose"


def _run(supervisor: Supervisor, *, demo: bool) -> None:
    from timelapse.project.stack.demo import render_first_movie  # noqa: PLC0415

    waiting_for_first_movie = demo
    while True:
        supervisor.restart_ended()
        if waiting_for_first_movie:
            waiting_for_first_movie = not render_first_movie()
        time.sleep(_CHECK_EVERY_S)
