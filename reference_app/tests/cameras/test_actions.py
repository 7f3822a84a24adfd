from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from fsmlock import Refused, TransitionRefused
from timelapse.cameras import actions, domain
from timelapse.cameras.errors import CodeUnknown, CodeUsed, TokenPending, TooManyPairings
from timelapse.cameras.events import camera_paired, camera_revoked
from timelapse.cameras.models import Camera, Pairing
from timelapse.cameras.queries import camera_by_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return User.objects.create_user("editor")


@pytest.fixture
def received():
    events = []

    def hear(*, event, **_):
        events.append(event)

    for signal in (camera_paired, camera_revoked):
        signal.connect(hear, weak=False, dispatch_uid="test")
    yield events
    for signal in (camera_paired, camera_revoked):
        signal.disconnect(dispatch_uid="test")


def offer(**more):
    return actions.request_pairing(**({"name": "Roof", "driver": "simulated"} | more))


def test_an_approved_agent_gets_a_token_that_counts(editor):
    offered = offer()
    camera = actions.approve_pairing(offered.user_code.lower(), by=editor)
    enrolment = actions.exchange_token(offered.device_code)
    assert enrolment.camera == camera
    assert camera_by_token(enrolment.token) == camera
    assert Pairing.objects.get().approved_by == editor


def test_neither_token_nor_device_code_is_stored_in_clear(editor):
    offered = offer()
    actions.approve_pairing(offered.user_code, by=editor)
    token = actions.exchange_token(offered.device_code).token
    stored = [*Camera.objects.values().get().values(), *Pairing.objects.values().get().values()]
    assert not {token, offered.device_code} & {str(value) for value in stored}


def test_who_approves_may_choose_the_name(editor):
    assert actions.approve_pairing(offer().user_code, by=editor, name="Garden").name == "Garden"
    assert actions.approve_pairing(offer().user_code, by=editor).name == "Roof"


def test_a_camera_is_renamed_in_each_of_its_states_and_keeps_the_name_when_it_is_paired_again(editor):
    enrolled = actions.enrol("Roof")
    editor.user_permissions.add(Permission.objects.get(codename="change_camera"))
    assert actions.rename(enrolled.camera, " Garden ", by=editor).name == "Garden"
    actions.revoke(enrolled.camera)
    actions.rename(enrolled.camera, "Shed", by=editor)
    offered = offer(name="Roof", token=enrolled.token)
    assert actions.approve_pairing(offered.user_code, by=editor).name == "Shed"


def test_a_heartbeat_that_was_on_its_way_leaves_a_new_name_alone():
    camera = actions.enrol("Roof").camera
    actions.rename(camera, "Garden")
    actions.record_heartbeat(camera.pk, heartbeat())
    camera.refresh_from_db()
    assert camera.name == "Garden"


def test_a_name_that_does_not_fit_changes_nothing():
    camera = actions.enrol("Roof").camera
    with pytest.raises(Refused) as refused:
        actions.rename(camera, " \n ")
    assert [reason.code for reason in refused.value.reasons] == ["name_missing"]
    camera.refresh_from_db()
    assert camera.name == "Roof"


def test_a_waiting_agent_is_asked_to_wait_and_a_hasty_one_to_slow_down():
    offered = offer()
    start = timezone.now()
    assert refusal(offered.device_code, start) == "authorization_pending"
    assert refusal(offered.device_code, start + timedelta(seconds=0.5)) == "slow_down"
    assert refusal(offered.device_code, start + timedelta(seconds=3)) == "authorization_pending"


def test_a_code_expires(editor):
    offered = offer()
    later = timezone.now() + domain.PAIRING_LIFETIME + timedelta(seconds=1)
    assert refusal(offered.device_code, later) == "expired_token"
    Pairing.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(CodeUnknown):
        actions.approve_pairing(offered.user_code, by=editor)


