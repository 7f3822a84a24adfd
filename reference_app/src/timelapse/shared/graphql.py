"""What every app's GraphQL needs: the current user, user errors, and live updates."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, NewType, Self, TypeAlias, TypeVar, cast

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from graphql import GraphQLError
from strawberry import relay
from strawberry.dataloader import DataLoader
from strawberry.types import Info
from strawberry.types.scalar import ScalarDefinition

import fsmlock
from fsmlock.adapters.graphql import Reason, WithLocks, WithTransitions
from fsmlock.sentences import name_of, translated
from timelapse.shared import remedies, subjects
from timelapse.shared.access import SIGNED_IN, only
from timelapse.shared.live import needs_snapshot

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import Model

    from timelapse.shared.live import Event


BigInt = NewType("BigInt", int)

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")

#: Scalars for the schema's configuration.
SCALARS: Mapping[object, ScalarDefinition] = {
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number that may not fit into 32 bits.",
        serialize=int,
        parse_value=int,
    )
}


@strawberry.type(description="Why a mutation did nothing, and the remedy.")
class UserError:
    """Why a mutation did nothing, and the remedy."""

    code: str
    message: str
    remedy: str
    field: str | None = None


@strawberry.enum(
    description="What a live update contains: everything, what an event changed, or what changes with time."
)
class UpdateKind(Enum):
    """What a live update contains: everything, what an event changed, or what changes with time."""

    SNAPSHOT = "SNAPSHOT"
    DELTA = "DELTA"
    HEARTBEAT = "HEARTBEAT"


@strawberry.interface(
    description="One message of a subscription. Each also has `changed`, what is new or changed."
)
class LiveUpdate:
    """One message of a subscription; each type adds ``changed``."""

    kind: UpdateKind
    seq: int = strawberry.field(description="Counts the messages from 1. After a gap, subscribe again.")
    heartbeat_seconds: float = strawberry.field(description="Seconds until the next message, at most.")
    gone: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="What exists no longer, or is no longer listed."
    )
    more: int = strawberry.field(default=0, description="How many more there are than are listed.")


@strawberry.interface(description="Whatever has states, and transitions between them.")
class Stateful(relay.Node, WithTransitions, WithLocks):
    """A row of a model with states."""

    # Declared, as Strawberry otherwise looks through all annotations for it each time that it answers an id.
    pk: relay.NodeID[int]
    state: str

    @strawberry_django.field(description="The state in words.")
    def state_label(self) -> str:
        """Write it as people do."""
        return translated(self.state.replace("_", " ").capitalize())

    @strawberry_django.field(description="What people call it where the rest of the page isn't about it.")
    def display_name(self) -> str:
        """Name it as its model does."""
        return name_of(self)

    @strawberry.field(
        description="The steps that lead to a state, a transition or an action, and before them those of "
        "other objects that end the holds in their way. Empty: it is there. Null: nothing leads there."
    )
    async def plan(self, info: Info, to: str) -> list[PlanStep] | None:
        """Plan it together with the other objects of the request.

        Raises:
            GraphQLError: its model has nothing of that name (``extensions.code`` is ``unknown_name``).
        """
        found = await load(info, _plans, (cast("Model", self), to, current_user(info)))
        steps = cast("tuple[fsmlock.Step, ...] | None", found)
        return None if steps is None else [PlanStep.from_value(step) for step in steps]


@strawberry.type(description="A transition that leads on, of the object itself or of one that is in its way.")
class PlanStep:
    """See fsmlock.Step."""

    label: str = strawberry.field(description="What the button says.")
    transition: str = strawberry.field(description="The name of the object's transition or action.")
    allowed: bool = strawberry.field(description="Whether the viewer can do it now.")
    reasons: list[Reason] = strawberry.field(description="What blocks it now: a step before it may end that.")
    value: strawberry.Private[fsmlock.Step]

    @strawberry.field(
        description="The object that it changes; null if the viewer may not read it.",
        metadata=only(SIGNED_IN),
    )
    def object(self, info: Info) -> Stateful | None:
        """Return it if the viewer may."""
        return cast("Stateful | None", _readable(info, self.value.object))

    @classmethod
    def from_value(cls, step: fsmlock.Step) -> Self:
        """Convert a step."""
        return cls(
            label=step.label,
            transition=step.name,
            allowed=step.allowed,
            reasons=reasons_of(step.reasons),
            value=step,
        )


_Asked: TypeAlias = "tuple[Model, str, User | None]"
_Planned: TypeAlias = "tuple[fsmlock.Step, ...] | GraphQLError | None"


def _plans(asked: list[_Asked]) -> dict[_Asked, _Planned]:
    """Plan for all objects of a model together that want the same. The data loader raises the errors."""
    alike: dict[tuple[type[Model], str, User | None], list[Model]] = {}
    for obj, to, user in asked:
        alike.setdefault((type(obj), to, user), []).append(obj)
    found: dict[_Asked, _Planned] = {}
    for (_, to, user), objects in alike.items():
        try:
            plans = fsmlock.plan_many(objects, to=to, user=user, remedies=remedies.ending)
        except fsmlock.ConfigurationError as unknown:
            error = GraphQLError(str(unknown), extensions={"code": "unknown_name"})
            found |= {(obj, to, user): error for obj in objects}
        else:
            found |= {(obj, to, user): steps for obj, steps in plans.items()}
    return found


def kind_of(event: Event | None) -> UpdateKind:
    """Return the kind of the update that answers an event of ``watch``."""
    if event is None:
        return UpdateKind.HEARTBEAT
    return UpdateKind.SNAPSHOT if needs_snapshot(event) else UpdateKind.DELTA


def signed_in(info: Info) -> User:
    """Return the signed-in user, over HTTP or a websocket.

    Raises:
        GraphQLError: nobody is signed in (``extensions.code`` is ``signed_out``).
    """
    user = current_user(info)
    if user is None:
        msg = "You are not signed in. Sign in, then try again."
        raise GraphQLError(msg, extensions={"code": "signed_out"})
    return user


def current_user(info: Info) -> User | None:
    """Return the signed-in user, or None."""
    context = info.context
    # Over a websocket the context is strawberry's Channels dict.
    user = context["ws"].scope["user"] if isinstance(context, dict) else context.request.user
    if isinstance(user, AnonymousUser) or not user.is_authenticated:
        return None
    return cast("User", user)


async def load(info: Info, find: Callable[[list[_Key]], Mapping[_Key, _Value]], key: _Key) -> _Value | None:
    """Return ``find([key]).get(key)``, batched with the operation's other calls for the same ``find``.

    The data loaders live in the request's context. They batch but don't cache: the context of a websocket
    lives as long as its connection.
    """
    context = info.context
    values: dict[str, Any] = context if isinstance(context, dict) else vars(context)
    loaders: dict[object, DataLoader[_Key, _Value | None]] = values.setdefault("data_loaders", {})

    async def find_all(keys: list[_Key]) -> list[_Value | None]:
        found = await sync_to_async(find)(keys)
        return [found.get(each) for each in keys]

    if find not in loaders:
        loaders[find] = DataLoader(find_all, cache=False)
    # Strawberry's loader never loads again once a batch's only caller is cancelled before the batch starts.
    return await asyncio.shield(loaders[find].load(key))


async def subject_named(info: Info, name: str) -> relay.Node | None:
    """Return the object of a name such as ``rendering.Movie:7``; None without it or without permission."""
    return _readable(info, await load(info, subjects.of_names, name))


async def subject_of_task(info: Info, task_id: str) -> relay.Node | None:
    """Return what a task is about; None if that is not known, or without permission."""
    return _readable(info, await load(info, subjects.of_tasks, task_id))


def _readable(info: Info, row: Model | None) -> relay.Node | None:
    readable = row is not None and subjects.may_read(row, current_user(info))
    return cast("relay.Node", row) if readable else None


def user_errors(reasons: Iterable[fsmlock.Reason], *, field: str | None = None) -> list[UserError]:
    """Convert the reasons of a refusal to the ``errors`` of a payload."""
    return [
        UserError(field=field, code=said.code, message=said.message, remedy=said.remedy)
        for said in (reason.translated() for reason in reasons)
    ]


def reasons_of(reasons: Iterable[fsmlock.Reason]) -> list[Reason]:
    """Convert reasons to their GraphQL type."""
    return [Reason.from_value(reason) for reason in reasons]
