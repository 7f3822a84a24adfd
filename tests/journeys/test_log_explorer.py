"""An operator follows one click through the log: finds it, sees what failed, exports it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from playwright.sync_api import expect

from tests.waiting import wait_until


def test_an_operator_follows_one_click_to_what_failed(make_stack, visitor):
    stack = make_stack().ready()
    make_storing_fail(stack.home / "media" / "movies")
    visitor.open_timelapse(stack)
    click = request_movie(visitor)

    page = visitor.page
    page.goto(f"{stack.address}/admin/eliot_progress/logmessage/")
    wait_until(lambda: found(page, click, "render:movie", "failed"), "the failure in the log")
    page.get_by_role("row").filter(has_text="render:movie").get_by_role("link", name="whole").click()

    path = page.locator(".ep-failures li").filter(has_text="render:movie").get_by_role("link")
    expect(path.first).to_have_text("http:request")
    expect(path.nth(1)).to_have_text("graphql:operation")
    expect(path.nth(-2)).to_have_text("render:movie")
    expect(path.last).to_have_text("render:encode")
    expect(page.get_by_role("treegrid").get_by_role("row").filter(has_text="movie:request")).to_be_visible()
    messages = exported(page)
    assert {message["task_uuid"].replace("-", "") for message in messages} == {click}
    failed = [each["action_type"] for each in messages if each.get("action_status") == "failed"]
    assert {"render:movie", "render:encode"} <= set(failed)
    assert visitor.errors == []


def test_one_click_and_the_camera_s_picture_are_in_one_tree(shared_stack, visitor):
    visitor.open_timelapse(shared_stack)
    page = visitor.page
    expect(visitor.find("camera-latest-frame")).to_be_visible()
    page.get_by_role("link", name="Cameras").click()
    visitor.find("camera-card").get_by_role("link").first.click()
    with page.expect_response(
        lambda answer: "useTransitionMutation" in (answer.request.post_data or "")
    ) as response:
        page.get_by_role("button", name="Capture now").click()
    click = response.value.headers["x-causal-id"]

    page.goto(f"{shared_stack.address}/admin/eliot_progress/logmessage/")
    # Whether the server keeps the picture or the camera tells of it first is open.
    for action_type in ("ingest:store", "camera:deliver"):
        wait_until(
            lambda kind=action_type: found(page, click, kind, "succeeded"), f"{action_type} in the log"
        )
    page.get_by_role("row").filter(has_text="camera:deliver").get_by_role("link", name="whole").click()
    succeeded = {each["action_type"] for each in exported(page) if each.get("action_status") == "succeeded"}
    assert succeeded >= {"http:request", "camera:command", "camera:capture", "camera:deliver", "ingest:store"}
    assert visitor.errors == []


def exported(page):
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as JSON lines").click()
    return list(map(json.loads, Path(download.value.path()).read_text().splitlines()))


def make_storing_fail(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("A file is where the folder of movies should be.")


def request_movie(visitor):
    """Click Render and return the causal id."""
    with visitor.page.expect_response(
        lambda answer: "useRenderTimelapseMutation" in (answer.request.post_data or "")
    ) as response:
        visitor.find("render-button").click()
    return response.value.headers["x-causal-id"]


def found(page, causal_id, action_type, status):
    page.get_by_label("Causal id").fill(causal_id)
    page.get_by_label("Type").fill(action_type)
    page.get_by_label("Status").select_option(status)
    page.get_by_role("button", name="Search").click()
    return page.get_by_role("row").filter(has_text=action_type).count()
