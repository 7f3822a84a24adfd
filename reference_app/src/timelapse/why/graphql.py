"""The field `why` and its live form: the chain of what something waits for, with what can be done."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self, cast

import strawberry
from asgiref.sync import sync_to_async
from django.utils import timezone
from graphql import GraphQLError
from strawberry import relay
from strawberry.scalars import JSON
from strawberry.types import Info

from fsmlock.sentences import translated
from timelapse.cameras.changes import group_of as camera_group
from timelapse.cameras.models import Camera
from timelapse.operations.queries import RUNS_GROUP
from timelapse.rendering.models import Movie
from timelapse.shared import conf, progress, subjects
from timelapse.shared.access import SIGNED_IN, needs, only, refusal
from timelapse.shared.graphql import LiveUpdate, Stateful, kind_of, signed_in, subject_named
from timelapse.shared.live import watch
from timelapse.timelapses.actions import group_of as timelapse_group
from timelapse.timelapses.models import Timelapse
from timelapse.why import caused, log, queries
from timelapse.why.domain import links as values

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from timelapse.shared.live import Event

LinkKind = strawberry.enum(values.LinkKind, description="What a link of a chain is about.")
#: Who may ask about a task, which is no object of the app.
_TASKS: Final = needs("operations.view_operations")
#: Minimum seconds between two messages to one viewer.
_MIN_INTERVAL_S: Final = 0.5
_ABSENT: Final = "There is nothing with this id, or there is no longer."
_UNREADABLE: Final = "You may not read this object."


@strawberry.type(description="A transition that helps, of the object that a link names.")
class WhyAction:
    """See timelapse.why.domain.links.Remedy."""

    label: str = strawberry.field(description="What the button says; empty: the transition's own label.")
    transition: str = strawberry.field(description="The name of one of the object's `availableTransitions`.")
    name: strawberry.Private[str]

    @strawberry.field(
        description="The object; null if it is gone, or if the viewer may not read it.",
        metadata=only(SIGNED_IN),
    )
    async def object(self, info: Info) -> Stateful | None:
        """Load it together with those of the other links."""
        return cast("Stateful | None", await subject_named(info, self.name))


@strawberry.type(description="One link of a chain: what is waited for, in a sentence and as facts.")
class WhyLink:
    """See timelapse.why.domain.values.Link."""

    id: strawberry.ID
    kind: LinkKind  # type: ignore[valid-type] # strawberry.enum returns the enum
    code: str
    message: str
    params: JSON = strawberry.field(description="The facts of the message, by name.")
    remedy: str = strawberry.field(description="What to do about it, if no action does; else empty.")
    detail: str = strawberry.field(description="The names that machines use, for who wants to look closer.")
    since: datetime | None = strawberry.field(description="Since when it is so, or when it was last known.")
    earliest: datetime | None = strawberry.field(description="The begin of the estimated range of time.")
    latest: datetime | None = strawberry.field(description="The end of the estimated range of time.")
    action: WhyAction | None = strawberry.field(description="The one thing that can be done about it.")
    name: strawberry.Private[str]

    @strawberry.field(
        description="What it is about; null without such an object, or if the viewer may not read it.",
        metadata=only(SIGNED_IN),
    )
    async def subject(self, info: Info) -> relay.Node | None:
        """Load it together with those of the other links."""
        return await subject_named(info, self.name) if self.name else None

    @classmethod
    def from_value(cls, link: values.Link, of: str, which: int) -> Self:
        """Convert one link of the chain of ``of``, and of its links with this code the one of this number."""
        action, estimate, said = link.action, link.estimate, link.reason.translated()
        return cls(
            id=strawberry.ID(f"WhyLink:{of}:{link.reason.code}:{which}"),
            kind=link.kind,
            code=said.code,
            message=said.message,
            params=cast("JSON", dict(said.params)),
            remedy=said.remedy,
            detail=translated(link.detail),
            since=link.since,
            earliest=None if estimate is None else estimate.earliest,
            latest=None if estimate is None else estimate.latest,
            action=None
            if action is None
            else WhyAction(label=translated(action.label), transition=action.transition, name=action.subject),
            name=link.subject,
        )


@strawberry.type(description="One line of what a request caused, as the log has it.")
class CausedStep:
    """See timelapse.why.caused.Step."""

    id: strawberry.ID
    depth: int = strawberry.field(description="How many of the lines before it caused it.")
    message: str
    at: datetime | None = strawberry.field(description="When it began; null if the log doesn't say.")
    duration_seconds: float | None = strawberry.field(description="How long it took; null until it ends.")
    outcome: str = strawberry.field(description="How it ended, in a word or two.")
    is_cause: bool = strawberry.field(description="Whether it failed by itself.")
    failure: str = strawberry.field(
        description="Why it failed; else empty. What only the log knows is for those who may read it."
    )

    @classmethod
    def from_value(cls, step: caused.Step, of: str) -> Self:
        """Convert one line of what the request of ``of`` caused."""
        return cls(
            id=strawberry.ID(f"CausedStep:{of}:{step.id}"),
            depth=step.depth,
            message=step.message,
            at=step.at,
            duration_seconds=step.duration_s,
            outcome=step.outcome,
            is_cause=step.is_cause,
            failure=step.failure,
        )


@strawberry.type(description="What a request caused, from the click to the encoder, as the log has it.")
class Caused:
    """See timelapse.why.log.Caused."""

    id: strawberry.ID
    steps: list[CausedStep] = strawberry.field(description="In the order in which they began; at most 60.")
    note: str = strawberry.field(description="Why nothing or not all of it is there; else empty.")
    log_url: str | None = strawberry.field(description="Its page in the log; null without permission.")


@strawberry.type(description="Why something is not done yet: links from what it waits for to its end.")
class Why:
    """The chain of one object or task."""

    id: strawberry.ID
    at: datetime
    name: strawberry.Private[str]
    summary: str = strawberry.field(description="What a chain without links says; else empty.")
    links: list[WhyLink]

    @strawberry.field(
        description="What it is the chain of, to plan what helps; null for a task.", metadata=only(SIGNED_IN)
    )
    async def about(self, info: Info) -> Stateful | None:
        """Read it as it is now."""
        return cast("Stateful | None", await subject_named(info, self.name)) if self.name else None

    @strawberry.field(
        description="What its request caused; null for a task, and for what nobody requests.",
        metadata=only(SIGNED_IN),
    )
    async def caused(self, info: Info) -> Caused | None:
        """Read it from the log. Who may ask for the chain may read the object."""
        found = await sync_to_async(_caused)(self.name, signed_in(info))
        if found is None:
            return None
        return Caused(
            id=strawberry.ID(f"Caused:{self.name}"),
            steps=[CausedStep.from_value(step, self.name) for step in found.steps],
            note=found.note,
            log_url=found.url,
        )

    @classmethod
    def from_links(cls, of: str, links: tuple[values.Link, ...], name: str) -> Self:
        """Convert the chain of the object called ``name``, or of a task, with the id ``of``."""
        # A link keeps its id while others come and go before it: a dialog that it opened stays open.
        codes = [link.reason.code for link in links]
        return cls(
            id=strawberry.ID(f"Why:{of}"),
            at=timezone.now(),
            name=name,
            summary="" if links else translated(values.NOTHING_WAITS),
            links=[
                WhyLink.from_value(link, of, codes[:position].count(link.reason.code))
                for position, link in enumerate(links)
            ],
        )


@strawberry.type
class WhyUpdate(LiveUpdate):
    """One message of `whyUpdates`."""

    changed: list[Why] = strawberry.field(default_factory=list)


@strawberry.type
class Query:
    """Reads of this app."""

    @strawberry.field(
        description="Why an object (by its global id) or a task (by its id) is not done yet. "
        "It needs the permission to read the object, or to view operations.",
        metadata=only(SIGNED_IN),
    )
    async def why(self, info: Info, id: strawberry.ID) -> Why:  # noqa: A002 - the schema's name
        """Compose the chain."""
        found = await sync_to_async(_find)(id, signed_in(info))
        return await sync_to_async(_why)(id, found)


@strawberry.type
class Subscription:
    """Live reads of this app."""

    @strawberry.subscription(
        description="The chain of `why`: a snapshot, then again at each change of what it depends on, and "
        "with each heartbeat.",
        metadata=only(SIGNED_IN),
    )
    async def why_updates(self, info: Info, id: strawberry.ID) -> AsyncGenerator[WhyUpdate, None]:  # noqa: A002
        """Compose the chain anew for each message; end with the object."""
        heartbeat = conf.get().heartbeat_seconds
        user, seq = signed_in(info), 0
        row = await sync_to_async(_find)(id, user)
        async for event in watch(
            *_groups(row), heartbeat_s=heartbeat, min_interval_s=_MIN_INTERVAL_S, accept=_matters
        ):
            seq += 1
            try:
                changed = [await sync_to_async(_why)(id, await sync_to_async(_find)(id, user))]
            except GraphQLError:
                changed = []
            yield WhyUpdate(
                kind=kind_of(event),
                seq=seq,
                heartbeat_seconds=heartbeat,
                changed=changed,
                gone=[] if changed else [strawberry.ID(f"Why:{id}")],
            )
            if not changed:
                return


def _find(given: str, user: User) -> Any:  # noqa: ANN401 - a row of any model, or None for a task
    """Return the object of a global id; None for the id of a task.

    Raises:
        GraphQLError: there is no such object, or the user may not ask (``not_found``, ``forbidden``).
    """
    try:
        global_id = relay.GlobalID.from_id(given)
    except relay.GlobalIDValueError:
        reason = refusal(_TASKS, user)
        if reason is not None:
            raise GraphQLError(str(reason.translated()), extensions={"code": "forbidden"}) from None
        return None
    row = subjects.by_id(global_id.type_name, global_id.node_id)
    if row is None:
        raise GraphQLError(translated(_ABSENT), extensions={"code": "not_found"})
    if not subjects.may_read(row, user):
        raise GraphQLError(translated(_UNREADABLE), extensions={"code": "forbidden"})
    return row


def _why(given: str, row: Any) -> Why:  # noqa: ANN401 - as returned by _find
    links = queries.chain_of_task(given) if row is None else queries.chain_of(row)
    return Why.from_links(given, links, "" if row is None else progress.about(row))


def _caused(name: str, user: User) -> log.Caused | None:
    row = subjects.of_names([name]).get(name) if name else None
    return log.caused_by(row, user) if row is not None and subjects.may_read(row, user) else None


def _groups(row: Any) -> tuple[str, ...]:  # noqa: ANN401 - as returned by _find
    """Return the groups whose events may change the chain."""
    own: tuple[str, ...] = ()
    match row:
        case Movie():
            own = (timelapse_group(row.timelapse_id),)
        case Timelapse():
            own = (timelapse_group(row.pk), camera_group(row.camera_id))
        case Camera():
            own = (camera_group(row.pk),)
    return (*own, progress.GROUP, RUNS_GROUP)


def _matters(event: Event) -> bool:
    """Whether it may change a chain before the next heartbeat: how far work is waits for that."""
    return progress.state_in(event) is None or bool(event.get("starts_or_ends"))
