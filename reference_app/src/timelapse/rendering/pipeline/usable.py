"""What a segment shows for the pictures that can't be used: nothing, or another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timelapse.rendering.pipeline.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from av.video.frame import VideoFrame

    from timelapse.rendering.pipeline.plan import Recipe, Segment
    from timelapse.rendering.pipeline.source import SourceFrame


class UsableFrames:
    """The frames to encode of one segment; iterate once, then ask what was used and what was not.

    With ``hold`` the usable frame before an unusable one is shown again. At the beginning of the segment that
    is the last usable one of the segment before, made by ``make``; if there is none, the first usable one of
    its own. ``on_unusable`` is called for each planned frame that nothing is shown for.
    """

    def __init__(
        self,
        frames: Iterator[SourceFrame],
        *,
        hold: bool,
        make: Callable[[Recipe], VideoFrame],
        on_unusable: Callable[[], None],
    ) -> None:
        self._frames, self._hold, self._make, self._on_unusable = frames, hold, make, on_unusable
        self._planned: Segment | None = None
        #: The recipes of the frames that are shown, in order.
        self.recipes: list[Recipe] = []
        self.unusable: list[tuple[Recipe, PictureError]] = []
        #: Whether the segment depends on the one before, whose unusable pictures of now are these.
        self.looked_before = False
        self.unusable_before: list[PictureError] = []

    @property
    def planned(self) -> Segment:
        """The segment as it was planned, once a frame of it has come."""
        assert self._planned is not None  # noqa: S101 - a segment has frames
        return self._planned

    def __iter__(self) -> Iterator[VideoFrame]:
        shown: VideoFrame | None = None
        held: Recipe | None = None
        waiting = 0  # for the first usable one
        for source in self._frames:
            self._planned = source.segment
            if isinstance(source.frame, PictureError):
                if self._hold and shown is None and not self.looked_before:
                    shown, held = self._last_before(source.segment)
                self.unusable.append((source.recipe, source.frame))
                if not self._hold:
                    self._on_unusable()
                elif shown is None or held is None:
                    waiting += 1
                else:
                    self.recipes.append(held)
                    yield shown
            else:
                shown, held = source.frame, source.recipe
                for _ in range(1 + waiting):
                    self.recipes.append(source.recipe)
                    yield shown
                waiting = 0
        for _ in range(waiting):
            self._on_unusable()

    def _last_before(self, segment: Segment) -> tuple[VideoFrame | None, Recipe | None]:
        """Make the last usable frame of the segment before; None if there is none."""
        self.looked_before = True
        for recipe in reversed(segment.before):
            try:
                made = self._make(recipe)
            except PictureError as error:
                self.unusable_before.append(error)
            else:
                return made, recipe
        return None, None
