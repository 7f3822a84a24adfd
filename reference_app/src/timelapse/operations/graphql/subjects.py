"""What the packages know by name only, for people: subjects of holds, progress and tasks, labels of tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import strawberry
from strawberry import relay
from strawberry.types import Info
from strawberry.types.base import get_object_definition

from eliot_progress.adapters.graphql import Progress
from fsmlock.adapters.graphql import Hold
from fsmlock.sentences import translated
from queue_insight.adapters.graphql import PeriodicTask, QueuedTask
from timelapse.operations.graphql.run import Run
from timelapse.operations.task_labels import label_of
from timelapse.shared.access import SIGNED_IN, only
from timelapse.shared.graphql import subject_named, subject_of_task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fsmlock.models import Run as RunRow

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
class _RunSubject:
    @strawberry.field(description=_DESCRIPTION, metadata=only(SIGNED_IN))
    async def subject(self, info: Info) -> relay.Node | None:
        return await subject_named(info, cast("RunRow", self).subject)


@strawberry.type
class _TaskSubject:
    @strawberry.field(description=_DESCRIPTION, metadata=only(SIGNED_IN))
    async def subject(self, info: Info) -> relay.Node | None:
        return await subject_of_task(info, str(cast("QueuedTask", self).id))

    @strawberry.field(description="What it does, in people's words.", metadata=only(SIGNED_IN))
    def label(self) -> str:
        return translated(label_of(cast("QueuedTask", self).name))


@strawberry.type
class _PeriodicLabel:
    @strawberry.field(description="What it does, in people's words.", metadata=only(SIGNED_IN))
    def label(self) -> str:
        return translated(label_of(cast("PeriodicTask", self).name))


_ADDED: Final[Mapping[type, type]] = {
    Hold: _HoldSubject,
    Progress: _ProgressSubject,
    Run: _RunSubject,
    QueuedTask: _TaskSubject,
    PeriodicTask: _PeriodicLabel,
}
for _type, _with_subject in _ADDED.items():
    get_object_definition(_type, strict=True).fields.extend(
        get_object_definition(_with_subject, strict=True).fields
    )
