"""The GraphQL type of a session: a browser in which the viewer is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry
from strawberry import relay
from strawberry.types import Info

if TYPE_CHECKING:
    from timelapse.accounts.models import BrowserSession


@strawberry.type(description="A browser in which the viewer is signed in.")
class Session:
    """A browser in which the viewer is signed in."""

    id: strawberry.ID
    browser: str = strawberry.field(description="The browser and its system, in words.")
    address: str | None = strawberry.field(
        description="From where it was last seen; null if that is not known."
    )
    began_at: datetime = strawberry.field(description="When they signed in.")
    last_seen_at: datetime = strawberry.field(description="When it was last used, to the minute.")
    is_this_one: bool = strawberry.field(description="Whether the answer goes to it.")

    @classmethod
    def from_model(cls, row: BrowserSession, this_one: str | None) -> Session:
        """Build it, given the key of the session that asks."""
        return cls(
            id=strawberry.ID(relay.to_base64("Session", row.pk)),
            browser=row.browser,
            address=row.address,
            began_at=row.began_at,
            last_seen_at=row.last_seen_at,
            is_this_one=row.session_id == this_one,
        )


def key_of(info: Info) -> str | None:
    """Return the key of the session that asks, over HTTP or a websocket."""
    context: Any = info.context
    session = context["ws"].scope["session"] if isinstance(context, dict) else context.request.session
    key: str | None = session.session_key
    return key
