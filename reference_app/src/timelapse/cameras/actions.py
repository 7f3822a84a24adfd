"""Writes of cameras: pairing, renaming, revoking, heartbeats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from fsmlock import Refused, explain
from timelapse.cameras import domain, naming, queries
from timelapse.cameras.changes import publish_change
from timelapse.cameras.errors import CodeUnknown, CodeUsed, TokenPending, TokenRefusal, TooManyPairings
from timelapse.cameras.events import CameraPaired, CameraRevoked, camera_paired, camera_revoked
from timelapse.cameras.health_history import record_sample
from timelapse.cameras.models import Camera, Pairing
from timelapse.cameras.queries import camera_by_id, camera_to_rejoin
from timelapse.shared.addresses import network_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A camera and its token. The token is not stored and can't be read again."""

    camera: Camera
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingOffer:
    """The answer to a pairing request: the code to show, and the secret with which to fetch the token."""

    device_code: str
    user_code: str
    interval_s: int
    expires_in_s: int


@transaction.atomic
def enrol(name: str, *, driver: str = "simulated", model: str = "") -> Enrolment:
    """Create a camera with a token at once, without pairing, for an agent on the server itself."""
    token = domain.new_token()
    camera = Camera.objects.create(name=name, driver=driver, model=model, token_hash=domain.digest(token))
    _publish_paired(camera)
    return Enrolment(camera=camera, token=token)


@transaction.atomic
def request_pairing(
    *, name: str, driver: str, model: str = "", agent: str = "", token: str = "", address: str = ""
) -> PairingOffer:
    """Create a pairing request. An agent with a ``token``, revoked or not, asks to be paired again.

    Raises:
        TooManyPairings: too many agents poll for an approval, at this address or in all.
    """
    now = timezone.now()
    Pairing.objects.filter(expires_at__lt=now).delete()
    network = network_of(address)
    _make_room(domain.PAIRINGS_PER_NETWORK, now, network=network)
    _make_room(domain.PAIRINGS_AT_ONCE, now)
    device_code, user_code = domain.new_device_code(), domain.new_user_code()
    Pairing.objects.create(
        device_code_hash=domain.digest(device_code),
        user_code=user_code,
        name=name,
        driver=driver,
        model=model,
        agent=agent,
        address=address,
        network=network,
        existing_camera=camera_to_rejoin(token) if token else None,
        expires_at=now + domain.PAIRING_LIFETIME,
    )
    return PairingOffer(
        device_code=device_code,
        user_code=user_code,
        interval_s=int(domain.PAIRING_INTERVAL.total_seconds()),
        expires_in_s=int(domain.PAIRING_LIFETIME.total_seconds()),
    )


def _make_room(limit: int, now: datetime, *, network: str | None = None) -> None:
    """Remove codes whose agents are silent, the oldest first, until there is room for one more."""
    waiting = Pairing.objects.filter(camera=None)
    waiting = waiting if network is None else waiting.filter(network=network)
    surplus = waiting.count() - limit + 1
    if surplus <= 0:
        return
    never_polled = waiting.filter(polled_at=None, created_at__lt=now - domain.UNHEARD)
    silent = waiting.filter(polled_at__lt=now - domain.SILENT)
    dead = [*never_polled.order_by("created_at")[:surplus], *silent.order_by("polled_at")[:surplus]][:surplus]
    if len(dead) < surplus:
        raise TooManyPairings(limit=limit, network=network)
    Pairing.objects.filter(pk__in=[each.pk for each in dead]).delete()


@transaction.atomic
def approve_pairing(user_code: str, *, by: User, name: str | None = None) -> Camera:
    """Pair the agent that shows this code, under its own name or the given one.

    An agent that was paired before stays the same camera, so that captures whose answers were lost are not
    stored a second time.

    Raises:
        CodeUnknown: no agent shows this code now.
        CodeUsed: it has been approved already.
    """
    pairing = queries.pairing_by_code(user_code, Pairing.objects.select_for_update())
    if pairing is None:
        raise CodeUnknown(user_code=user_code)
    if pairing.camera_id is not None:
        raise CodeUsed(user_code=pairing.user_code)
    # A camera that was deleted meanwhile can't be paired again.
    existing = camera_by_id(pairing.existing_camera_id) if pairing.existing_camera_id else None
    if existing is None:
        camera = Camera.objects.create(
            name=naming.name_or(name, pairing.name), driver=pairing.driver, model=pairing.model
        )
    else:
        camera = _pair_again(existing.pk, name)
    pairing.camera, pairing.approved_by = camera, by
    pairing.save(update_fields=["camera", "approved_by"])
    _publish_paired(camera)
    return camera


