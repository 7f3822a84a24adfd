"""What people are asked for a link that needs no account: the same for a movie and for a timelapse."""

from __future__ import annotations

from typing import Final

from fsmlock import InputField, Offer

#: The permission to share by links, to see the links that there are, and to revoke them.
SHARE: Final = "publishing.share"
#: How long a link can last, in days; 0: until somebody revokes it.
LIFETIMES: Final = ((1, "1 day"), (7, "1 week"), (30, "30 days"), (365, "1 year"), (0, "Until revoked"))
LONGEST_PASSWORD: Final = 100

SHARE_OFFER: Final = Offer(
    input=(
        InputField(name="days", kind="choice", label="Works for", default=30, choices=LIFETIMES),
        InputField(
            name="password",
            kind="text",
            label="Password",
            default="",
            maximum=LONGEST_PASSWORD,
            help="Visitors must enter it. Empty: whoever has the link can watch.",
        ),
        InputField(name="download", kind="yes_or_no", label="Offer the file for download", default=True),
    )
)
