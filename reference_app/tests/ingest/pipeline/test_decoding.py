from __future__ import annotations

import io
import os
import signal
import struct

import pytest
from PIL import Image

from timelapse.ingest.domain import Refusal
from timelapse.ingest.pipeline.decoding import Decoder


@pytest.fixture
def decoder():
    decoder = Decoder()
    yield decoder
    decoder.close()


@pytest.fixture
def ask(decoder, tmp_path):
    def ask(data):
        path = tmp_path / "picture"
        path.write_bytes(data)
        return decoder.inspect(path)

    return ask


def jpeg(size, mode="L", **options):
    target = io.BytesIO()
    Image.new(mode, size, 90).save(target, "JPEG", **options)
    return target.getvalue()


def in_separate_scans(grey):
    """The same picture in three colours, each in a scan of its own: a decoder keeps all until the end."""
    frame, scan = grey.find(b"\xff\xc0"), grey.find(b"\xff\xda")
    size, pixels = grey[frame + 5 : frame + 9], grey[scan + 10 : -2]
    components = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    header = b"\xff\xc0" + struct.pack(">HB", 17, 8) + size + b"\x03" + components
    scans = [b"\xff\xda\0\x08\x01" + bytes([number, 0, 0, 63, 0]) + pixels for number in (1, 2, 3)]
    return grey[:frame] + header + grey[frame + 13 : scan] + b"".join(scans) + b"\xff\xd9"


def test_a_picture_is_decoded_by_a_process_that_stays_warm(ask, decoder):
    first = ask(jpeg((640, 480)))
    process = decoder._process
    second = ask(jpeg((480, 640)))
    assert (first.picture.width, second.picture.width) == (640, 480)
    assert Image.open(io.BytesIO(second.thumbnail)).size == (240, 320)
    assert decoder._process is process
    assert process.poll() is None


def test_what_is_no_picture_is_refused_as_before(ask):
    with pytest.raises(Refusal) as caught:
        ask(b"<!doctype html>")
    assert (caught.value.status, caught.value.code) == (422, "not_a_picture")


@pytest.mark.slow
def test_a_picture_that_takes_more_memory_than_its_format_lets_expect_meets_the_limit(ask, settings):
    assert ask(in_separate_scans(jpeg((640, 480)))).picture.verdict == "whole"
    settings.TIMELAPSE = {"decode_bytes": 10_000_000}
    with pytest.raises(Refusal) as caught:
        ask(in_separate_scans(jpeg((8000, 8000))))
    assert caught.value.status == 422
    assert ask(jpeg((640, 480))).picture.width == 640


@pytest.mark.slow
def test_a_picture_that_takes_too_long_ends_its_decoder_and_nothing_else(ask, settings):
    settings.TIMELAPSE = {"decode_seconds": 1}
    data = jpeg((8000, 8000), progressive=True)
    last = data.rfind(b"\xff\xda")
    with pytest.raises(Refusal) as caught:
        ask(data[:-2] + data[last:-2] * 150 + data[-2:])
    assert (caught.value.status, caught.value.code) == (422, "too_slow")
    assert ask(jpeg((640, 480))).picture.width == 640


def test_a_decoder_that_was_killed_is_replaced(ask, decoder):
    ask(jpeg((64, 48)))
    os.kill(decoder._process.pid, signal.SIGKILL)
    decoder._process.wait()
    assert ask(jpeg((64, 48))).picture.width == 64


def test_a_decoder_without_time_keeps_the_picture_for_another_try(ask, decoder):
    ask(jpeg((64, 48)))
    os.kill(decoder._process.pid, signal.SIGSTOP)
    decoder._within_s = 0.1
    with pytest.raises(Refusal) as caught:
        ask(jpeg((64, 48)))
    assert (caught.value.status, caught.value.code) == (503, "decoder_ended")
    assert "Retry-After" in caught.value.headers


def test_a_file_that_is_gone_is_no_picture_that_is_wrong(decoder, tmp_path):
    with pytest.raises(FileNotFoundError):
        decoder.inspect(tmp_path / "gone")
