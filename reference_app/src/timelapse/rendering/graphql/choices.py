"""The speeds and sizes that people choose from for a movie."""

from __future__ import annotations

from typing import Final

import strawberry

from timelapse.shared.access import needs, only
from timelapse.timelapses.domain import SIZES, SPEED, SPEEDS

_VIEW: Final = needs("timelapses.view_timelapse")


@strawberry.type(description="A size of movies, in pixels.")
class MovieSize:
    """Width and height."""

    width: int
    height: int


@strawberry.type(description="The speeds and sizes that are offered for a movie.")
class MovieChoices:
    """See timelapse.timelapses.domain."""

    speeds: list[int] = strawberry.field(description="In frames per second.")
    default_speed: int
    sizes: list[MovieSize] = strawberry.field(
        description="Without a size, a movie is shaped as its pictures."
    )


@strawberry.type
class Query:
    """Reads of this app."""

    @strawberry.field(description="What is offered for movies, whatever they are of.", metadata=only(_VIEW))
    def movie_choices(self) -> MovieChoices:
        """Return them."""
        return MovieChoices(
            speeds=list(SPEEDS),
            default_speed=SPEED,
            sizes=[MovieSize(width=width, height=height) for width, height in SIZES],
        )
