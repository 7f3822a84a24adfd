from __future__ import annotations

import pytest
from tests.ingest.conftest import make_picture
from tests.ingest.test_usb_import import write

from timelapse.cameras import actions
from timelapse.frames.models import Frame
from timelapse.project.stack.import_command import import_drive

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "log"])


@pytest.fixture
def run(tmp_path, settings, monkeypatch, capsys):
    """Run the command in this process, on the servers of the tests."""
    monkeypatch.setenv("TIMELAPSE_HOME", "restored by monkeypatch")
    settings.MEDIA_ROOT = tmp_path / "media"

    def run(folder, camera=None):
        code = import_drive(tmp_path / "home", folder, camera)
        printed = capsys.readouterr()
        return code, printed.out, " ".join(printed.err.split())

    return run


def test_a_drive_is_imported_and_the_summary_says_what_became_of_it(run, tmp_path):
    actions.enrol("Roof")
    folder = write(tmp_path / "drive", None, [make_picture(1), b"no picture"])
    code, summary, messages = run(folder, "Roof")
    assert (code, summary) == (3, "1 stored, 0 were here already, 1 refused.\n")
    assert "Refused roof-00000001.jpg: The file is no picture" in messages
    (folder / "roof-00000001.json").unlink()
    assert run(folder, "Roof")[:2] == (0, "0 stored, 1 were here already, 0 refused.\n")
    assert Frame.objects.count() == 1


def test_a_folder_that_holds_nothing_is_one_sentence(run, tmp_path):
    code, summary, messages = run(tmp_path / "nowhere")
    assert (code, summary) == (2, "")
    assert messages.startswith("timelapse: There is no folder")
