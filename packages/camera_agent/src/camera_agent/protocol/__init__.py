"""The contract between a camera agent and a server: settings, messages, limits and the window grammar.

Both sides import it. It needs the standard library and msgspec only, and astral for windows that follow the
sun. `docs/reference/agent-protocol.md` describes the requests.
"""

from __future__ import annotations

from typing import Final

__all__ = ["PROTOCOL"]

#: Version of the protocol, sent with each JSON message.
PROTOCOL: Final = 1
