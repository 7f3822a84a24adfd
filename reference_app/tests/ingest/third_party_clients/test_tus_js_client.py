"""tus-js-client, which most browsers' uploads are made with, knows nothing of us but tus."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest

from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of

MODULES = Path(__file__).parents[3] / "ui" / "package.json"


@pytest.fixture
def send(agent, tmp_path):
    def run(upload, **announced):
        file = tmp_path / f"{upload.capture}.jpg"
        file.write_bytes(upload.data)
        pairs = (pair.split(" ") for pair in upload.headers["Upload-Metadata"].split(","))
        announced = {
            "modules": str(MODULES),
            "file": str(file),
            "endpoint": f"http://127.0.0.1:{agent.port}/agent/v1/captures",
            "headers": agent.authorization,
            "metadata": {key: base64.b64decode(value).decode() for key, value in pairs},
        } | announced
        done = subprocess.run(
            ["node", str(Path(__file__).with_name("upload.mjs"))],
            input=json.dumps(announced),
            env=os.environ | {"NODE_NO_WARNINGS": "1"},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.mark.parametrize(
    ("options", "chunks"),
    [
        ({}, 1),
        ({"chunkSize": 120_000}, 4),
        ({"uploadDataDuringCreation": True}, 1),
        ({"uploadDataDuringCreation": True, "chunkSize": 120_000}, 4),
    ],
    ids=["whole", "in chunks", "while creating", "in chunks, the first while creating"],
)
def test_it_uploads(agent, picture, send, options, chunks):
    upload = agent.new_upload(noise(picture))
    result = send(upload, options=options)
    assert result["ended"] == "uploaded"
    assert len(result["chunks"]) == chunks
    assert file_of(Frame.objects.get()).read_bytes() == upload.data


def test_it_resumes_where_it_was_stopped(agent, picture, send):
    upload = agent.new_upload(noise(picture))
    stopped = send(upload, options={"chunkSize": 50_000}, stopAfter=2)
    assert (stopped["ended"], stopped["chunks"]) == ("stopped", [50_000, 100_000])
    assert agent.head(upload).offset >= 100_000
    resumed = send(upload, options={"chunkSize": 50_000, "uploadUrl": stopped["url"]})
    assert resumed["ended"] == "uploaded"
    assert resumed["chunks"][0] > 100_000
    assert file_of(Frame.objects.get()).read_bytes() == upload.data


def test_it_hears_why_it_is_refused(agent, send):
    result = send(agent.new_upload(b"<html>" * 100))
    assert (result["ended"], result["status"]) == ("refused", 422)
    assert json.loads(result["body"])["error"]["code"] == "not_a_picture"


def test_it_finds_that_all_is_there_already(agent, picture, send):
    upload = agent.new_upload(noise(picture))
    first = send(upload)
    again = send(upload, options={"uploadUrl": first["url"]})
    assert again["ended"] == "uploaded"
    assert Frame.objects.count() == 1


def noise(picture):
    data = picture(size=(1600, 1200), quality=95)
    assert 150_000 < len(data) <= 1_000_000
    return data
