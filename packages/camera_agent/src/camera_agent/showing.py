"""Shows a pairing code as text, and as a QR code."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import segno

if TYPE_CHECKING:
    from camera_agent.link.pairing import DeviceCode


def code_text(code: DeviceCode, *, picture: bool) -> str:
    """Return what to print while a code is not approved; `picture` adds the address as a QR code."""
    sentence = f"Open {code.verification_uri} and enter the code {code.user_code}"
    address = code.verification_uri_complete or code.verification_uri
    if not picture or not address:
        return sentence
    drawn = io.StringIO()
    segno.make_qr(address, error="l").terminal(drawn, compact=True, border=2)
    return f"{drawn.getvalue().rstrip(chr(10))}\n{sentence}"
