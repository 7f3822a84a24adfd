"""Links that show a movie, or the newest of a timelapse, to people without an account."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from fsmlock import Confirmation, Lifecycle, Offer, transition
from timelapse.rendering.models import Movie
from timelapse.shared.tokens import new_token
from timelapse.timelapses.models import Timelapse
from timelapse.timelapses.sharing import SHARE


class ShareLink(Lifecycle, models.Model):
    """A link to one movie, or to a timelapse: then to its newest movie and its latest picture.

    - new → active: A user shared something.
    - active → revoked: A user took it back; whoever opens it is told so.
    """

    class States(Lifecycle.States):
        """Active and revoked. Whether it has expired depends on the time."""

        ACTIVE: ClassVar[str] = "active"
        REVOKED: ClassVar[str] = "revoked"

    initial_state: ClassVar[str] = States.ACTIVE

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    #: One of the two.
    movie = models.ForeignKey(Movie, null=True, on_delete=models.CASCADE, related_name="share_links")
    timelapse = models.ForeignKey(Timelapse, null=True, on_delete=models.CASCADE, related_name="share_links")
    #: Hashed; empty: none is asked for.
    password = models.CharField(max_length=128, blank=True)
    offers_download = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first. One permission is enough: who may share may also see links and revoke them."""

        ordering = ("-created_at", "-pk")
        default_permissions = ()
        permissions = (("share", "Can share movies and timelapses by links"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(movie__isnull=True) ^ models.Q(timelapse__isnull=True),
                name="share_link_has_one_subject",
            ),
        )

    def __str__(self) -> str:
        """What it shows. Its address is a secret."""
        return f"Link to {self.movie or self.timelapse}"

    @transition(
        source=States.ACTIVE,
        target=States.REVOKED,
        label="Revoke",
        permission=SHARE,
        offer=Offer(
            kind="danger",
            confirm=Confirmation(
                title="Revoke this link?",
                text="Whoever opens it from now on is told that it was revoked. This can't be undone.",
            ),
        ),
    )
    def revoke(self) -> None:
        """A user took it back."""
