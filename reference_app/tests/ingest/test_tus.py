from __future__ import annotations

import base64
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from PIL import Image, ImageFilter
from tests.waiting import wait_until

from timelapse.cameras import actions
from timelapse.frames.models import Frame, Preview
from timelapse.frames.queries import file_of
from timelapse.ingest.models import Quarantined


def checksum(data, algorithm="sha256"):
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def only_frame():
    return Frame.objects.get()


def files_in(media):
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


def test_a_picture_is_stored_by_one_request(agent, picture, media):
    upload = agent.new_upload(picture())
    answer = agent.send(upload)
    assert (answer.status, answer.offset) == (201, len(upload.data))
    assert answer.headers["Location"] == f"/agent/v1/captures/{upload.capture}"
    assert answer.headers["Capture-Status"] == "stored"
    frame = only_frame()
    assert file_of(frame).read_bytes() == upload.data
    assert (frame.width, frame.height, frame.bytes) == (64, 48, len(upload.data))
    assert (frame.camera_id, frame.sequence, frame.clock) == (agent.camera.pk, 42, "synced")
    assert len(files_in(media)) == 2  # the picture and its thumbnail


def test_a_picture_in_three_pieces_is_stored_when_the_last_has_come(agent, picture):
    upload = agent.new_upload(picture())
    third = len(upload.data) // 3
    assert agent.begin(upload).offset == 0
    assert agent.patch(upload, 0, upload.data[:third]).offset == third
    assert agent.patch(upload, third, upload.data[third : 2 * third]).status == 204
    assert not Frame.objects.exists()
    assert agent.head(upload).offset == 2 * third
    assert agent.head(upload).headers["Upload-Length"] == str(len(upload.data))
    last = agent.patch(upload, 2 * third, upload.data[2 * third :])
    assert (last.status, last.headers["Capture-Status"]) == (204, "stored")
    assert file_of(only_frame()).read_bytes() == upload.data


def test_whatever_is_repeated_is_stored_once(agent, picture):
    upload = agent.new_upload(picture())
    agent.send(upload)
    for answer in (agent.send(upload), agent.begin(upload)):
        assert (answer.status, answer.offset) == (201, len(upload.data))
        assert answer.headers["Capture-Status"] == "duplicate"
    assert Frame.objects.count() == 1


def test_after_a_lost_answer_head_says_that_all_is_there(agent, picture):
    upload = agent.new_upload(picture())
    agent.send(upload)
    answer = agent.head(upload)
    assert (answer.status, answer.offset) == (200, len(upload.data))
    assert answer.headers["Upload-Length"] == str(len(upload.data))
    assert agent.patch(upload, len(upload.data), b"").status == 204
    assert agent.patch(upload, 3, b"").status == 409


def test_a_cut_in_the_middle_keeps_the_bytes_that_came(agent, picture):
    upload = agent.new_upload(picture(size=(1600, 1200)))
    agent.begin(upload)
    half = len(upload.data) // 2
    with agent.start_patch(upload, 0, len(upload.data), upload.data[:half]):
        wait_until(lambda: agent.head(upload).offset == half)
    resumed = wait_until(
        lambda: (answer := agent.patch(upload, half, upload.data[half:])).status == 204 and answer
    )
    assert resumed.headers["Capture-Status"] == "stored"
    assert file_of(only_frame()).read_bytes() == upload.data


def test_a_silent_link_loses_its_lock_and_keeps_its_bytes(impatient_agent, picture):
    agent = impatient_agent
    upload = agent.new_upload(picture())
    agent.begin(upload)
    with agent.start_patch(upload, 0, len(upload.data), upload.data[:100]):
        wait_until(lambda: agent.head(upload).offset == 100)
        answer = wait_until(lambda: (a := agent.patch(upload, 100, upload.data[100:])).status == 204 and a)
    assert answer.headers["Capture-Status"] == "stored"


def test_of_two_concurrent_writers_one_is_refused_as_the_second(agent, picture):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    with agent.start_patch(upload, 0, len(upload.data), upload.data[:100]) as first:
        wait_until(lambda: agent.head(upload).offset == 100)
        second = agent.patch(upload, 100, upload.data[100:])
        assert (second.status, second.code) == (423, "locked")
        assert second.headers["Retry-After"] == "1"
        first.sendall(upload.data[100:])
        assert first.recv(100).startswith(b"HTTP/1.1 204")
    assert Frame.objects.count() == 1


