"""The field `subject` of what the packages name only: holds, progress, and tasks that wait or run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import strawberry
from strawberry import relay
from strawberry.types import Info
from strawberry.types.base import get_object_definition

from eliot_progress.adapters.graphql import Progress
from fsmlock.adapters.graphql import Hold
from queue_insight.adapters.graphql import QueuedTask
from timelapse.shared.access import SIGNED_IN, only
from timelapse.shared.graphql import subject_named, subject_of_task

if TYPE_CHECKING:
    from collections.abc import Mapping

_DESCRIPTION: Final = "The object that it is about; null if there is none, or if the viewer may not read it."


@strawberry.type
class _HoldSubject:
    @strawberry.field(description=_DESCRIPTION, metadata=only(SIGNED_IN))
    async def subject(self, info: Info) -> relay.Node | None:
        return await subject_named(info, cast("Hold", self).resource)


@strawberry.type
class _ProgressSubject:
    @strawberry.field(description=_DESCRIPTION, metadata=only(SIGNED_IN))
    async def subject(self, info: Info) -> relay.Node | None:
        return await subject_named(info, cast("Progress", self).about)


@strawberry.type
class _TaskSubject:
    @strawberry.field(description=_DESCRIPTION, metadata=only(SIGNED_IN))
    async def subject(self, info: Info) -> relay.Node | None:
        return await subject_of_task(info, str(cast("QueuedTask", self).id))


_ADDED: Final[Mapping[type, type]] = {
    Hold: _HoldSubject,
    Progress: _ProgressSubject,
    QueuedTask: _TaskSubject,
}
for _type, _with_subject in _ADDED.items():
    get_object_definition(_type, strict=True).fields.extend(
        get_object_definition(_with_subject, strict=True).fields
    )