def _pair_again(camera: UUID, name: str | None) -> Camera:
    """Withdraw the camera's token; the agent fetches a new one."""
    current = Camera.objects.select_for_update().get(pk=camera)
    if current.state == Camera.States.REVOKED:
        current.reinstate()
    current.name = naming.name_or(name, current.name)
    # A token that was never used may never have arrived: then the agent still has the previous one.
    if current.heartbeat_at is not None or not current.previous_token_hash:
        current.previous_token_hash = current.token_hash or ""
    current.token_hash = current.revoked_at = current.heartbeat_at = current.next_by = None
    current.revoked_by_name = ""
    current.save(
        update_fields=[
            "state",
            "name",
            "token_hash",
            "previous_token_hash",
            "revoked_at",
            "revoked_by_name",
            "heartbeat_at",
            "next_by",
        ]
    )
    return current


def exchange_token(device_code: str, *, now: datetime | None = None) -> Enrolment:
    """Issue the token to the agent of an approved code.

    Until the first heartbeat shows that the token has arrived, the agent may ask again and gets a new one.

    Raises:
        TokenPending: not yet or never; ``code`` is the error code of RFC 8628.
    """
    with transaction.atomic():
        answer = _exchange(domain.digest(device_code), now or timezone.now())
    if isinstance(answer, str):  # raised outside of the transaction, so that the time of polling is committed
        raise TokenPending(answer)
    return answer


def _exchange(device_code_hash: str, now: datetime) -> Enrolment | TokenRefusal:
    pairing = Pairing.objects.select_for_update().filter(device_code_hash=device_code_hash).first()
    if pairing is None or pairing.expires_at < now:
        return "expired_token"
    if pairing.camera_id is None:
        polled_at, pairing.polled_at = pairing.polled_at, now
        pairing.save(update_fields=["polled_at"])
        too_soon = polled_at is not None and now - polled_at < domain.PAIRING_INTERVAL * 0.8
        return "slow_down" if too_soon else "authorization_pending"
    camera = Camera.objects.select_for_update().get(pk=pairing.camera_id)
    if camera.state != Camera.States.PAIRED:
        return "access_denied"
    if camera.heartbeat_at is not None:
        return "expired_token"
    token = domain.new_token()
    camera.token_hash = domain.digest(token)
    camera.save(update_fields=["token_hash"])
    return Enrolment(camera=camera, token=token)


def record_heartbeat(camera: UUID, heartbeat: domain.Heartbeat, *, now: datetime | None = None) -> None:
    """Store a heartbeat. Uses one UPDATE, so that concurrent changes to other columns are kept.

    The first one within five minutes is kept as a sample, too.
    """
    now = now or timezone.now()
    values = {
        "driver": heartbeat.driver,
        "agent_state": heartbeat.state,
        "state_detail": heartbeat.state_detail,
        "spool_pending": heartbeat.spool_pending,
        "spool_bytes": heartbeat.spool_bytes,
        "spool_refused": heartbeat.spool_refused,
        "disk_free": heartbeat.disk_free,
        "disk_total": heartbeat.disk_total,
        "versions": heartbeat.versions,
        "health": heartbeat.health.to_json(),
        "boot": heartbeat.boot,
        "config_revision": heartbeat.config_revision,
        "config_error": heartbeat.config_error,
        "grace_s": heartbeat.grace_s,
        "previous_token_hash": "",
        "heartbeat_at": now,
        "next_by": now + timedelta(seconds=heartbeat.every_s),
    }
    with transaction.atomic(savepoint=False):  # holds the camera's row: it isn't deleted in between
        if Camera.objects.filter(pk=camera).update(**values):
            record_sample(camera, heartbeat, now)
    publish_change(camera, "heartbeat")


@transaction.atomic
def rename(camera: Camera, name: str, *, by: User | None = None) -> Camera:
    """Give the camera another name, which it keeps when its agent is paired again.

    Raises:
        Refused: the user may not, the camera is being deleted, or the name is empty or too long.
    """
    current = Camera.objects.select_for_update().get(pk=camera.pk)
    if reasons := explain(current, to="rename", user=by) or naming.refusals(name):
        raise Refused(reasons)
    current.name = naming.printable_name(name)
    current.save(update_fields=["name"])
    publish_change(current.pk, "renamed")
    return current


def revoke(camera: Camera, *, by: User | None = None) -> Camera:
    """Revoke the camera's token. Its frames stay.

    Raises:
        fsmlock.TransitionRefused: it is revoked already.
    """
    with transaction.atomic():
        current = Camera.objects.select_for_update().get(pk=camera.pk)
        current.revoke()
        current.revoked_at = timezone.now()
        current.revoked_by_name = "" if by is None else by.get_username()
        current.next_by = None  # no heartbeat is expected any more
        current.save(update_fields=["state", "revoked_at", "revoked_by_name", "next_by"])
        event = CameraRevoked(camera=current.pk, name=current.name)
        transaction.on_commit(lambda: camera_revoked.send_robust(Camera, event=event), robust=True)
        publish_change(current.pk, "revoked")
    return current


def _publish_paired(camera: Camera) -> None:
    event = CameraPaired(camera=camera.pk, name=camera.name)
    transaction.on_commit(lambda: camera_paired.send_robust(Camera, event=event), robust=True)
    publish_change(camera.pk, "paired")