def test_the_same_picture_by_eight_requests_at_once_is_stored_once(agent, picture):
    upload = agent.new_upload(picture())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: agent.send(upload), range(8)))
    assert {answer.status for answer in answers} <= {201, 423}
    assert [a.headers["Capture-Status"] for a in answers if a.status == 201].count("stored") == 1
    assert Frame.objects.count() == 1


def test_bytes_at_a_wrong_offset_are_refused_with_the_right_one(agent, picture):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    answer = agent.patch(upload, 5, upload.data[5:])
    assert (answer.status, answer.code, answer.offset) == (409, "wrong_offset", 0)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_checksum_that_matches_is_taken(agent, picture, algorithm):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    answer = agent.patch(upload, 0, upload.data, **{"Upload-Checksum": checksum(upload.data, algorithm)})
    assert answer.status == 204


def test_bytes_whose_checksum_does_not_match_are_dropped(agent, picture):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    agent.patch(upload, 0, upload.data[:50])
    answer = agent.patch(upload, 50, upload.data[50:90], **{"Upload-Checksum": checksum(b"other")})
    assert (answer.status, answer.code) == (460, "checksum_mismatch")
    assert agent.head(upload).offset == 50


def test_bytes_that_could_not_be_checked_are_dropped_by_a_cut(agent, picture):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    agent.patch(upload, 0, upload.data[:50])
    checked = {"Upload-Checksum": checksum(upload.data[50:])}
    with agent.start_patch(upload, 50, len(upload.data) - 50, upload.data[50:80], **checked):
        wait_until(lambda: agent.head(upload).offset == 80)
    wait_until(lambda: agent.head(upload).offset == 50)


def test_an_unknown_checksum_algorithm_is_refused(agent, picture):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    assert agent.patch(upload, 0, upload.data, **{"Upload-Checksum": "crc32 AAAA"}).status == 400


def test_a_wrong_sha256_of_the_whole_drops_all_and_starts_anew(agent, picture):
    upload = agent.new_upload(picture(), sha256="0" * 64)
    answer = agent.send(upload)
    assert (answer.status, answer.code, answer.offset) == (460, "checksum_mismatch", 0)
    assert agent.head(upload).offset == 0
    assert not Frame.objects.exists()
    assert not Quarantined.objects.exists()


def test_more_bytes_than_announced_are_dropped(agent, picture):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    agent.patch(upload, 0, upload.data[:10])
    answer = agent.patch(upload, 10, upload.data)
    assert (answer.status, answer.code) == (413, "too_long")
    assert agent.head(upload).offset == 10


def test_more_bytes_than_announced_are_dropped_when_they_come_without_a_length(agent, picture):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    answer = agent.patch(upload, 0, iter([upload.data, b"more"]))
    assert (answer.status, answer.code) == (413, "too_long")
    assert agent.head(upload).offset == 0


def test_a_picture_over_the_limit_is_refused_before_its_bytes(agent, picture, settings):
    settings.TIMELAPSE = {"max_upload_bytes": 100}
    answer = agent.send(agent.new_upload(picture()))
    assert (answer.status, answer.code) == (413, "too_large")


def test_a_repeated_post_goes_on_where_the_first_was_cut(agent, picture):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    agent.patch(upload, 0, upload.data[:100])
    assert agent.begin(upload).offset == 100
    answer = agent.send(upload)
    assert (answer.offset, answer.headers["Capture-Status"]) == (len(upload.data), "stored")
    assert file_of(only_frame()).read_bytes() == upload.data


def test_another_picture_under_a_stored_id_is_refused_for_good(agent, picture):
    upload = agent.new_upload(picture())
    agent.send(upload)
    other = agent.new_upload(picture(1))
    other.capture = upload.capture
    answer = agent.send(other)
    assert (answer.status, answer.code) == (422, "capture_reused")
    assert file_of(only_frame()).read_bytes() == upload.data


def test_another_picture_under_the_id_of_an_unfinished_one_takes_its_place(agent, picture):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    agent.patch(upload, 0, upload.data[:100])
    other = agent.new_upload(picture(1))
    other.capture = upload.capture
    assert agent.send(other).headers["Capture-Status"] == "stored"
    assert file_of(only_frame()).read_bytes() == other.data


def test_two_cameras_may_use_the_same_id(agent, picture):
    upload = agent.new_upload(picture())
    agent.send(upload)
    agent.token = actions.enrol("Garden").token
    assert agent.head(upload).status == 404
    assert agent.send(upload).headers["Capture-Status"] == "stored"
    assert Frame.objects.count() == 2


def test_an_ended_upload_is_gone(agent, picture, media):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    assert agent.delete(upload).status == 204
    assert agent.head(upload).status == 404
    assert agent.delete(upload).code == "no_such_upload"
    assert files_in(media) == []


