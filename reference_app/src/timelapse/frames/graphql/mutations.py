"""Mutations of frames."""

from __future__ import annotations

from typing import cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay
from strawberry.types import Info

import fsmlock
from timelapse.frames import actions
from timelapse.frames.graphql.frame import Frame
from timelapse.shared.access import needs, only
from timelapse.shared.graphql import UserError, signed_in, user_errors


@strawberry.input
class HideFrameInput:
    """The frame, and whether to leave it out of movies or to take it back in."""

    frame: relay.GlobalID
    hidden: bool = True


@strawberry.type
class HideFramePayload:
    """The frame as it is now, or the errors."""

    frame: Frame | None
    errors: list[UserError]


@strawberry.type
class Mutation:
    """Writes of this app."""

    @strawberry.mutation(
        description="Leave a frame out of the movies that are requested from now on, or take it back in. "
        "The frame is kept, and says who hid it.",
        metadata=only(needs("frames.change_frame")),
    )
    async def hide_frame(self, info: Info, input: HideFrameInput) -> HideFramePayload:  # noqa: A002
        """Hide it."""
        try:
            frame = await sync_to_async(actions.hide_frame)(
                _pk_of(input.frame), hidden=input.hidden, by=signed_in(info)
            )
        except fsmlock.Refused as refused:
            return HideFramePayload(frame=None, errors=user_errors(refused.reasons))
        return HideFramePayload(frame=cast("Frame", frame), errors=[])


def _pk_of(global_id: relay.GlobalID) -> int:
    """Return the primary key; 0, which no row has, if it is no frame's id."""
    is_one = global_id.type_name == "Frame" and global_id.node_id.isdecimal() and len(global_id.node_id) < 19
    return int(global_id.node_id) if is_one else 0
