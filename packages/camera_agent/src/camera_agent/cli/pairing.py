"""The command `pair`: gets a token for this camera."""

from __future__ import annotations

import io
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import segno

from camera_agent import __version__
from camera_agent.cli.terminal import print_result
from camera_agent.home import Home
from camera_agent.remote.client import Client
from camera_agent.remote.pairing import request_code, wait_for_approval

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from camera_agent.remote.pairing import DeviceCode


def _pair(options: argparse.Namespace) -> int:
    home = Home(Path(options.home)).create()
    with closing(Client(options.url)) as client:
        if home.read(home.identity_file).get("server") == client.server:
            # Paired with this server before: it stays the same camera. No other server gets the token.
            client.token = home.token()
        return _pair_with(client, home, options)


def _pair_with(client: Client, home: Home, options: argparse.Namespace) -> int:
    about = {"driver": options.driver, "model": "", "agent": f"camera-agent {__version__}"}
    code = request_code(client, {"name": options.name, **about})
    home.write(
        home.pairing_file,
        {
            "user_code": code.user_code,
            "verification_uri": code.verification_uri,
            "verification_uri_complete": code.verification_uri_complete,
        },
    )
    try:
        print_result(code_text(code, picture=sys.stdout.isatty() or options.qr))
        paired = wait_for_approval(client, code)
    finally:
        home.pairing_file.unlink(missing_ok=True)
    # Another server's configuration does not apply to this one.
    home.remote_config_file.unlink(missing_ok=True)
    home.write(home.identity_file, {"server": client.server, "camera": paired.camera, "name": paired.name})
    home.save_token(paired.access_token)
    print_result(f"Paired as {paired.name or options.name}.")
    return 0


def code_text(code: DeviceCode, *, picture: bool) -> str:
    """Return what to print while a code is not approved; `picture` adds the address as a QR code."""
    sentence = f"Open {code.verification_uri} and enter the code {code.user_code}"
    address = code.verification_uri_complete or code.verification_uri
    if not picture or not address:
        return sentence
    drawn = io.StringIO()
    segno.make_qr(address, error="l").terminal(drawn, compact=True, border=2)
    return f"{drawn.getvalue().rstrip(chr(10))}\n{sentence}"


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {"pair": _pair}