def test_an_unknown_device_code_gets_nothing():
    assert refusal("guessed", timezone.now()) == "expired_token"


def test_an_unknown_code_is_refused_with_a_remedy(editor):
    with pytest.raises(CodeUnknown, match="start the pairing again") as caught:
        actions.approve_pairing("BDWP-HQPK", by=editor)
    assert caught.value.reason.code == "code_unknown"


def test_a_code_is_approved_once(editor):
    offered = offer()
    actions.approve_pairing(offered.user_code, by=editor)
    with pytest.raises(CodeUsed):
        actions.approve_pairing(offered.user_code, by=editor)
    assert Camera.objects.count() == 1


def test_an_agent_whose_answer_was_lost_gets_a_new_token_for_the_old_one(editor):
    offered = offer()
    camera = actions.approve_pairing(offered.user_code, by=editor)
    lost = actions.exchange_token(offered.device_code).token
    again = actions.exchange_token(offered.device_code).token
    assert camera_by_token(lost) is None
    assert camera_by_token(again) == camera


def test_a_device_code_is_worthless_once_the_camera_has_sent_a_heartbeat(editor):
    offered = offer()
    camera = actions.approve_pairing(offered.user_code, by=editor)
    token = actions.exchange_token(offered.device_code).token
    actions.record_heartbeat(camera.pk, heartbeat())
    assert refusal(offered.device_code, timezone.now()) == "expired_token"
    assert camera_by_token(token) == camera


def test_an_agent_that_was_revoked_before_it_came_is_denied(editor):
    offered = offer()
    actions.revoke(actions.approve_pairing(offered.user_code, by=editor))
    assert refusal(offered.device_code, timezone.now()) == "access_denied"


@pytest.mark.parametrize("revoked", [True, False])
def test_an_agent_that_asks_again_with_its_token_goes_on_as_the_same_camera(editor, revoked):
    first = actions.enrol("Roof")
    actions.record_heartbeat(first.camera.pk, heartbeat())
    if revoked:
        actions.revoke(first.camera)
    offered = offer(name="whatever the agent says", token=first.token)
    camera = actions.approve_pairing(offered.user_code, by=editor)
    assert (camera.pk, camera.name, camera.state) == (first.camera.pk, "Roof", "paired")
    assert camera_by_token(first.token) is None
    assert camera_by_token(actions.exchange_token(offered.device_code).token) == camera
    assert Camera.objects.get().revoked_at is None


@pytest.mark.parametrize("fetched", [False, True])
def test_a_new_token_that_never_arrived_does_not_part_an_agent_from_its_camera(editor, fetched):
    first = actions.enrol("Roof")
    actions.record_heartbeat(first.camera.pk, heartbeat())
    for _ in range(3):
        offered = offer(token=first.token)
        assert actions.approve_pairing(offered.user_code, by=editor) == first.camera
        if fetched:
            actions.exchange_token(offered.device_code)
        assert camera_by_token(first.token) is None
    actions.exchange_token(offered.device_code)
    actions.record_heartbeat(first.camera.pk, heartbeat())
    assert actions.approve_pairing(offer(token=first.token).user_code, by=editor) != first.camera


def test_a_token_that_was_never_given_out_makes_no_old_camera_of_a_new_one(editor):
    first = actions.enrol("Roof").camera
    assert actions.approve_pairing(offer(token="cam_guessed").user_code, by=editor) != first


def test_who_has_a_token_but_no_approval_gets_nothing():
    first = actions.enrol("Roof")
    offered = offer(token=first.token)
    assert refusal(offered.device_code, timezone.now()) == "authorization_pending"
    assert camera_by_token(first.token) == first.camera


def test_a_flood_of_pairing_requests_shuts_out_its_own_network_and_nobody_else():
    for number in range(domain.PAIRINGS_PER_NETWORK):
        offer(address=f"2001:db8::{number:x}")
    with pytest.raises(TooManyPairings):
        offer(address="2001:db8::ffff:1")
    assert offer(address="2001:db8:0:1::1")
    assert offer(address="192.0.2.7")


