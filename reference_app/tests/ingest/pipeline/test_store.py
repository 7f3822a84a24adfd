from __future__ import annotations

import io

import pytest
from django.db import DatabaseError, connection
from PIL import Image

from timelapse.cameras import actions
from timelapse.frames import previews
from timelapse.frames.models import Frame, Preview
from timelapse.frames.previews import file_of_preview
from timelapse.frames.queries import file_of, thumbnail_of
from timelapse.ingest.domain import Refusal
from timelapse.ingest.models import Quarantined
from timelapse.ingest.pipeline.incoming import Incoming, read_status
from timelapse.ingest.pipeline.store import store_upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def camera():
    return actions.enrol("Roof").camera


def deliver(camera, announced, data):
    with Incoming.create(camera.pk, announced) as upload:
        upload.append(data[upload.offset :])
        return store_upload(camera.pk, upload)


def test_a_complete_upload_becomes_a_frame_and_is_no_upload_any_more(camera, announced, picture, media):
    data = picture()
    wanted = announced(data)
    assert deliver(camera, wanted, data)
    assert file_of(Frame.objects.get()).read_bytes() == data
    assert read_status(camera.pk, wanted.capture.capture) is None
    assert not list((media / "incoming").glob("*/*"))


def test_a_frame_is_stored_with_its_thumbnail(camera, announced, picture):
    exif = Image.Exif()
    exif[274] = 6
    data = picture(size=(640, 480), exif=exif)
    deliver(camera, announced(data), data)
    with Image.open(thumbnail_of(Frame.objects.get())) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("JPEG", (240, 320))


def test_the_frame_is_read_only_by_its_row(camera, announced, picture, django_assert_max_num_queries):
    deliver(camera, announced(picture(1)), picture(1))  # the day's first frame opens its page of the ledger
    data = picture()
    with django_assert_max_num_queries(7):  # savepoints included
        deliver(camera, announced(data), data)


def test_what_failed_between_file_and_row_is_done_anew(camera, announced, picture, media):
    data = picture()
    wanted = announced(data)

    def fail(execute, sql, params, many, context):
        if "frames_frame" in sql:
            raise DatabaseError("gone")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail), pytest.raises(DatabaseError):
        deliver(camera, wanted, data)
    assert not Frame.objects.exists()
    assert read_status(camera.pk, wanted.capture.capture)[0] == len(data) - 1
    assert deliver(camera, wanted, data)
    assert len([path for path in (media / "frames").rglob("*") if path.is_file()]) == 1


def test_bytes_with_a_wrong_sha256_are_dropped_and_nothing_is_quarantined(camera, announced, picture):
    data = picture()
    wanted = announced(data, sha256="0" * 64)
    with pytest.raises(Refusal) as caught:
        deliver(camera, wanted, data)
    assert (caught.value.status, caught.value.headers["Upload-Offset"]) == (460, "0")
    assert read_status(camera.pk, wanted.capture.capture)[0] == 0
    assert not Quarantined.objects.exists()


def test_what_is_no_picture_is_quarantined_with_its_reason(camera, announced, media):
    data = b"<html>not found</html>"
    wanted = announced(data)
    with pytest.raises(Refusal) as caught:
        deliver(camera, wanted, data)
    assert (caught.value.status, caught.value.code) == (422, "not_a_picture")
    row = Quarantined.objects.get()
    assert (row.code, row.bytes, row.filename) == ("not_a_picture", len(data), wanted.capture.filename)
    assert (media / row.file).read_bytes() == data
    assert not Frame.objects.exists()
    assert not (media / "frames").exists()
    assert read_status(camera.pk, wanted.capture.capture) is None


def test_the_bound_of_pixels_is_the_operators(camera, announced, picture, settings):
    settings.TIMELAPSE = {"max_pixels": 100}
    data = picture()
    with pytest.raises(Refusal, match="100 in all"):
        deliver(camera, announced(data), data)


def small(side=320):
    written = io.BytesIO()
    Image.new("RGB", (side, side // 2), (10, 120, 60)).save(written, "JPEG")
    return written.getvalue()


def test_a_preview_is_kept_apart_from_frames(camera, announced, media):
    data = small()
    wanted = announced(data, kind="preview", of="original-1")
    assert deliver(camera, wanted, data)
    assert not Frame.objects.exists()
    preview = Preview.objects.get()
    assert (preview.of, preview.width, preview.bytes) == ("original-1", 320, len(data))
    assert file_of_preview(preview).read_bytes() == data


def test_a_preview_as_large_as_a_picture_is_quarantined(camera, announced):
    data = small(1000)
    with pytest.raises(Refusal) as caught:
        deliver(camera, announced(data, kind="preview"), data)
    assert (caught.value.status, caught.value.code) == (422, "no_preview")
    assert not Preview.objects.exists()


def test_old_previews_give_their_room_to_new_ones(camera, announced, media):
    for number in range(previews.PREVIEWS_KEPT + 3):
        data = small(100 + number)
        deliver(camera, announced(data, kind="preview", sequence=str(number)), data)
    assert Preview.objects.count() == previews.PREVIEWS_KEPT
    files = {path.name for path in (media / "previews").rglob("*.jpg")}
    assert files == {f"{preview.capture}.jpg" for preview in Preview.objects.all()}
