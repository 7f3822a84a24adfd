"""The type `QueuePause`: a queue that somebody paused, and that may be resumed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import strawberry_django

from timelapse.operations import models
from timelapse.shared import subjects
from timelapse.shared.access import needs, readable_by
from timelapse.shared.graphql import Stateful

if TYPE_CHECKING:
    from django.db.models import QuerySet

_VIEW: Final = needs("operations.view_operations")


def _pauses() -> QuerySet[models.QueuePause]:
    return models.QueuePause.objects.all()


subjects.declare(models.QueuePause, _pauses, _VIEW)


@readable_by(_VIEW)
@strawberry_django.type(
    models.QueuePause, description="A queue that somebody paused.", disable_optimization=True
)
class QueuePause(Stateful):
    """A row of queue_insight."""

    name: str
    by: str
    since: datetime
