"""Movies: rendered from a timelapse's frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from django.conf import settings
from django.db import models

from fsmlock import Confirmation, InputField, Lifecycle, Lock, Locks, Offer, Reason, action, transition
from fsmlock.sentences import sentence
from timelapse.rendering.domain import LONGEST_TITLE
from timelapse.timelapses.models import Timelapse
from timelapse.timelapses.sharing import SHARE, SHARE_OFFER

if TYPE_CHECKING:
    from fsmlock.offers import Value

#: The permission to cancel movies, to retry and to rename them.
CHANGE_MOVIE: Final = "rendering.change_movie"


#: The permission to delete movies: into the trash, from it for good, and to restore them.
DELETE_MOVIE: Final = "rendering.delete_movie"

NOTHING_FINISHED: Final = Reason(
    code="nothing_finished",
    message="Nothing of it is finished yet.",
    remedy="Retry it: that begins with its first frame, too.",
)
WAS_FINISHED: Final = Reason(
    code="was_finished", message="It was ready when it was deleted.", remedy="Restore it: it is ready again."
)
WAS_UNFINISHED: Final = Reason(
    code="was_unfinished",
    message="It was not ready when it was deleted.",
    remedy="Restore it: it is paused then, and can be resumed.",
)


TITLE: Final = InputField(
    name="title",
    kind="text",
    label="Title",
    default="",
    maximum=LONGEST_TITLE,
    help="Empty: it is known by its number.",
)


def current_title(movie: Movie) -> dict[str, Value]:
    """Return what the field of `Movie.rename` has at first."""
    return {"title": movie.title}


def has_finished_segments(movie: Movie) -> Reason | None:
    """Require something that starting over would remove."""
    return None if movie.frames_done else NOTHING_FINISHED


def has_file(movie: Movie) -> Reason | None:
    """Require that it was ready."""
    return WAS_UNFINISHED if movie.bytes is None else None


def has_no_file(movie: Movie) -> Reason | None:
    """Require that it was not ready."""
    return None if movie.bytes is None else WAS_FINISHED


class Sound(models.Model):
    """A file of sound that somebody added for movies, stored once whatever its names.

    It is removed with the last movie that has it. One that no movie has is removed after a while.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    #: The file's name when it was added last.
    name = models.CharField(max_length=200)
    bytes = models.PositiveBigIntegerField()
    length_s = models.FloatField()
    #: When it was added last.
    added_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Movie(Lifecycle, models.Model):
    """A requested movie and its rendered file.

    - new → queued: A user requested it; a task is in the queue.
    - queued → rendering: A worker took the timelapse's render lock and begins.
    - rendering → ready: The file is verified and in place.
    - rendering → queued: Its worker died or lost the lock; another one takes over.
    - queued → failed: Too many of its workers died.
    - rendering → failed: It can't be rendered; the failure fields have the reason and the remedy.
    - queued → paused: A user paused it.
    - rendering → paused: A user paused it, and its worker stopped.
    - queued → cancelled: A user cancelled it.
    - rendering → cancelled: A user cancelled it, and its worker stopped.
    - paused → cancelled: A user cancelled it.
    - failed → queued: A user retried it.
    - cancelled → queued: A user retried it.
    - paused → queued: A user resumed it.
    - ready → trashed: A user deleted it; its files are kept until its time is over.
    - failed → trashed: A user deleted it.
    - cancelled → trashed: A user deleted it.
    - paused → trashed: A user deleted it.
    - trashed → ready: A user restored it.
    - trashed → paused: A user restored it; it had not been ready.
    - trashed → deleting: A user deleted it for good, or its time in the trash is over.
    - ready → deleting: Its timelapse is deleted, or a newer latest movie replaces it.
    - failed → deleting: Its timelapse is deleted, or a newer latest movie replaces it.
    - cancelled → deleting: Its timelapse is deleted, or a newer latest movie replaces it.
    - paused → deleting: Its timelapse is deleted.
    - deleting → deleted: Its files are gone; the row remains, hidden.
    """

    class States(Lifecycle.States):
        """The base states, and queued, rendering, paused, cancelled and trashed."""

        QUEUED = "queued"
        RENDERING = "rendering"
        PAUSED = "paused"
        CANCELLED = "cancelled"
        TRASHED = "trashed"

    initial_state: ClassVar[str] = States.QUEUED

    #: "change" can't be taken while the timelapse's "delete" is held.
    locks = Locks(Lock("change"), inherit_from="timelapse", inherits={"delete"})

    timelapse = models.ForeignKey(Timelapse, on_delete=models.PROTECT, related_name="movies")
    fps = models.FloatField()
    #: Pixels, both even.
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    #: Only frames captured from ``since`` on and before ``until`` are shown; null: without this limit.
    since = models.DateTimeField(null=True, editable=False)
    until = models.DateTimeField(null=True, editable=False)
    #: What people call it; empty: it is known by its number.
    title = models.CharField(max_length=80, blank=True, default="")
    #: Whether it was requested by nobody, as the timelapse's latest; the next one takes its place.
    latest = models.BooleanField(default=False, editable=False)
    #: As JSON: which frames are shown, and what is added to them; empty: all, and nothing. See `Selection`
    #: and `Style`.
    selection = models.JSONField(default=dict, editable=False)
    style = models.JSONField(default=dict, editable=False)
    #: What is played with it: again and again or once, at a volume in percent of the file's. Null: no sound.
    sound = models.ForeignKey(
        Sound, null=True, on_delete=models.PROTECT, related_name="movies", editable=False
    )
    sound_repeats = models.BooleanField(default=True, editable=False)
    sound_volume = models.FloatField(default=100.0, editable=False)
    #: How many frames the selection left out by which reason, each as a `SelectionNote`.
    selection_notes = models.JSONField(default=list, editable=False)
    #: Frames to show; once ready, the frames that are in the file.
    frame_count = models.PositiveIntegerField(default=0)
    #: The newest frame when it was requested, by primary key: later ones are not in it, also after a retry.
    #: Not a foreign key, because retention may remove the frame. Null: all frames.
    last_frame = models.PositiveBigIntegerField(null=True, editable=False)
    #: The finished segments of its beginning in playing order, each as its key and its number of frames.
    segments = models.JSONField(default=list, editable=False)
    #: Frames of the segments that are encoded; a retry continues after them.
    frames_done = models.PositiveIntegerField(default=0, editable=False)
    #: Its next worker removes its finished segments before it begins.
    afresh = models.BooleanField(default=False, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, editable=False)
    #: 32 hex digits that connect the request, its tasks and all their log messages.
    causal_id = models.CharField(max_length=32, blank=True, editable=False)
    #: The causal context in which its tasks are sent, also when they are sent again.
    cause = models.JSONField(default=dict, editable=False)

    #: The task that was sent last, and when, by the database's clock.
    task_id = models.CharField(max_length=36, blank=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    #: The token of the hold under which it is, or was last, rendered; it identifies the movie of a hold.
    token = models.PositiveBigIntegerField(null=True, editable=False)
    #: How often a worker has begun it since it was requested.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    #: Who asked its worker to stop, and when; empty and null unless somebody did.
    cancel_requested_by = models.CharField(max_length=150, blank=True, editable=False)
    cancel_requested_at = models.DateTimeField(null=True, editable=False)
    #: Whether the movie is then paused, and not cancelled.
    pausing = models.BooleanField(default=False, editable=False)

    #: Who deleted it, and when; empty and null unless it is in the trash.
    trashed_by = models.CharField(max_length=150, blank=True, editable=False)
    trashed_at = models.DateTimeField(null=True, editable=False)

    #: Properties of the file, read from its packets.
    bytes = models.PositiveBigIntegerField(null=True, editable=False)
    duration_s = models.FloatField(null=True, editable=False)
    #: How many of its frames its last worker encoded, and in how many seconds, the joining included.
    encoded_frames = models.PositiveIntegerField(null=True, editable=False)
    render_s = models.FloatField(null=True, editable=False)
    #: Where its days begin, or longer spans, each as a `Chapter`.
    chapters = models.JSONField(default=list, editable=False)
    #: Frames that aren't in it, each with ``frame``, ``code`` and ``reason``.
    left_out = models.JSONField(default=list, editable=False)
    failure_code = models.CharField(max_length=40, blank=True, editable=False)
    failure_message = models.TextField(blank=True, editable=False)
    failure_remedy = models.TextField(blank=True, editable=False)

    class Meta:
        """Newest first."""

        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=("timelapse", "-created_at", "-id"), name="movie_newest_first"),
            models.Index(fields=("task_id",), name="movie_of_task"),
            models.Index(fields=("finished_at",), name="movie_by_end"),
            models.Index(
                fields=("trashed_at",), name="movie_trash", condition=models.Q(trashed_at__isnull=False)
            ),
            models.Index(fields=("state", "finished_at", "id"), name="movie_by_state_and_end"),
        )

    def __str__(self) -> str:
        """Its display name."""
        return sentence("Movie %(number)s", number=str(self.pk))

    @property
    def requester(self) -> str:
        """The name of who requested it; empty if nobody did, or the account is gone."""
        return self.requested_by.get_username() if self.requested_by else ""

    # Two transitions of the base lifecycle don't apply: a movie is created by rendering it.
    initialise = None  # type: ignore[assignment, unused-ignore] # None removes an inherited transition
    recover = None  # type: ignore[assignment, unused-ignore]

    @transition(source=[States.QUEUED, States.RENDERING], target=States.RENDERING, internal=True)
    def start(self) -> None:
        """A worker holds the timelapse's render lock and begins, or begins again after another one died."""

    @transition(source=States.RENDERING, target=States.READY, internal=True)
    def finish(self) -> None:
        """The file is verified and in place."""

    @transition(source=States.RENDERING, target=States.QUEUED, internal=True)
    def requeue(self) -> None:
        """Its worker died or lost the lock; another one takes over."""

    @transition(source=[States.QUEUED, States.RENDERING], target=States.FAILED, internal=True)
    def fail(self) -> None:
        """It can't be rendered; the failure fields have the reason and the remedy."""

    @transition(
        source=[States.QUEUED, States.RENDERING],
        target=States.PAUSED,
        label="Pause",
        permission=CHANGE_MOVIE,
    )
    def pause(self) -> None:
        """A user paused it; its finished segments are kept."""

    @transition(
        source=[States.QUEUED, States.RENDERING, States.PAUSED],
        target=States.CANCELLED,
        label="Cancel",
        permission=CHANGE_MOVIE,
    )
    def cancel(self) -> None:
        """A user cancelled it."""

    @transition(
        source=[States.FAILED, States.CANCELLED, States.PAUSED],
        target=States.QUEUED,
        needs="change",
        label="Retry",
        permission=CHANGE_MOVIE,
        offer=Offer(kind="primary"),
    )
    def retry(self) -> None:
        """A user retried it; it continues after its finished segments."""

    @transition(
        source=[States.FAILED, States.CANCELLED, States.PAUSED],
        target=States.QUEUED,
        needs="change",
        label="Start over",
        conditions=[has_finished_segments],
        permission=CHANGE_MOVIE,
        offer=Offer(
            confirm=Confirmation(
                title="Start %(object)s over?",
                text="What is finished of it is removed, and all its frames are encoded again.",
            ),
        ),
    )
    def start_over(self) -> None:
        """A user started it over; nothing of what was finished is used."""

    @action(source=States.READY, label="Share", permission=SHARE, offer=SHARE_OFFER)
    def share(self) -> None:
        """A link is made that shows it to people without an account."""

    @action(
        source=[
            States.READY,
            States.QUEUED,
            States.RENDERING,
            States.FAILED,
            States.CANCELLED,
            States.PAUSED,
        ],
        needs="change",
        label="Rename",
        permission=CHANGE_MOVIE,
        offer=Offer(input=(TITLE,), initial=current_title),
    )
    def rename(self, **values: object) -> None:
        """A user gives it another title, or none."""

    @transition(
        source=[States.READY, States.FAILED, States.CANCELLED, States.PAUSED],
        target=States.TRASHED,
        needs="change",
        label="Delete",
        permission=DELETE_MOVIE,
    )
    def trash(self) -> None:
        """A user deleted it; it can be restored until its time in the trash is over."""

    @transition(
        source=States.TRASHED,
        target=States.READY,
        needs="change",
        label="Restore",
        conditions=[has_file],
        permission=DELETE_MOVIE,
        offer=Offer(kind="primary"),
    )
    def restore(self) -> None:
        """A user restored it; it is as it was."""
        self._leave_trash()

    @transition(
        source=States.TRASHED,
        target=States.PAUSED,
        needs="change",
        label="Restore",
        conditions=[has_no_file],
        permission=DELETE_MOVIE,
        offer=Offer(kind="primary"),
    )
    def restore_unfinished(self) -> None:
        """A user restored it; it had not been ready, and is resumed by whoever wants it."""
        self._leave_trash()

    @transition(
        source=States.TRASHED,
        target=States.DELETING,
        needs="change",
        label="Delete for good",
        permission=DELETE_MOVIE,
        offer=Offer(
            kind="danger",
            confirm=Confirmation(
                title="Delete %(object)s for good?",
                text="The movie file is deleted permanently. The frames are kept: you can render it again.",
            ),
        ),
    )
    def delete_for_good(self) -> None:
        """A user didn't want to wait until its time in the trash is over."""
        self._leave_trash()

    @transition(
        source=[States.READY, States.FAILED, States.CANCELLED, States.PAUSED, States.TRASHED],
        target=States.DELETING,
        needs="change",
        internal=True,
    )
    def start_deleting(self) -> None:
        """Its timelapse is deleted, a newer latest movie replaces it, or its time in the trash is over."""
        self._leave_trash()

    @transition(source=States.DELETING, target=States.DELETED, internal=True)
    def finish_deleting(self) -> None:
        """Its files are removed."""

    def _leave_trash(self) -> None:
        self.trashed_by, self.trashed_at = "", None