def test_codes_whose_agents_are_silent_make_room_and_polled_ones_stay():
    long_ago = timezone.now() - domain.SILENT - timedelta(seconds=1)
    offers = [offer(address="192.0.2.7") for _ in range(domain.PAIRINGS_PER_NETWORK)]
    Pairing.objects.update(created_at=long_ago)
    for offered in offers[1:]:
        refusal(offered.device_code, timezone.now())  # polls
    assert offer(address="192.0.2.7")
    kept = set(Pairing.objects.values_list("user_code", flat=True))
    assert kept >= {each.user_code for each in offers[1:]}
    assert offers[0].user_code not in kept


def test_codes_are_bounded_in_all_by_those_that_are_polled(monkeypatch):
    monkeypatch.setattr(domain, "PAIRINGS_AT_ONCE", 3)
    first, *_ = [offer(address=f"192.0.2.{number}") for number in range(3)]
    with pytest.raises(TooManyPairings):
        offer(address="192.0.2.9")
    Pairing.objects.exclude(user_code=first.user_code).update(
        created_at=timezone.now() - domain.UNHEARD - timedelta(seconds=1)
    )
    assert offer(address="192.0.2.9")
    assert Pairing.objects.filter(user_code=first.user_code).exists()


def test_expired_codes_make_room():
    for _ in range(domain.PAIRINGS_PER_NETWORK):
        offer()
    Pairing.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    offer()
    assert Pairing.objects.count() == 1


def test_a_heartbeat_promises_the_next_by_this_servers_clock():
    camera = actions.enrol("Roof").camera
    now = timezone.now()
    actions.record_heartbeat(camera.pk, heartbeat(every_s=5, grace_s=10, spool_pending=3), now=now)
    camera.refresh_from_db()
    assert (camera.heartbeat_at, camera.next_by) == (now, now + timedelta(seconds=5))
    assert (camera.grace_s, camera.spool_pending, camera.agent_state) == (10, 3, "capturing")


def test_a_heartbeat_is_one_write(django_assert_num_queries):
    camera = actions.enrol("Roof").camera
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    actions.record_heartbeat(camera.pk, heartbeat(), now=now)
    with django_assert_num_queries(2) as queries:
        actions.record_heartbeat(camera.pk, heartbeat(), now=now + timedelta(seconds=5))
    assert [query["sql"].split()[0] for query in queries] == ["UPDATE", "SELECT"]


def test_a_heartbeat_does_not_undo_a_revocation():
    camera = actions.enrol("Roof").camera
    actions.revoke(camera)
    actions.record_heartbeat(camera.pk, heartbeat())
    assert Camera.objects.get().state == "revoked"


def test_a_revoked_camera_keeps_its_hash_so_that_its_agent_learns_why():
    enrolment = actions.enrol("Roof")
    actions.revoke(enrolment.camera)
    found = camera_by_token(enrolment.token)
    assert found.state == "revoked"
    assert found.revoked_at is not None


def test_a_camera_is_revoked_once():
    camera = actions.revoke(actions.enrol("Roof").camera)
    with pytest.raises(TransitionRefused, match="is revoked"):
        actions.revoke(camera)


def test_pairing_and_revoking_are_published_after_the_commit(received, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        camera = actions.revoke(actions.enrol("Roof").camera)
        assert received == []
    assert [(type(event).__name__, event.camera) for event in received] == [
        ("CameraPaired", camera.pk),
        ("CameraRevoked", camera.pk),
    ]


def heartbeat(**more):
    return domain.Heartbeat(**({"seq": 1, "every_s": 5, "grace_s": 10, "state": "capturing"} | more))


def refusal(device_code, now):
    with pytest.raises(TokenPending) as caught:
        actions.exchange_token(device_code, now=now)
    return caught.value.code
