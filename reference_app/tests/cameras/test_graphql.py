from __future__ import annotations

from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import AnonymousUser, User
from django.db import connections
from strawberry import relay

from timelapse.cameras import actions, domain
from timelapse.cameras.models import Camera
from timelapse.project.schema import schema
from timelapse.shared import live
from timelapse.shared.access import load_permissions

pytestmark = pytest.mark.django_db(transaction=True)


CAMERAS = """{ cameras { totalCount edges { node {
  id name driver model state liveness heartbeatAt nextBy graceSeconds spoolPending stateDetail
  availableTransitions { name label allowed reasons { code message remedy } } } } } }"""
APPROVE = """mutation ($input: ApproveCameraInput!) { approveCamera(input: $input) {
  camera { id name state } errors { field code message remedy } } }"""
PAIRING = """query ($code: String!) { pairingRequest(userCode: $code) {
  name driver model agent address approved camera { name state revokedAt revokedBy } } }"""
TRANSITION = """mutation ($input: TransitionInput!) { transition(input: $input) {
  object { state availableTransitions { name } } errors { field code } } }"""
UPDATES = """subscription ($id: ID!) { cameraUpdates(id: $id) {
  kind seq heartbeatSeconds gone changed { name state liveness spoolPending } } }"""


@pytest.fixture
def admin():
    return User.objects.create_superuser("admin")


@pytest.fixture
def camera():
    return actions.enrol("Roof").camera


@pytest.fixture(autouse=True)
async def no_connection_left_in_the_thread_of_async_code(transactional_db):
    yield
    await sync_to_async(connections.close_all)()


def context(user):
    return SimpleNamespace(request=SimpleNamespace(user=user))


def global_id(camera):
    return relay.to_base64("Camera", camera.pk)


async def ask(query, user, **variables):
    await sync_to_async(load_permissions)(user)
    return await schema.execute(query, variable_values=variables, context_value=context(user))


async def test_cameras_are_listed_with_what_can_be_done_with_them(camera, admin):
    result = await ask(CAMERAS, admin)
    assert result.errors is None
    assert result.data["cameras"]["totalCount"] == 1
    (edge,) = result.data["cameras"]["edges"]
    assert edge["node"] | {"name": "Roof", "state": "paired", "liveness": "UNKNOWN"} == edge["node"]
    offers = [each for each in edge["node"]["availableTransitions"] if each["allowed"]]
    assert offers == [
        {"name": "configure", "label": "Change settings", "allowed": True, "reasons": []},
        {"name": "create_timelapse", "label": "New timelapse", "allowed": True, "reasons": []},
        {"name": "rename", "label": "Rename", "allowed": True, "reasons": []},
        {"name": "revoke", "label": "Revoke", "allowed": True, "reasons": []},
        {"name": "start_deleting", "label": "Delete", "allowed": True, "reasons": []},
    ]


def test_the_same_queries_serve_one_camera_and_nine(camera, admin, django_assert_num_queries):
    """The number of cameras, the cameras, their settings, open commands, and the holds on all of them."""
    with django_assert_num_queries(5):
        async_to_sync(ask)(CAMERAS, admin)
    for number in range(8):
        actions.enrol(f"Camera {number}")
    with django_assert_num_queries(5):
        result = async_to_sync(ask)(CAMERAS, admin)
    assert result.data["cameras"]["totalCount"] == 9
    assert all(len(edge["node"]["availableTransitions"]) == 11 for edge in result.data["cameras"]["edges"])


async def test_a_heartbeat_shows(camera, admin):
    beat = domain.Heartbeat(
        seq=1, every_s=50, grace_s=10, state="idle", spool_pending=3, state_detail="Night"
    )
    await sync_to_async(actions.record_heartbeat)(camera.pk, beat)
    node = (await ask(CAMERAS, admin)).data["cameras"]["edges"][0]["node"]
    assert (node["liveness"], node["spoolPending"], node["stateDetail"]) == ("ALIVE", 3, "Night")


async def test_a_camera_is_a_node(camera, admin):
    result = await ask(
        "query ($id: ID!) { node(id: $id) { ... on Camera { name } } }", admin, id=global_id(camera)
    )
    assert result.data == {"node": {"name": "Roof"}}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (CAMERAS, {}),
        (APPROVE, {"input": {"userCode": "BDWP-HQPK"}}),
        (TRANSITION, {"input": {"id": relay.to_base64("Camera", 1), "name": "revoke"}}),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": None}),
    ],
)
async def test_who_is_signed_out_sees_and_does_nothing(camera, query, variables):
    variables = {name: value or global_id(camera) for name, value in variables.items()}
    result = await ask(query, AnonymousUser(), **variables)
    assert result.errors[0].extensions["code"] == "signed_out"


async def test_the_code_that_a_camera_shows_lets_it_in(admin):
    offer = await sync_to_async(actions.request_pairing)(name="Roof", driver="simulated")
    result = await ask(APPROVE, admin, input={"userCode": offer.user_code, "name": "Garden"})
    assert result.errors is None
    payload = result.data["approveCamera"]
    assert (payload["camera"]["name"], payload["camera"]["state"], payload["errors"]) == (
        "Garden",
        "paired",
        [],
    )


async def test_a_wrong_code_is_an_error_of_its_field(admin):
    payload = (await ask(APPROVE, admin, input={"userCode": "nonsense"})).data["approveCamera"]
    assert payload["camera"] is None
    (error,) = payload["errors"]
    assert (error["field"], error["code"]) == ("userCode", "code_unknown")
    assert error["remedy"]


