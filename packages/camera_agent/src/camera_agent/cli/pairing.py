"""The command `pair`: gets a token for this camera."""

from __future__ import annotations

import io
import ipaddress
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import segno

from camera_agent import __version__
from camera_agent.cli.terminal import print_message, print_result
from camera_agent.home import Home, same_server
from camera_agent.remote.client import Client
from camera_agent.remote.pairing import request_code, wait_for_approval

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from camera_agent.remote.pairing import DeviceCode


def _pair(options: argparse.Namespace) -> int:
    home = Home(Path(options.home)).create()
    with closing(Client(options.url)) as client:
        if is_readable_by_others(client.server):
            print_message(
                f"Warning: {client.server} is not encrypted. Whoever is in the network on the way there can"
                " read this camera's token and pictures. Give the address as https:// if the server has one."
            )
        # Paired with this server before: it stays the same camera. No other server gets the token.
        client.token = home.token_for(client.server)
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
    home.former_config_file.unlink(missing_ok=True)
    if not same_server(home.paired_server(), client.server):
        # Should this end before the new token is stored, nobody may get that of another server.
        home.token_file.unlink(missing_ok=True)
    home.write(home.identity_file, {"server": client.server, "camera": paired.camera, "name": paired.name})
    home.save_token(paired.access_token)
    print_result(f"Paired as {paired.name or options.name}.")
    return 0


def is_readable_by_others(server: str) -> bool:
    """Whether what is sent to a server can be read on the way: plain HTTP that leaves this machine."""
    parts = urlsplit(server)
    host = parts.hostname or ""
    try:
        stays = ipaddress.ip_address(host).is_loopback
    except ValueError:
        stays = host == "localhost" or host.endswith(".localhost")
    return parts.scheme == "http" and not stays


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
