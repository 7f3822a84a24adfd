"""Timelapses: a camera and a stretch of time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils import timezone

from fsmlock import Confirmation, InputField, Lifecycle, Lock, Locks, Offer, Reason, action, transition
from fsmlock.sentences import sentence
from timelapse.cameras.models import STOP_MOVIES, Camera
from timelapse.cameras.timelapse_offer import LONGEST_NAME, LONGEST_NOTES, TIMELAPSE_FIELDS
from timelapse.frames.queries import frames_of, zone_of
from timelapse.shared import conf
from timelapse.timelapses.domain import (
    LATEST_EVERY,
    LATEST_PRESETS,
    MOST_DAYS,
    MOST_EVERY,
    PRESET_LABELS,
    SIZES,
    SPEED,
    SPEEDS,
    by_clock,
)
from timelapse.timelapses.sharing import SHARE, SHARE_OFFER

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from django.db.models import QuerySet

    from fsmlock.offers import Value
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
    default=SPEED,
    choices=tuple((rate, f"{rate} fps") for rate in SPEEDS),
)
_SIZE = InputField(
    name="size",
    kind="choice",
    label="Size",
    default="as_pictures",
    choices=(
        ("as_pictures", "As the pictures"),
        *((f"{width}x{height}", f"{width} x {height}") for width, height in SIZES),
    ),
)


def has_frames(timelapse: Timelapse) -> Reason | None:
    """Require at least one frame."""
    return None if timelapse.shown_frames().exists() else NO_FRAMES


def keeps_latest_movie(timelapse: Timelapse) -> Reason | None:
    """Require that a latest movie is kept."""
    return None if timelapse.latest_every_s is not None else KEEPS_NONE


def has_begun(timelapse: Timelapse) -> Reason | None:
    """Require that its period has begun."""
    if timelapse.starts_at is None or timelapse.starts_at <= timezone.now():
        return None
    return Reason(
        code="not_begun",
        message=sentence("It begins at %(at)s.", at=timelapse.starts_at.isoformat(timespec="seconds")),
        remedy="Wait until then, change its period, or delete it.",
    )


def goes_on(timelapse: Timelapse) -> Reason | None:
    """Require that its period isn't over."""
    if timelapse.ends_at is None or timelapse.ends_at > timezone.now():
        return None
    return Reason(
        code="over",
        message=sentence("It ended at %(at)s.", at=timelapse.ends_at.isoformat(timespec="seconds")),
        remedy="Change its period if it is to go on.",
    )


def current_values(timelapse: Timelapse) -> dict[str, Value]:
    """Return what the form of a timelapse has at first."""
    return {
        "name": timelapse.name,
        "notes": timelapse.notes,
        "starts_at": by_clock(timelapse.starts_at, timelapse.zone),
        "ends_at": by_clock(timelapse.ends_at, timelapse.zone),
    }


def current_retention(timelapse: Timelapse) -> dict[str, Value]:
    """Return what the form of a timelapse's retention has at first."""
    every = conf.get().keep_every if timelapse.keep_every is None else timelapse.keep_every
    return {"days": timelapse.keep_all_days, "every": every}


RETENTION_FIELDS = (
    InputField(
        name="days",
        kind="whole_number",
        label="Keep all frames for",
        unit="days",
        default=None,
        optional=True,
        minimum=0,
        maximum=MOST_DAYS,
        help="0: for ever. Empty: as the settings of the server say.",
    ),
    InputField(
        name="every",
        kind="whole_number",
        label="Of older frames, keep one of",
        default=10,
        minimum=1,
        maximum=MOST_EVERY,
        help="1: all of them.",
    ),
)