async def test_before_approving_one_sees_what_is_let_in(camera, admin):
    token = await sync_to_async(lambda: actions.enrol("Garden").token)()
    garden = await Camera.objects.aget(name="Garden")
    await sync_to_async(actions.revoke)(garden, by=admin)
    offer = await sync_to_async(actions.request_pairing)(
        name="Pi", driver="gphoto2", model="EOS", agent="agent 2", address="192.0.2.7", token=token
    )
    asked = (await ask(PAIRING, admin, code=offer.user_code.lower())).data["pairingRequest"]
    before = asked.pop("camera")
    assert asked == {
        "name": "Pi",
        "driver": "gphoto2",
        "model": "EOS",
        "agent": "agent 2",
        "address": "192.0.2.7",
        "approved": False,
    }
    assert (before["name"], before["state"], before["revokedBy"]) == ("Garden", "revoked", "admin")
    assert before["revokedAt"]
    assert (await ask(PAIRING, admin, code="BDWP-HQPK")).data["pairingRequest"] is None


def revoke(camera):
    return {"id": camera, "name": "revoke"}


async def test_a_camera_is_shut_out_once(camera, admin):
    first = (await ask(TRANSITION, admin, input=revoke(global_id(camera)))).data["transition"]
    assert (first["object"]["state"], first["object"]["availableTransitions"]) == (
        "revoked",
        [{"name": "create_timelapse"}, {"name": "rename"}, {"name": "start_deleting"}],
    )
    again = (await ask(TRANSITION, admin, input=revoke(global_id(camera)))).data["transition"]
    assert again["errors"] == [{"field": None, "code": "state"}]


async def test_a_person_without_the_right_to_revoke_gets_the_reason(camera):
    editor = await sync_to_async(User.objects.create_user)("editor")
    payload = (await ask(TRANSITION, editor, input=revoke(global_id(camera)))).data["transition"]
    assert payload["errors"] == [{"field": None, "code": "permission"}]
    assert (await Camera.objects.aget()).state == "paired"


@pytest.mark.parametrize("wrong", [("Camera", "no-uuid"), ("Frame", "1"), ("Camera", "0" * 32)])
async def test_a_camera_that_is_not_there_is_said_so(admin, wrong):
    result = await ask(TRANSITION, admin, input=revoke(relay.to_base64(*wrong)))
    assert result.errors[0].extensions["code"] == "not_found"


async def test_updates_begin_with_a_snapshot_and_number_each_change(camera, admin):
    updates = await schema.subscribe(
        UPDATES, variable_values={"id": global_id(camera)}, context_value=context(admin)
    )
    first = (await anext(updates)).data["cameraUpdates"]
    assert (first["kind"], first["seq"], first["changed"][0]["spoolPending"]) == ("SNAPSHOT", 1, 0)
    beat = domain.Heartbeat(seq=1, every_s=50, grace_s=10, state="idle", spool_pending=7)
    await sync_to_async(actions.record_heartbeat)(camera.pk, beat)
    second = (await anext(updates)).data["cameraUpdates"]
    assert (second["kind"], second["seq"]) == ("DELTA", 2)
    (shown,) = second["changed"]
    assert (shown["spoolPending"], shown["liveness"], second["gone"]) == (7, "ALIVE", [])
    await updates.aclose()


async def test_updates_give_a_sign_of_life_when_nothing_changes(camera, admin, settings):
    settings.TIMELAPSE = {"heartbeat_seconds": 0.01}
    updates = await schema.subscribe(
        UPDATES, variable_values={"id": global_id(camera)}, context_value=context(admin)
    )
    kinds = [(await anext(updates)).data["cameraUpdates"]["kind"] for _ in range(2)]
    assert kinds == ["SNAPSHOT", "HEARTBEAT"]
    await updates.aclose()


async def test_updates_start_anew_when_something_was_missed(camera, admin):
    updates = await schema.subscribe(
        UPDATES, variable_values={"id": global_id(camera)}, context_value=context(admin)
    )
    await anext(updates)
    live.publish(f"camera.{camera.pk}", {"resync": True})
    assert (await anext(updates)).data["cameraUpdates"]["kind"] == "SNAPSHOT"
    await updates.aclose()


async def test_updates_are_for_who_is_signed_in(camera):
    updates = await schema.subscribe(
        UPDATES, variable_values={"id": global_id(camera)}, context_value=context(AnonymousUser())
    )
    assert (await anext(updates)).errors[0].extensions["code"] == "signed_out"


@pytest.mark.parametrize("wrong", [("Camera", "no-uuid"), ("Frame", "1"), ("Camera", "0" * 32)])
async def test_a_camera_that_is_not_there_is_gone(admin, wrong):
    wanted = relay.to_base64(*wrong)
    updates = await schema.subscribe(UPDATES, variable_values={"id": wanted}, context_value=context(admin))
    update = (await anext(updates)).data["cameraUpdates"]
    assert (update["kind"], update["changed"], update["gone"]) == ("SNAPSHOT", [], [wanted])
    with pytest.raises(StopAsyncIteration):
        await anext(updates)


async def test_a_camera_that_is_deleted_is_gone_with_the_next_heartbeat(camera, admin, settings):
    settings.TIMELAPSE = {"heartbeat_seconds": 0.01}
    updates = await schema.subscribe(
        UPDATES, variable_values={"id": global_id(camera)}, context_value=context(admin)
    )
    await anext(updates)
    await Camera.objects.filter(pk=camera.pk).adelete()
    async for answer in updates:
        update = answer.data["cameraUpdates"]
    assert (update["changed"], update["gone"]) == ([], [global_id(camera)])
