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
    shot = agent.shoot(picture(size=(1600, 1200)))
    tus_uploader(agent, shot, metadata=tus_metadata(shot), upload_checksum=True).upload()
    assert file_of(Frame.objects.get()).read_bytes() == shot.data


def test_it_resumes(agent, picture):
    shot = agent.shoot(picture(size=(1600, 1200)))
    first = tus_uploader(agent, shot, metadata=tus_metadata(shot))
    first.upload_chunk()
    second = tus_uploader(agent, shot, url=first.url)
    assert second.offset == 50_000
    second.upload()
    assert file_of(Frame.objects.get()).read_bytes() == shot.data


def test_it_sees_a_refusal(agent):
    shot = agent.shoot(b"<html>" * 100)
    with pytest.raises(TusCommunicationError) as caught:
        tus_uploader(agent, shot, metadata=tus_metadata(shot)).upload()
    assert caught.value.status_code == 422


def tus_uploader(agent, shot, **options):
    client = TusClient(f"http://127.0.0.1:{agent.port}/agent/v1/captures", headers=agent.authorization)
    return client.uploader(file_stream=io.BytesIO(shot.data), chunk_size=50_000, **options)


def tus_metadata(shot):
    pairs = (pair.split(" ") for pair in shot.headers["Upload-Metadata"].split(","))
    return {key: base64.b64decode(value).decode() for key, value in pairs}