def test_a_frame_is_not_ended_by_its_agent(agent, picture):
    upload = agent.new_upload(picture())
    agent.send(upload)
    assert agent.delete(upload).status == 204
    assert file_of(only_frame()).read_bytes() == upload.data


def test_the_server_says_what_it_can_do(unpaired_agent):
    answer = unpaired_agent.request("OPTIONS", "/captures")
    assert answer.status == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,checksum,termination,expiration"
    assert answer.headers["Tus-Max-Size"] == "50000000"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_an_unfinished_upload_says_when_it_will_expire(agent, picture):
    assert agent.begin(agent.new_upload(picture())).headers["Upload-Expires"].endswith("GMT")


def test_another_version_of_tus_is_refused(agent, picture):
    answer = agent.begin(agent.new_upload(picture()), **{"Tus-Resumable": "0.2.2"})
    assert (answer.status, answer.code, answer.headers["Tus-Version"]) == (412, "wrong_version", "1.0.0")


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_bytes_of_another_type_are_refused(agent, picture, method):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    path = "/captures" if method == "POST" else f"/captures/{upload.capture}"
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "image/jpeg"}
    answer = agent.request(method, path, headers | upload.headers, upload.data)
    assert (answer.status, answer.code) == (415, "wrong_type")


def test_a_post_without_a_length_is_refused(agent, picture):
    upload = agent.new_upload(picture())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Metadata": upload.headers["Upload-Metadata"]}
    assert agent.request("POST", "/captures", headers).status == 400


def test_a_patch_without_an_offset_is_refused(agent, picture):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    assert agent.patch(upload, "", upload.data).status == 400


@pytest.mark.parametrize("spoil", ["token", "none"])
def test_a_token_that_was_never_given_out_is_refused(agent, picture, spoil):
    agent.token = "cam_guessed" if spoil == "token" else None
    upload = agent.new_upload(picture())
    answer = agent.send(upload)
    assert (answer.status, answer.code) == (401, "token_unknown")
    assert agent.head(upload).status == 401
    assert not Frame.objects.exists()


def test_a_revoked_token_is_refused_by_every_request(agent, picture):
    upload = agent.new_upload(picture())
    agent.begin(upload)
    revoked_at = actions.revoke(agent.camera).revoked_at.isoformat(timespec="seconds")
    for answer in (agent.send(upload), agent.patch(upload, 0, upload.data), agent.delete(upload)):
        assert (answer.status, answer.code) == (401, "token_revoked")
        assert f"revoked at {revoked_at}." in answer.json["error"]["message"]
        assert "camera-agent pair" in answer.json["error"]["remedy"]
    assert agent.head(upload).status == 401


def test_a_body_under_way_gets_its_refusal_although_nobody_wants_it(agent):
    upload = agent.new_upload(b"x" * 20_000_000, capture="no good id")
    assert agent.send(upload).code == "malformed"


def test_the_causal_id_of_the_agent_goes_on_in_the_server(agent, picture, log_lines):
    upload = agent.new_upload(picture())
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    agent.send(upload, traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    kept = next(line for line in log_lines() if line.get("capture") == upload.capture)
    assert kept["action_type"] == "ingest:store"
    assert kept["task_uuid"].replace("-", "") == trace


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "empty"), (b"<html>502</html>", "not_a_picture"), (b"GIF89a", "not_a_picture")]
)
def test_what_is_no_picture_is_refused_once_and_for_all(agent, data, code):
    upload = agent.new_upload(data)
    for answer in (agent.send(upload), agent.send(upload), agent.begin(upload)):
        assert (answer.status, answer.code) == (422, code)
    assert agent.head(upload).status == 422
    assert Quarantined.objects.get().code == code
    assert not Frame.objects.exists()


