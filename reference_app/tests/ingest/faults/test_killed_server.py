from __future__ import annotations

import http.client

from tests.waiting import wait_until

from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of


def test_bytes_survive_a_server_that_is_killed_and_the_upload_goes_on(server, far_agent, picture):
    shot = far_agent.shoot(picture(size=(1600, 1200)))
    far_agent.begin(shot)
    half = len(shot.data) // 2
    with far_agent.start_patch(shot, 0, len(shot.data), shot.data[:half]):
        wait_until(lambda: far_agent.head(shot).offset == half)
        server.kill()
    server.start()
    assert far_agent.head(shot).offset == half
    answer = far_agent.patch(shot, half, shot.data[half:])
    assert answer.headers["Capture-Status"] == "stored"
    assert file_of(Frame.objects.get()).read_bytes() == shot.data


def test_whenever_the_server_is_killed_a_frame_is_stored_whole_or_not_at_all(server, far_agent, picture):
    shots = [far_agent.shoot(picture(seed, size=(640, 480))) for seed in range(12)]
    for number, shot in enumerate(shots):
        killed = begin_sending(far_agent, shot)
        if number % 3 == 0:
            server.kill()
            server.start()
        killed.close()
    for frame in Frame.objects.all():
        assert file_of(frame).stat().st_size == frame.bytes
    for shot in shots:
        while far_agent.send(shot).status == 423:
            pass
    assert Frame.objects.count() == len(shots)
    stored = {frame.capture: file_of(frame).read_bytes() for frame in Frame.objects.all()}
    assert stored == {shot.capture: shot.data for shot in shots}


def test_six_hundred_pictures_do_not_make_the_server_grow(server, far_agent, picture):
    whole = picture(size=(640, 480), quality=95)
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    after_warming_up = 0
    for number in range(600):
        shot = far_agent.shoot(
            whole + f"{number:08d}".encode(), sequence=number
        )  # junk after the end is no harm
        headers = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
        link.request(
            "POST", "/agent/v1/captures", shot.data, headers | shot.headers | far_agent.authorization
        )
        answer = link.getresponse()
        assert (answer.read(), answer.status) == (b"", 201)
        if number == 150:
            after_warming_up = server.memory()
    link.close()
    assert Frame.objects.count() == 600
    assert server.memory() - after_warming_up < 12_000_000


def begin_sending(agent, shot):
    """Send all of a picture, and do not wait for the answer."""
    link = http.client.HTTPConnection("127.0.0.1", agent.port, timeout=60)
    headers = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
    link.request("POST", "/agent/v1/captures", shot.data, headers | shot.headers | agent.authorization)
    return link
