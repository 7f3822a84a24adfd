"""Writes of cameras: pairing, revoking, signs of life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from timelapse.cameras import domain
from timelapse.cameras.errors import CodeUnknown, CodeUsed, TokenPending, TokenRefusal, TooManyPairings
from timelapse.cameras.events import CameraPaired, CameraRevoked, camera_paired, camera_revoked
from timelapse.cameras.models import Camera, Pairing
from timelapse.cameras.queries import camera_to_go_on
from timelapse.shared import live

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A camera and its token, which is shown this once."""

    camera: Camera
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingOffer:
    """What an agent that wants to be paired gets: the code to show, and the secret to ask with."""

    device_code: str
    user_code: str
    interval_s: int
    expires_in_s: int


@transaction.atomic
def enrol(name: str, *, driver: str = "simulated", model: str = "") -> Enrolment:
    """Make a camera with a token at once, for the operator of an embedded installation."""
    token = domain.new_token()
    camera = Camera.objects.create(name=name, driver=driver, model=model, token_hash=domain.digest(token))
    _tell_paired(camera)
    return Enrolment(camera=camera, token=token)


@transaction.atomic
def request_pairing(
    *, name: str, driver: str, model: str = "", agent: str = "", token: str = ""
) -> PairingOffer:
    """Give an agent a code to show; one with a ``token``, revoked or not, asks to go on as the same camera.

    Raises:
        TooManyPairings: as many codes wait as may.
    """
    now = timezone.now()
    Pairing.objects.filter(expires_at__lt=now).delete()
    if Pairing.objects.filter(camera=None).count() >= domain.PAIRINGS_AT_ONCE:
        raise TooManyPairings
    device_code, user_code = domain.new_device_code(), domain.new_user_code()
    Pairing.objects.create(
        device_code_hash=domain.digest(device_code),
        user_code=user_code,
        name=name,
        driver=driver,
        model=model,
        agent=agent,
        again=camera_to_go_on(token) if token else None,
        expires_at=now + domain.PAIRING_LASTS,
    )
    return PairingOffer(
        device_code=device_code,
        user_code=user_code,
        interval_s=int(domain.PAIRING_INTERVAL.total_seconds()),
        expires_in_s=int(domain.PAIRING_LASTS.total_seconds()),
    )


@transaction.atomic
def approve_pairing(user_code: str, *, by: User, name: str | None = None) -> Camera:
    """Let in the agent that shows this code, under its own name or the given one.

    An agent that was paired before goes on as the same camera: its film goes on, and what it had delivered
    without hearing the answer is not stored a second time.

    Raises:
        CodeUnknown: no agent shows it now.
        CodeUsed: it has been approved already.
    """
    waiting = Pairing.objects.select_for_update().filter(
        user_code=domain.written_code(user_code), expires_at__gte=timezone.now()
    )
    pairing = waiting.first()
    if pairing is None:
        raise CodeUnknown(user_code=user_code)
    if pairing.camera_id is not None:
        raise CodeUsed(user_code=pairing.user_code)
    if pairing.again_id is None:
        camera = Camera.objects.create(
            name=domain.written_name(name, pairing.name), driver=pairing.driver, model=pairing.model
        )
    else:
        camera = _let_in_again(pairing.again_id, name)
    pairing.camera, pairing.approved_by = camera, by
    pairing.save(update_fields=["camera", "approved_by"])
    _tell_paired(camera)
    return camera


def _let_in_again(camera: UUID, name: str | None) -> Camera:
    """Make the camera wait for its new token; the old one counts no more, so nobody can beat with it."""
    current = Camera.objects.select_for_update().get(pk=camera)
    if current.state == Camera.States.REVOKED:
        current.reinstate()
    current.name = domain.written_name(name, current.name)
    # A token that was never heard may never have arrived: the agent still has the one before.
    if current.beat_at is not None or not current.former_token_hash:
        current.former_token_hash = current.token_hash or ""
    current.token_hash = current.revoked_at = current.beat_at = current.next_by = None
    current.save(
        update_fields=["state", "name", "token_hash", "former_token_hash", "revoked_at", "beat_at", "next_by"]
    )
    return current


