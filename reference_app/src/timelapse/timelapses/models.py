"""Timelapses: a camera and a stretch of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from fsmlock import Confirmation, InputField, Lifecycle, Lock, Locks, Offer, Reason, action, transition
from timelapse.cameras.models import STOP_MOVIES, Camera
from timelapse.frames.queries import frames_of
from timelapse.timelapses.domain import PRESET_LABELS

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from timelapse.frames.models import Frame

NO_FRAMES = Reason(
    code="no_frames",
    message="There are no frames yet.",
    remedy="Start the camera, and wait for its first frame.",
)


def has_frames(timelapse: Timelapse) -> Reason | None:
    """Require at least one frame."""
    return None if timelapse.shown_frames().exists() else NO_FRAMES


class Timelapse(Lifecycle, models.Model):
    """The frames of a camera from ``starts_at`` to ``ends_at``; null means unlimited."""

    #: A timelapse is ready as soon as it is created: it needs no frames.
    initial_state: ClassVar[str] = Lifecycle.States.READY

    #: "render": at most one movie of a timelapse is rendered at a time. "change": whatever may not happen
    #: during a deletion. "delete": movies inherit it, also that of the camera. The camera's "import",
    #: "retime" and "thin" exclude "render" and "delete", but not "change": a movie can be requested,
    #: and waits.
    locks = Locks(
        Lock("render", together_with={"change"}),
        Lock("change", together_with={"render", "import", "retime", "thin"}),
        Lock("delete"),
        inherit_from="camera",
        inherits={"import", "retime", "thin", "delete"},
    )

    name = models.CharField(max_length=80)
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="timelapses")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Oldest first, so that a new timelapse doesn't move the others."""

        ordering = ("created_at", "pk")
        permissions = (("render_timelapse", "Can render timelapse"),)

    def __str__(self) -> str:
        """The name."""
        return self.name

    @action(
        source=Lifecycle.States.READY,
        needs="change",
        label="Render",
        conditions=[has_frames],
        permission="timelapses.render_timelapse",
        offer=Offer(
            kind="primary",
            input=(
                InputField(
                    name="fps",
                    kind="choice",
                    label="Speed",
                    default=30,
                    choices=tuple((rate, f"{rate} fps") for rate in (12, 24, 30, 60)),
                ),
                InputField(
                    name="size",
                    kind="choice",
                    label="Size",
                    default="as_pictures",
                    choices=(
                        ("as_pictures", "As the pictures"),
                        ("640x360", "640 x 360"),
                        ("1280x720", "1280 x 720"),
                        ("1920x1080", "1920 x 1080"),
                    ),
                ),
                InputField(
                    name="preset",
                    kind="choice",
                    label="Pictures",
                    default="plain",
                    choices=tuple(PRESET_LABELS.items()),
                ),
                InputField(
                    name="label_text",
                    kind="text",
                    label="Label",
                    default="",
                    maximum=100,
                    help="Written at the bottom left. Empty: none.",
                ),
                InputField(
                    name="end_text",
                    kind="text",
                    label="Last words",
                    default="",
                    maximum=100,
                    help="Shown for 3 seconds at the end. Empty: none.",
                ),
            ),
        ),
    )
    def render(self) -> None:
        """A movie is requested. It waits for the lock by itself, so the lock isn't needed here."""

    @transition(
        source=[Lifecycle.States.READY, Lifecycle.States.FAILED],
        target=Lifecycle.States.DELETING,
        needs="delete",
        label="Delete",
        permission="timelapses.delete_timelapse",
        offer=Offer(
            kind="danger",
            confirm=Confirmation(
                title="Delete %(object)s?",
                text="Its movies are deleted too. The camera keeps its frames.",
            ),
            input=(STOP_MOVIES,),
        ),
    )
    def start_deleting(self) -> None:
        """A user deletes it: its movies are deleted, and nothing new can begin."""

    def shown_frames(self) -> QuerySet[Frame]:
        """Return its frames without hidden ones: those of a movie."""
        return self.frames().filter(hidden_at=None)

    def frames(self) -> QuerySet[Frame]:
        """Return its frames in playing order, hidden ones included."""
        found = frames_of(self.camera_id)
        if self.starts_at is not None:
            found = found.filter(captured_at__gte=self.starts_at)
        if self.ends_at is not None:
            found = found.filter(captured_at__lte=self.ends_at)
        return found
