"""Timelapses: a camera and a stretch of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from fsmlock import Confirmation, InputField, Lifecycle, Lock, Locks, Offer, Reason, action, transition
from timelapse.cameras.models import STOP_MOVIES, Camera
from timelapse.frames.queries import frames_of
from timelapse.timelapses.domain import LATEST_EVERY, LATEST_PRESETS, PRESET_LABELS
from timelapse.timelapses.sharing import SHARE, SHARE_OFFER

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from timelapse.frames.models import Frame

NO_FRAMES = Reason(
    code="no_frames",
    message="There are no frames yet.",
    remedy="Start the camera, and wait for its first frame.",
)

KEEPS_NONE = Reason(
    code="no_latest_movie",
    message="No latest movie is kept.",
    remedy="Keep one, then it can be stopped.",
)
_FPS = InputField(
    name="fps",
    kind="choice",
    label="Speed",
    default=30,
    choices=tuple((rate, f"{rate} fps") for rate in (12, 24, 30, 60)),
)
_SIZE = InputField(
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
)


def has_frames(timelapse: Timelapse) -> Reason | None:
    """Require at least one frame."""
    return None if timelapse.shown_frames().exists() else NO_FRAMES


def keeps_latest_movie(timelapse: Timelapse) -> Reason | None:
    """Require that a latest movie is kept."""
    return None if timelapse.latest_every_s is not None else KEEPS_NONE


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
    #: Its latest movie is rendered anew when frames have come, at most once in so many seconds; null: none.
    latest_every_s = models.PositiveIntegerField(null=True, editable=False)
    #: The latest movie's ``fps``, ``size`` and ``preset``, as `keep_latest_movie` takes them.
    latest_options = models.JSONField(default=dict, editable=False)
    #: When the latest movie was requested last; null: not since somebody asked to keep one.
    latest_requested_at = models.DateTimeField(null=True, editable=False)

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
                _FPS,
                _SIZE,
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

    @action(
        source=Lifecycle.States.READY,
        label="Keep a latest movie",
        permission="timelapses.render_timelapse",
        offer=Offer(
            input=(
                InputField(
                    name="every_s",
                    kind="choice",
                    label="Rendered anew",
                    default=3600,
                    choices=tuple((seconds, f"Once each {words}") for seconds, words in LATEST_EVERY.items()),
                    help="At most so often, and only when frames have come.",
                ),
                _FPS,
                _SIZE,
                InputField(
                    name="preset",
                    kind="choice",
                    label="Pictures",
                    default="plain",
                    choices=tuple((name, PRESET_LABELS[name]) for name in LATEST_PRESETS),
                ),
            ),
        ),
    )
    def keep_latest_movie(self) -> None:
        """A movie of all frames is rendered anew by itself when frames have come."""

    @action(
        source=Lifecycle.States.READY,
        label="Stop the latest movie",
        conditions=[keeps_latest_movie],
        permission="timelapses.render_timelapse",
    )
    def stop_latest_movie(self) -> None:
        """No latest movie is rendered any more; the last one stays."""

    @action(source=Lifecycle.States.READY, label="Share", permission=SHARE, offer=SHARE_OFFER)
    def share(self) -> None:
        """A link is made that shows its newest movie and its latest picture, whichever those are then."""

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