def exchange_token(device_code: str, *, now: datetime | None = None) -> Enrolment:
    """Give the agent behind an approved code its token.

    An agent that never got the answer may ask again and gets a new token in place of the lost one, until the
    first heartbeat shows that it has arrived.

    Raises:
        TokenPending: not now or never; the error's ``code`` is RFC 8628's word for it.
    """
    with transaction.atomic():
        answer = _exchange(domain.digest(device_code), now or timezone.now())
    if isinstance(answer, str):  # raised out here, so that the time of asking is committed
        raise TokenPending(answer)
    return answer


def _exchange(device_code_hash: str, now: datetime) -> Enrolment | TokenRefusal:
    pairing = Pairing.objects.select_for_update().filter(device_code_hash=device_code_hash).first()
    if pairing is None or pairing.expires_at < now:
        return "expired_token"
    if pairing.camera_id is None:
        asked, pairing.polled_at = pairing.polled_at, now
        pairing.save(update_fields=["polled_at"])
        too_soon = asked is not None and now - asked < domain.PAIRING_INTERVAL * 0.8
        return "slow_down" if too_soon else "authorization_pending"
    camera = Camera.objects.select_for_update().get(pk=pairing.camera_id)
    if camera.state != Camera.States.PAIRED:
        return "access_denied"
    if camera.beat_at is not None:
        return "expired_token"
    token = domain.new_token()
    camera.token_hash = domain.digest(token)
    camera.save(update_fields=["token_hash"])
    return Enrolment(camera=camera, token=token)


def record_heartbeat(camera: UUID, beat: domain.Heartbeat, *, now: datetime | None = None) -> None:
    """Note what an agent said of itself. One statement: it never overwrites what others change meanwhile."""
    now = now or timezone.now()
    facts = {
        "driver": beat.driver,
        "agent_state": beat.state,
        "state_detail": beat.state_detail,
        "spool_pending": beat.spool_pending,
        "spool_bytes": beat.spool_bytes,
        "spool_refused": beat.spool_refused,
        "disk_free": beat.disk_free,
        "disk_total": beat.disk_total,
        "versions": beat.versions,
        "health": beat.health.stored(),
        "boot": beat.boot,
        "config_revision": beat.config_revision,
        "config_error": beat.config_error,
        "grace_s": beat.grace_s,
        "former_token_hash": "",
        "beat_at": now,
        "next_by": now + timedelta(seconds=beat.every_s),
    }
    Camera.objects.filter(pk=camera).update(**facts)
    live.changed(group_of(camera), what="heartbeat")


def revoke(camera: Camera) -> Camera:
    """Let the camera's token count no more. Frames that it has sent stay.

    Raises:
        fsmlock.TransitionRefused: it is revoked already.
    """
    with transaction.atomic():
        current = Camera.objects.select_for_update().get(pk=camera.pk)
        current.revoke()
        current.revoked_at = timezone.now()
        current.next_by = None  # it has been released from its promise
        current.save(update_fields=["state", "revoked_at", "next_by"])
        event = CameraRevoked(camera=current.pk, name=current.name)
        transaction.on_commit(lambda: camera_revoked.send_robust(Camera, event=event), robust=True)
        live.changed(group_of(current.pk), what="revoked")
    return current


def group_of(camera: UUID) -> str:
    """Name the group in which changes of this camera are told."""
    return f"camera.{camera}"


def _tell_paired(camera: Camera) -> None:
    event = CameraPaired(camera=camera.pk, name=camera.name)
    transaction.on_commit(lambda: camera_paired.send_robust(Camera, event=event), robust=True)
    live.changed(group_of(camera.pk), what="paired")