class Timelapse(Lifecycle, models.Model):
    """The frames of a camera from ``starts_at`` to ``ends_at``; null means unlimited.

    - ready → archived: A user needs it no longer. It ends, and leaves the lists.
    - archived → ready: A user needs it again.
    """

    class States(Lifecycle.States):
        """Archived: kept with all its movies, and listed only for those who ask for it."""

        ARCHIVED: ClassVar[str] = "archived"

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

    name = models.CharField(max_length=LONGEST_NAME)
    notes = models.TextField(max_length=LONGEST_NOTES, blank=True, default="")
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="timelapses")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    #: Days for which all its frames are kept, from their arrival; 0: for ever; null: as the settings say.
    keep_all_days = models.PositiveIntegerField(null=True, editable=False)
    #: Of older frames, one of so many is kept; null: as the settings say.
    keep_every = models.PositiveIntegerField(null=True, editable=False)
    #: Its latest movie is rendered anew when frames have come, at most once in so many seconds; null: none.
    latest_every_s = models.PositiveIntegerField(null=True, editable=False)
    #: The latest movie's ``fps``, ``size`` and ``preset``, as `keep_latest_movie` takes them.
    latest_options = models.JSONField(default=dict, editable=False)
    #: When the latest movie was requested last; null: not since somebody asked to keep one.
    latest_requested_at = models.DateTimeField(null=True, editable=False)
    #: Why that request was refused, each reason with ``code``, ``message`` and ``remedy``; empty: it was not.
    latest_refusals = models.JSONField(default=list, editable=False)

    class Meta:
        """Oldest first, so that a new timelapse doesn't move the others."""

        ordering = ("created_at", "pk")
        indexes = (models.Index(fields=("camera", "state", "ends_at"), name="timelapse_by_end"),)
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

    @action(
        source=Lifecycle.States.READY,
        label="Edit",
        permission="timelapses.change_timelapse",
        offer=Offer(input=TIMELAPSE_FIELDS, initial=current_values),
    )
    def edit(self, **values: object) -> None:
        """A user changes its name, its period or its notes. Movies keep the frames that they have."""

    @action(
        source=[Lifecycle.States.READY, States.ARCHIVED],
        label="Retention",
        permission="frames.delete_frame",
        offer=Offer(
            kind="danger",
            confirm=Confirmation(
                title="Change the retention of %(object)s?",
                text="Within about an hour, older frames are deleted for good, unless another timelapse "
                "keeps them. Finished movies stay as they are.",
            ),
            input=RETENTION_FIELDS,
            initial=current_retention,
        ),
    )
    def change_retention(self, **values: object) -> None:
        """A user sets how long all its frames are kept, and which of the older ones."""

    @action(
        source=Lifecycle.States.READY,
        label="Stop",
        conditions=[has_begun, goes_on],
        permission="timelapses.change_timelapse",
        offer=Offer(
            confirm=Confirmation(
                title="Stop %(object)s?",
                text="It ends now: later frames don't belong to it. The camera goes on.",
            )
        ),
    )
    def stop(self) -> None:
        """It ends now: frames that are taken later don't belong to it."""

    @transition(
        source=Lifecycle.States.READY,
        target=States.ARCHIVED,
        label="Archive",
        conditions=[has_begun],
        permission="timelapses.change_timelapse",
        offer=Offer(
            confirm=Confirmation(
                title="Archive %(object)s?",
                text="It ends, leaves the lists, and keeps its frames and movies. You can bring it back.",
            )
        ),
    )
    def archive(self) -> None:
        """A user needs it no longer: it ends if it goes on, and no latest movie of it is rendered."""
        if goes_on(self) is None:
            self.ends_at = timezone.now()
        self.latest_every_s = None

    @transition(
        source=States.ARCHIVED,
        target=Lifecycle.States.READY,
        label="Bring back",
        permission="timelapses.change_timelapse",
    )
    def bring_back(self) -> None:
        """A user needs it again. It doesn't go on by itself: that needs another end."""

    @transition(
        source=[Lifecycle.States.READY, States.ARCHIVED, Lifecycle.States.FAILED],
        target=Lifecycle.States.DELETING,
        needs="delete",
        label="Delete",
        permission="timelapses.delete_timelapse",
        offer=Offer(
            kind="danger",
            confirm=Confirmation(
                title="Delete %(object)s?",
                text="Its movies are deleted for good, those in the trash too. The camera keeps its frames.",
            ),
            input=(STOP_MOVIES,),
        ),
    )
    def start_deleting(self) -> None:
        """A user deletes it: its movies are deleted, and nothing new can begin."""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of its camera, as it is at the first look; UTC if that is not known."""
        return zone_of(self.camera)

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
