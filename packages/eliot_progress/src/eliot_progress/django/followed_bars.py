"""Bars that a page follows: a signed key says which, so that a page shows them to its own viewer only."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core import signing

from eliot_progress.django import conf, page_bars

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    from eliot_progress.django.page_bars import Bar
    from eliot_progress.state import TaskState

    Viewer = AbstractBaseUser | AnonymousUser

_SALT = "eliot_progress.bar"
#: Seconds that a page may follow its bars without being loaded again.
KEY_MAX_AGE_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedBar:
    """What one bar shows: a task, or several as the parts of a whole; each by its object or its id."""

    of: tuple[str, ...]
    title: str = ""

    def key(self, viewer: Viewer | None) -> str:
        """Return the key by which this viewer, and no other, may follow the bar for a day."""
        return signing.dumps([self.of, self.title, _name(viewer)], salt=_SALT, compress=True)


def opened(key: str, viewer: Viewer | None) -> FollowedBar:
    """Return the bar of a key. Raises BadSignature for a key that is too old, another viewer's or forged."""
    of, title, name = signing.loads(key, salt=_SALT, max_age=KEY_MAX_AGE_S)
    if name != _name(viewer):
        raise signing.BadSignature("This is another viewer's key.")
    return FollowedBar(of=tuple(of), title=title)


def read(followed: Sequence[FollowedBar], viewer: Viewer | None) -> list[Bar]:
    """Return the bars as they are now. What CAN_VIEW refuses is as if it did not exist.

    Raises what the store raises when it can't be reached.
    """
    can_view, now = conf.can_view(), time.time()
    states = _states({of for each in followed for of in each.of})
    visible = {of: state for of, state in states.items() if can_view(viewer, state)}
    return [page_bars.bar([visible.get(of) for of in each.of], now, title=each.title) for each in followed]


def _states(requested: set[str]) -> Mapping[str, TaskState]:
    """Return the tasks about these objects or with these ids."""
    store = conf.store()
    found = store.latest_many(requested)
    by_id = {of: store.get(of) for of in requested - found.keys() if "@" in of}
    return {**found, **{of: state for of, state in by_id.items() if state is not None}}


def _name(viewer: Viewer | None) -> str:
    return "" if viewer is None or viewer.pk is None else str(viewer.pk)
