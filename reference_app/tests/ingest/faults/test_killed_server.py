from __future__ import annotations

import http.client

from tests.waiting import wait_until

from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of


def test_bytes_survive_a_server_that_is_killed_and_the_upload_goes_on(server, far_agent, picture):
    upload = far_agent.new_upload(picture(size=(1600, 1200)))
    far_agent.begin(upload)
    half = len(upload.data) // 2
    with far_agent.start_patch(upload, 0, len(upload.data), upload.data[:half]):
        wait_until(lambda: far_agent.head(upload).offset == half)
        server.kill()
    server.start()
    assert far_agent.head(upload).offset == half
    answer = far_agent.patch(upload, half, upload.data[half:])
    assert answer.headers["Capture-Status"] == "stored"
    assert file_of(Frame.objects.get()).read_bytes() == upload.data


def test_whenever_the_server_is_killed_a_frame_is_stored_whole_or_not_at_all(server, far_agent, picture):
    uploads = [far_agent.new_upload(picture(seed, size=(640, 480))) for seed in range(12)]
    for number, upload in enumerate(uploads):
        killed = begin_sending(far_agent, upload)
        if number % 3 == 0:
            server.kill()
            server.start()
        killed.close()
    for frame in Frame.objects.all():
        assert file_of(frame).stat().st_size == frame.bytes
    for upload in uploads:
        while far_agent.send(upload).status == 423:
            pass
    assert Frame.objects.count() == len(uploads)
    stored = {frame.capture: file_of(frame).read_bytes() for frame in Frame.objects.all()}
    assert stored == {upload.capture: upload.data for upload in uploads}


def test_six_hundred_pictures_do_not_make_the_server_grow(server, far_agent, picture):
    whole = picture(size=(640, 480), quality=95)
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    after_warming_up = 0
    for number in range(600):
        upload = far_agent.new_upload(
            whole + f"{number:08d}".encode(), sequence=number
        )  # junk after the end is no harm
        headers = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
        link.request(
            "POST", "/agent/v1/captures", upload.data, headers | upload.headers | far_agent.authorization
        )
        answer = link.getresponse()
        assert (answer.read(), answer.status) == (b"", 201)
        if number == 150:
            after_warming_up = server.memory()
    link.close()
    assert Frame.objects.count() == 600
    assert server.memory() - after_warming_up < 12_000_000


def begin_sending(agent, upload):
    """Send all of a picture, and do not wait for the answer."""
    link = http.client.HTTPConnection("127.0.0.1", agent.port, timeout=60)
    headers = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
    link.request("POST", "/agent/v1/captures", upload.data, headers | upload.headers | agent.authorization)
    return link
