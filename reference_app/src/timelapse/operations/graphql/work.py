"""The list of work: movies and runs, by stage, kind and words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

import strawberry
from asgiref.sync import sync_to_async
from graphql import GraphQLError
from strawberry import relay
from strawberry.types import Info

from fsmlock.sentences import sentence, translated
from timelapse.operations import work
from timelapse.operations.kinds import Kind
from timelapse.operations.searching import LONGEST_SEARCH, MOST_WORDS, words_of
from timelapse.shared.access import SIGNED_IN, filtered, needs, only
from timelapse.shared.graphql import Stateful, signed_in

if TYPE_CHECKING:
    from timelapse.operations.work import Filter, Page, Place

#: Who may see the list at all.
VIEW: Final = needs("operations.view_operations")

WorkKind = strawberry.enum(Kind, name="WorkKind", description="What work does.")
WorkStage = strawberry.enum(
    work.Stage, name="WorkStage", description="How far work is, whatever its type calls that state."
)


@strawberry.input(description="Which work is meant; what isn't given limits nothing.")
class WorkFilter:
    """See timelapse.operations.work.Filter."""

    ended: bool = strawberry.field(description="Whether it is over; if not, it goes on, waits or is paused.")
    kinds: list[WorkKind] | None = None  # type: ignore[valid-type] # Strawberry's enums are values
    stages: list[WorkStage] | None = None  # type: ignore[valid-type] # as above
    words: str = strawberry.field(
        default="",
        description=f"Each is in its name, or that of what it is about, or of who asked for it; at most "
        f"{MOST_WORDS} words of {LONGEST_SEARCH} characters in all.",
    )

    def checked(self) -> Filter:
        """Return it as a value.

        Raises:
            GraphQLError: the search is too long (``extensions.code`` is ``search_too_long``).
        """
        words = words_of(self.words)
        if len(self.words) > LONGEST_SEARCH or len(words) > MOST_WORDS:
            message = sentence(
                "Search for at most %(words)s words of %(characters)s characters in all.",
                words=MOST_WORDS,
                characters=LONGEST_SEARCH,
            )
            raise GraphQLError(translated(message), extensions={"code": "search_too_long"})
        stages = work.ENDED if self.ended else frozenset(work.Stage) - work.ENDED
        return work.Filter(
            kinds=frozenset(Kind if self.kinds is None else self.kinds),
            stages=stages if self.stages is None else stages & frozenset(self.stages),
            words=words,
        )


@strawberry.type(description="A movie or a run, and its place in the list.")
class WorkEdge:
    """An entry."""

    cursor: str
    node: Stateful = strawberry.field(metadata=only(SIGNED_IN))
    stage: WorkStage  # type: ignore[valid-type] # as above
    ended_at: datetime | None = strawberry.field(description="Null while it goes on, waits or is paused.")


@strawberry.type(description="A page of work, newest first.")
class WorkConnection:
    """Movies and runs."""

    edges: list[WorkEdge]
    page_info: relay.PageInfo

    @classmethod
    def from_page(cls, page: Page, *, after: Place | None) -> WorkConnection:
        """Convert a page."""
        edges = [
            WorkEdge(
                cursor=work.Place.of(each).cursor,
                node=cast("Stateful", each),
                stage=work.stage_of(each),
                ended_at=work.ended_at(each),
            )
            for each in page.work
        ]
        info = relay.PageInfo(
            has_next_page=page.has_next,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return cls(edges=edges, page_info=info)


@strawberry.type
class Query:
    """The list of work."""

    @strawberry.field(
        description="Movies and long work that the viewer may view: what ended by its end, else by when it "
        "was asked for; newest first.",
        metadata=filtered(VIEW),
    )
    async def work(
        self,
        info: Info,
        filter: WorkFilter,  # noqa: A002 - Relay's name
        first: int = 20,
        after: str | None = None,
    ) -> WorkConnection:
        """Read a page.

        Raises:
            GraphQLError: a cursor that the list did not give out (``malformed_cursor``), or a search that is
                too long (``search_too_long``).
        """
        try:
            place = None if after is None else work.Place.parse(after)
        except work.UnknownPlaceError:
            message = "This is no cursor of this list. Take cursors from the server's answers."
            raise GraphQLError(translated(message), extensions={"code": "malformed_cursor"}) from None
        page = await sync_to_async(work.read_page)(
            signed_in(info), filter.checked(), first=max(first, 0), after=place
        )
        return WorkConnection.from_page(page, after=place)
