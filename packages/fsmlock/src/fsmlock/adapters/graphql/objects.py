"""Types and mixins for one object: its transitions, reasons, locks and holds.

``@strawberry_django.type(Film) class FilmType(WithTransitions, WithLocks): ...``
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from graphql import GraphQLError
from strawberry.dataloader import DataLoader
from strawberry.scalars import JSON
from strawberry.types import Info
from strawberry.utils.inspect import in_async_context

from fsmlock.errors import ConfigurationError
from fsmlock.explanations import available, available_many, explain
from fsmlock.inspection import holder_name, holds_on, holds_on_many, reason_for
from fsmlock.locks import Locks
from fsmlock.plain_values import to_json
from fsmlock.sentences import translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models

    from fsmlock.backends.base import HoldInfo
    from fsmlock.explanations import Available
    from fsmlock.offers import InputField as InputFieldValue
    from fsmlock.reasons import Reason as ReasonValue

_Value = TypeVar("_Value")


@strawberry.type(description="Why something can't be done now, and what to do about it.")
class Reason:
    """The GraphQL type of fsmlock.Reason."""

    code: str
    message: str
    remedy: str
    params: JSON = strawberry.field(default_factory=dict, description="The values in the message, by name.")

    @classmethod
    def from_value(cls, value: ReasonValue) -> Self:
        """Build it from a fsmlock.Reason."""
        said = value.translated()
        return cls(
            code=said.code,
            message=said.message,
            remedy=said.remedy,
            params=cast("JSON", dict(said.params)),
        )


@strawberry.enum(description="What a page does most, what else it does, and what can't be undone.")
class TransitionKind(Enum):
    """The kind of an fsmlock.Offer."""

    PRIMARY = "primary"
    NORMAL = "normal"
    DANGER = "danger"


@strawberry.enum(description="What kind of value a field takes.")
class FieldKind(Enum):
    """The kind of an fsmlock.InputField."""

    WHOLE_NUMBER = "whole_number"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    YES_OR_NO = "yes_or_no"
    DATE_TIME = "date_time"


@strawberry.type(description="What people are asked to confirm before a transition.")
class Confirmation:
    """The GraphQL type of fsmlock.Confirmation."""

    title: str
    text: str


@strawberry.type(description="One of the values of a choice.")
class InputChoice:
    """A value and its label."""

    value: JSON
    label: str


@strawberry.type(description="A value that people give to a transition.")
class InputField:
    """The GraphQL type of fsmlock.InputField."""

    name: str
    kind: FieldKind
    label: str
    default: JSON | None = strawberry.field(
        description="What it has at first; null for an empty one. Dates and times are without an offset."
    )
    optional: bool = strawberry.field(description="Whether it may be null.")
    multiline: bool = strawberry.field(description="Whether a text may have several lines.")
    group: str = strawberry.field(description="The heading under which it stands with others, or empty.")
    unit: str
    minimum: float | None = strawberry.field(description="Of a number; of a text, its shortest length.")
    maximum: float | None = strawberry.field(description="Of a number; of a text, its longest length.")
    choices: list[InputChoice]
    help: str

    @classmethod
    def from_value(cls, value: InputFieldValue) -> Self:
        """Build it from a fsmlock.InputField."""
        return cls(
            name=value.name,
            kind=FieldKind(value.kind),
            label=translated(value.label),
            default=cast("JSON | None", to_json(value.default)),
            optional=value.optional,
            multiline=value.multiline,
            group=translated(value.group),
            unit=translated(value.unit),
            minimum=value.minimum,
            maximum=value.maximum,
            choices=[
                InputChoice(value=cast("JSON", one), label=translated(label)) for one, label in value.choices
            ],
            help=translated(value.help),
        )


@strawberry.type(
    description="A transition or an action that starts from the current state, with all that a page needs to "
    "offer it. A blocked one says why."
)
class Transition:
    """The GraphQL type of fsmlock.Available."""

    name: str
    label: str
    kind: TransitionKind
    confirm: Confirmation | None
    asks: bool = strawberry.field(description="Whether it has `input`: values that people give to it.")
    input: list[InputField]
    allowed: bool
    reasons: list[Reason]

    @classmethod
    def from_value(cls, value: Available) -> Self:
        """Build it from a fsmlock.Available."""
        confirm = value.offer.confirm
        return cls(
            name=value.name,
            label=value.label,
            kind=TransitionKind(value.offer.kind),
            confirm=None
            if confirm is None
            else Confirmation(title=str(confirm.title), text=str(confirm.text)),
            asks=bool(value.offer.input),
            input=[InputField.from_value(field) for field in value.offer.input],
            allowed=value.allowed,
            reasons=[Reason.from_value(reason) for reason in value.reasons],
        )


@strawberry.type(description="A lock that is held now.")
class Hold:
    """The GraphQL type of fsmlock.HoldInfo."""

    id: strawberry.ID
    lock: str
    holder: str
    since: datetime
    expires_at: datetime
    why: str
    token: int
    cancel_requested_by: str | None
    remedy: str = strawberry.field(description="What to do for whom it is in the way.")
    #: The held object as ``app.Model:pk``, for a schema that adds a field of its own type for it.
    resource: strawberry.Private[str]

    @classmethod
    def from_value(cls, value: HoldInfo) -> Self:
        """Build it from a fsmlock.HoldInfo."""
        return cls(
            id=strawberry.ID(f"Hold:{value.resource}:{value.lock}:{value.token}"),
            lock=value.lock,
            holder=holder_name(value),
            since=value.since,
            expires_at=value.expires_at,
            why=value.why,
            token=value.token,
            cancel_requested_by=value.cancel_requested_by,
            remedy=str(reason_for(value).remedy),
            resource=value.resource,
        )


@strawberry.type(
    description="A lock that a model declares, with the locks that may be held at the same time."
)
class DeclaredLock:
    """The GraphQL type of fsmlock.Lock."""

    name: str
    together_with: list[str]
    inherited: bool = strawberry.field(
        description="Whether it is a lock of the parent that applies here too."
    )

    @classmethod
    def all_of(cls, declared: Locks) -> list[Self]:
        """Build one for each lock that the model declares or inherits."""
        own = [
            cls(name=lock.name, together_with=sorted(lock.together_with), inherited=False)
            for lock in declared.by_name.values()
        ]
        return own + [cls(name=name, together_with=[], inherited=True) for name in sorted(declared.inherits)]


@strawberry.type
class WithTransitions:
    """Add what is possible with an object, and why not, to the type of a model with states."""

    @strawberry.field(
        description="The transitions and actions from the current state, with the reasons that block them."
    )
    def available_transitions(self, info: Info) -> list[Transition]:
        """The permissions of the user of the request count.

        An asynchronous schema answers for all objects of a model together, with one query for their holds.
        """
        obj = cast("models.Model", self)
        if in_async_context():
            return cast("list[Transition]", load_transitions(info, obj))
        return [Transition.from_value(one) for one in available(obj, user_of(info))]

    @strawberry.field(description="One of `availableTransitions` by its name; null if it isn't among them.")
    def available_transition(self, info: Info, name: str) -> Transition | None:
        """The permissions of the user of the request count."""
        obj = cast("models.Model", self)
        if in_async_context():
            return cast("Transition | None", _load_transition(info, obj, name))
        return _named(name, [Transition.from_value(one) for one in available(obj, user_of(info))])

    @strawberry_django.field(
        description="What blocks a transition, an action, a state or a lock. Empty when nothing does."
    )
    def reasons(self, info: Info, to: str) -> list[Reason]:
        """The permissions of the user of the request count.

        Raises:
            GraphQLError: the model has nothing of that name (``extensions.code`` is ``unknown_name``).
        """
        try:
            found = explain(cast("models.Model", self), to=to, user=user_of(info))
        except ConfigurationError as unknown:
            raise GraphQLError(str(unknown), extensions={"code": "unknown_name"}) from unknown
        return [Reason.from_value(one) for one in found]


@strawberry.type
class WithLocks:
    """Add the locks and their holds to the type of a model with locks."""

    @strawberry.field(description="The holds on it, also those that it inherits from its parents.")
    def locks(self, info: Info) -> list[Hold]:
        """The holds on the object and on its parents.

        An asynchronous schema answers for all objects of a model together, with one query.
        """
        obj = cast("models.Model", self)
        if in_async_context():
            return cast("list[Hold]", _load_holds(info, obj))
        return [Hold.from_value(one) for one in holds_on(obj)]

    @strawberry.field(description="The locks that its model declares or inherits.")
    def declared_locks(self) -> list[DeclaredLock]:
        """The declaration of its model."""
        declared = getattr(self, "locks", None)
        return DeclaredLock.all_of(declared) if isinstance(declared, Locks) else []


async def load_transitions(info: Info, obj: models.Model) -> list[Transition]:
    """What is available for an object, with one query for the holds on all that one operation asks about.

    A type whose conditions need more rows resolves ``availableTransitions`` itself: it loads them for all its
    objects, then awaits this. The data loaders live in the request's context.
    """

    def find(objects: list[models.Model]) -> list[list[Transition]]:
        offered = available_many(objects, user_of(info))
        return [[Transition.from_value(one) for one in offered[each]] for each in objects]

    return await _load(info, "fsmlock_available", find, obj)


async def _load_transition(info: Info, obj: models.Model, name: str) -> Transition | None:
    return _named(name, await load_transitions(info, obj))


def _named(name: str, offered: list[Transition]) -> Transition | None:
    return next((each for each in offered if each.name == name), None)


async def _load_holds(info: Info, obj: models.Model) -> list[Hold]:
    def find(objects: list[models.Model]) -> list[list[Hold]]:
        found = holds_on_many(objects)
        return [[Hold.from_value(one) for one in found[each]] for each in objects]

    return await _load(info, "fsmlock_holds", find, obj)


async def _load(
    info: Info, name: str, find: Callable[[list[models.Model]], list[list[_Value]]], obj: models.Model
) -> list[_Value]:
    """What ``find`` returns for an object, called once for all objects of its model that ask together."""
    context: Any = info.context
    values = context if isinstance(context, dict) else getattr(context, "__dict__", {})
    loaders: dict[type[models.Model], DataLoader[models.Model, list[_Value]]] = values.setdefault(name, {})
    if type(obj) not in loaders:
        # A websocket's context lives as long as its connection: batch, but never cache.
        loaders[type(obj)] = DataLoader(sync_to_async(find), cache=False)
    # Strawberry's loader never loads again once a batch's only caller is cancelled before the batch starts.
    return await asyncio.shield(loaders[type(obj)].load(obj))


def user_of(info: Info) -> User | AnonymousUser | None:
    """The user of the request, whether it came by HTTP or by websocket."""
    context: Any = info.context
    request = context.get("request") if isinstance(context, dict) else getattr(context, "request", None)
    scope: Any = getattr(getattr(request, "consumer", request), "scope", None) or {}
    user: User | AnonymousUser | None = getattr(request, "user", None) or scope.get("user")
    return user
