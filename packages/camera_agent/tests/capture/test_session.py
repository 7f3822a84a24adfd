from __future__ import annotations

from contextlib import closing

import pytest

from camera_agent.capture.camera import Camera
from camera_agent.capture.focus import FocusAid
from camera_agent.capture.session import CaptureCallbacks, CaptureSession
from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import DriverError, SpoolError
from camera_agent.host.clock import Clock
from camera_agent.spool.store import Spool
from camera_agent.status import Status
from tests.command import TESTS
from tests.conftest import jpeg


@pytest.fixture
def session(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS.parent))
    said, status = [], Status(driver="Good")
    (tmp_path / "a.jpg").write_bytes(jpeg())
    with closing(Spool(tmp_path / "spool")) as spool:
        count = {"count": str(tmp_path / "count")}
        faulty = {
            name: DriverProcess(f"tests.drivers.faulty_drivers:{name}", count)
            for name in ("Good", "TakesGifs", "MeasuresNothing")
        }
        # Its process must not import Pillow by itself.
        replay = DriverProcess("replay", {"source": str(tmp_path / "a.jpg")})
        cameras = {name: Camera(process) for name, process in {**faulty, "replay": replay}.items()}

        def make(camera: str = "Good", *, on_preview=None, on_look=said.append, **more) -> CaptureSession:
            callbacks = CaptureCallbacks(
                on_capture=lambda capture: said.append(capture.filename),
                on_problem=said.append,
                on_preview=on_preview,
                on_look=on_look,
            )
            return CaptureSession(
                cameras[camera], spool, Clock(), status, callbacks, **{"quota": 0, "reserve": 0, **more}
            )

        yield make, spool, status, said
        for one in cameras.values():
            one.close()


def test_a_picture_lands_in_the_spool_and_is_reported(session):
    make, spool, status, said = session
    capture = make().capture_to_spool(1.0)
    assert spool.next_pending() == capture == status.last_capture
    assert said == ["1.jpg"]


def test_a_preview_is_not_kept(session):
    make, spool, _, said = session
    assert make().preview(1.0)[:3] == b"\xff\xd8\xff"
    assert (spool.counts().pending, said, list(spool.incoming.iterdir())) == (0, [], [])


def test_a_preview_that_cant_be_made_says_what_to_install(session, tmp_path, monkeypatch):
    (tmp_path / "PIL.py").write_text("raise ImportError('not here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    make, *_ = session
    with pytest.raises(DriverError, match="Previews need Pillow"):
        make("replay").preview(1.0)


def test_a_full_card_is_thinned_out_before_the_next_picture(session):
    make, spool, status, said = session
    for _ in range(8):
        make().capture_to_spool(1.0)
    make(quota=2 * spool.counts().bytes // 8).capture_to_spool(1.0)
    assert "The card is full" in said[8]
    assert "thinned out" in status.state()[1]
    make().capture_to_spool(1.0)
    assert status.state()[1] == ""


def test_a_source_with_an_end_begins_again_also_for_a_preview(session):
    make, *_, said = session
    for _ in range(2):
        make("replay").capture_to_spool(1.0)
    assert make("replay").preview(1.0)[:3] == b"\xff\xd8\xff"
    assert said == ["a.jpg", "a.jpg"]


def test_two_captures_never_have_one_name(session, monkeypatch):
    make, spool, _, said = session
    monkeypatch.setattr("camera_agent.capture.session.new_capture_id", lambda *_: "cam-00000001-the-same")
    make().capture_to_spool(1.0)
    with pytest.raises(SpoolError, match="has had a capture"):
        make().capture_to_spool(1.0)
    assert (spool.counts().pending, said) == (1, ["1.jpg"])


def test_a_driver_whose_pictures_nobody_knows_is_refused_with_the_reason(session):
    make, spool, *_ = session
    with pytest.raises(DriverError, match="image/gif"):
        make("TakesGifs").capture_to_spool(1.0)
    assert spool.counts().pending == 0


def test_a_value_that_the_server_would_refuse_costs_no_picture(session):
    make, *_ = session
    assert make("MeasuresNothing").capture_to_spool(1.0).exposure == {"iso": 100}


def test_a_preview_that_cant_be_kept_costs_no_picture(session):
    make, spool, _, said = session

    def full(_capture, _content):
        raise SpoolError("The card is full.")

    capture = make("replay", on_preview=full).capture_to_spool(1.0)
    assert spool.next_pending() == capture
    assert said == ["a.jpg", "The card is full."]


def test_a_look_shows_the_whole_view_and_its_centre_and_keeps_nothing(session):
    make, spool, _, said = session
    look = make().look(5.0)
    assert (look.whole[:3], look.centre[:3]) == (b"\xff\xd8\xff", b"\xff\xd8\xff")
    assert (spool.counts().pending, said, list(spool.incoming.iterdir())) == (0, [], [])


def test_there_is_nothing_to_focus_where_a_source_is_replayed(session):
    make, *_ = session
    with pytest.raises(DriverError, match="nothing to focus"):
        make("replay").look(5.0)


def test_a_capture_serves_the_focus_aid_when_a_picture_is_due(session):
    make, spool, *_ = session
    aid, looks = FocusAid(), []
    aid.grant(60)
    taken = make(focus=aid, on_look=looks.append)
    taken.capture_to_spool(1.0)
    taken.capture_to_spool(1.0)  # the next one isn't due yet
    assert [(look.whole, look.centre[:3]) for look in looks] == [(b"", b"\xff\xd8\xff")]
    assert (spool.counts().pending, aid.state().state) == (2, "on")


def test_a_capture_whose_centre_cant_be_sent_is_kept_and_the_focus_aid_says_why(session):
    make, spool, *_ = session

    def refused(_look):
        raise DriverError("The delivery settings send no previews.")

    aid = FocusAid()
    aid.grant(60)
    capture = make(focus=aid, on_look=refused).capture_to_spool(1.0)
    assert spool.next_pending() == capture
    assert (aid.state().state, "no previews" in aid.state().message) == ("failed", True)