def test_half_a_picture_is_refused_even_if_its_agent_vouches_for_it(agent, picture, media):
    whole = picture(size=(640, 480))
    answer = agent.send(agent.new_upload(whole[: len(whole) // 2]))
    assert (answer.status, answer.code) == (422, "truncated")
    assert not (media / "frames").exists()


def test_a_bomb_is_refused_by_its_header(agent, picture):
    jpeg = picture()
    size = jpeg.find(b"\xff\xc0") + 5
    answer = agent.send(agent.new_upload(jpeg[:size] + (65_000).to_bytes(2, "big") * 2 + jpeg[size + 4 :]))
    assert (answer.status, answer.code) == (422, "too_many_pixels")


def test_another_picture_may_take_the_id_of_a_refused_one(agent, picture):
    refused = agent.new_upload(b"<html>")
    agent.send(refused)
    upload = agent.new_upload(picture())
    upload.capture = refused.capture
    assert agent.send(upload).headers["Capture-Status"] == "stored"


def test_a_picture_of_any_size_and_orientation_is_stored_as_it_is(agent, picture):
    for size, kind in (((640, 480), "JPEG"), ((48, 64), "PNG"), ((333, 77), "WEBP")):
        upload = agent.new_upload(picture(size=size, kind=kind), filename="named.jpg")
        assert agent.send(upload).headers["Capture-Status"] == "stored"
        assert file_of(Frame.objects.get(capture=upload.capture)).read_bytes() == upload.data
    assert {frame.file.rpartition(".")[2] for frame in Frame.objects.all()} == {"jpg", "png", "webp"}


def test_a_better_time_reported_with_a_repetition_is_stored(agent, picture):
    upload = agent.new_upload(picture(), clock="unknown", captured_at="1970-01-01T00:00:09Z")
    agent.send(upload)
    better = re_reported(upload, clock="estimated", captured_at="2026-11-23T21:49:58Z")
    assert agent.send(better).headers["Capture-Status"] == "duplicate"
    frame = Frame.objects.get()
    assert (frame.clock, frame.captured_at.year) == ("estimated", 2026)
    assert agent.send(upload).headers["Capture-Status"] == "duplicate"
    assert Frame.objects.get().clock == "estimated"


def test_a_better_time_reported_during_the_upload_counts(agent, picture):
    upload = agent.new_upload(picture(), clock="unknown", captured_at="1970-01-01T00:00:09Z")
    agent.begin(upload)
    agent.patch(upload, 0, upload.data[:100])
    better = re_reported(upload, clock="synced", captured_at="2026-11-23T21:49:58Z")
    assert agent.begin(better).offset == 100
    assert agent.patch(upload, 100, upload.data[100:]).headers["Capture-Status"] == "stored"
    assert Frame.objects.get().captured_at.year == 2026


def test_a_preview_travels_as_a_frame_does_and_is_none(agent, picture):
    upload = agent.new_upload(picture(), kind="preview", of="original-1")
    assert agent.send(upload).headers["Capture-Status"] == "stored"
    assert agent.send(upload).headers["Capture-Status"] == "duplicate"
    assert agent.head(upload).offset == len(upload.data)
    assert not Frame.objects.exists()


def test_a_picture_of_the_focus_aid_says_how_sharp_its_own_pixels_are(agent):
    noise = Image.effect_noise((640, 480), 80)
    for image in (noise, noise.filter(ImageFilter.GaussianBlur(1))):
        written = io.BytesIO()
        image.save(written, "JPEG", quality=80)
        upload = agent.new_upload(written.getvalue(), kind="focus")
        assert agent.send(upload).headers["Capture-Status"] == "stored"
        assert agent.send(upload).headers["Capture-Status"] == "duplicate"
    sharp, blurred = Preview.objects.order_by("pk").values_list("sharpness", flat=True)
    assert sharp > 2 * blurred
    assert not Frame.objects.exists()


def test_a_preview_too_large_is_refused_before_it_is_sent(agent):
    answer = agent.begin(agent.new_upload(bytes(300_000), kind="preview"))
    assert (answer.status, answer.code) == (413, "too_large")


@pytest.mark.parametrize("wrong", [{"kind": "movie"}, {"of": "no", "kind": "preview"}])
def test_a_kind_that_nobody_knows_is_refused(agent, picture, wrong):
    assert agent.begin(agent.new_upload(picture(), **wrong)).code == "malformed"


def test_a_camera_that_sends_too_fast_learns_when_to_retry(agent, picture, settings):
    settings.TIMELAPSE = {"frames_per_minute": 2}
    assert [agent.send(agent.new_upload(picture(seed))).status for seed in range(2)] == [201, 201]
    answer = agent.send(agent.new_upload(picture(2)))
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (429, "rate_limited", "30")


def test_an_upload_beyond_those_that_a_camera_may_have_under_way_waits(agent, picture, settings):
    settings.TIMELAPSE = {"uploads_per_camera": 1}
    first, second = agent.new_upload(picture()), agent.new_upload(picture(1))
    agent.begin(first)
    with agent.start_patch(first, 0, len(first.data), first.data[:50]):
        wait_until(lambda: agent.head(first).offset == 50)
        answer = agent.send(second)
        assert (answer.status, answer.code, answer.headers["Retry-After"]) == (429, "busy", "2")
    wait_until(lambda: agent.send(second).status == 201)


def re_reported(upload, **over):
    return replace(upload, over=upload.over | over)
