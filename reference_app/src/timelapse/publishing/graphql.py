"""The type `ShareLink`, and what this app adds to the types `Movie` and `Timelapse`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

import strawberry
import strawberry_django
from django.utils import timezone
from strawberry.types import Info
from strawberry.types.base import get_object_definition

from timelapse.publishing import models, queries, transitions  # noqa: F401 - registers what applies them
from timelapse.rendering.graphql.movie import Movie
from timelapse.shared.access import SIGNED_IN, filtered, needs, readable_by, refusal
from timelapse.shared.graphql import Stateful, current_user, load
from timelapse.timelapses.graphql import Timelapse
from timelapse.timelapses.sharing import SHARE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SHARE: Final = needs(SHARE)


@readable_by(_SHARE)
@strawberry_django.type(
    models.ShareLink, description="A link for people without an account.", disable_optimization=True
)
class ShareLink(Stateful):
    """A link to a movie, or to the newest of a timelapse."""

    state: str
    created_at: datetime
    expires_at: datetime | None = strawberry_django.field(
        description="When it stops working; null: when it is revoked."
    )
    offers_download: bool = strawberry_django.field(
        description="Whether its page offers the file. What can be watched can be saved all the same."
    )

    @strawberry_django.field(description="Its address on this server, such as /share/….")
    def path(self) -> str:
        """Return the address of its page."""
        return f"/share/{_row(self).token}"

    @strawberry_django.field(description="Whether visitors must enter a password.")
    def has_password(self) -> bool:
        """Tell from the hash."""
        return bool(_row(self).password)

    @strawberry_django.field(description="Whether it has stopped working by itself.")
    def has_expired(self) -> bool:
        """Compare with the present time."""
        expires_at = _row(self).expires_at
        return expires_at is not None and expires_at <= timezone.now()

    @strawberry_django.field(description="Who made it; null if that account is gone.")
    def created_by(self) -> str | None:
        """Return the name of the account."""
        user = _row(self).created_by
        return None if user is None else user.get_username()


def _row(link: ShareLink) -> models.ShareLink:
    return cast("models.ShareLink", link)


async def _links(
    info: Info, find: Callable[[list[int]], Mapping[int, list[models.ShareLink]]], subject: object
) -> list[ShareLink]:
    if refusal(_SHARE, current_user(info)) is not None:
        return []
    return cast("list[ShareLink]", await load(info, find, cast("Movie", subject).pk) or [])


@strawberry.type
class SharedMovie:
    """Fields added to the type `Movie`, which itself must not import links."""

    @strawberry_django.field(
        description="The links to it that aren't revoked, newest first; none for who may not share.",
        metadata=filtered(SIGNED_IN),
    )
    async def share_links(self, info: Info) -> list[ShareLink]:
        """Load them together with those of the other movies of the request."""
        return await _links(info, queries.links_of_movies, self)


@strawberry.type
class SharedTimelapse:
    """Fields added to the type `Timelapse`."""

    @strawberry_django.field(
        description="The links to it that aren't revoked, newest first; none for who may not share. "
        "Each shows its newest movie and its latest picture.",
        metadata=filtered(SIGNED_IN),
    )
    async def share_links(self, info: Info) -> list[ShareLink]:
        """Load them together with those of the other timelapses of the request."""
        return await _links(info, queries.links_of_timelapses, self)


for _type, _added in ((Movie, SharedMovie), (Timelapse, SharedTimelapse)):
    get_object_definition(_type, strict=True).fields.extend(get_object_definition(_added, strict=True).fields)
