"""tuspy, the Python client of tus' own authors, knows nothing of us but tus."""

from __future__ import annotations

import base64
import io

import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of


def test_it_uploads_in_pieces_with_checksums(agent, picture):
    upload = agent.new_upload(picture(size=(1600, 1200)))
    tus_uploader(agent, upload, metadata=tus_metadata(upload), upload_checksum=True).upload()
    assert file_of(Frame.objects.get()).read_bytes() == upload.data


def test_it_resumes(agent, picture):
    upload = agent.new_upload(picture(size=(1600, 1200)))
    first = tus_uploader(agent, upload, metadata=tus_metadata(upload))
    first.upload_chunk()
    second = tus_uploader(agent, upload, url=first.url)
    assert second.offset == 50_000
    second.upload()
    assert file_of(Frame.objects.get()).read_bytes() == upload.data


def test_it_sees_a_refusal(agent):
    upload = agent.new_upload(b"<html>" * 100)
    with pytest.raises(TusCommunicationError) as caught:
        tus_uploader(agent, upload, metadata=tus_metadata(upload)).upload()
    assert caught.value.status_code == 422


def tus_uploader(agent, upload, **options):
    client = TusClient(f"http://127.0.0.1:{agent.port}/agent/v1/captures", headers=agent.authorization)
    return client.uploader(file_stream=io.BytesIO(upload.data), chunk_size=50_000, **options)


def tus_metadata(upload):
    pairs = (pair.split(" ") for pair in upload.headers["Upload-Metadata"].split(","))
    return {key: base64.b64decode(value).decode() for key, value in pairs}
