"""camera-agent: the README's three commands lead to a picture, without a camera and without a server."""

from __future__ import annotations

from tests.newcomers.newcomer import ROOT, blocks, commands
from tests.waiting import wait_until

README = (ROOT / "packages" / "camera_agent" / "README.md").read_text("utf-8")


def test_three_commands_lead_to_the_first_picture_and_to_a_spool_that_fills(newcomer, wheels):
    installation, capture, run = commands(blocks(README)[0])
    newcomer.environment["CAMERA_AGENT_HOME"] = str(newcomer.home / ".camera-agent")
    newcomer.install(
        installation.removeprefix("pip install ").strip("'"), wheels=wheels("camera_agent", "eliot_progress")
    )
    newcomer.type(capture)
    assert (newcomer.home / capture.split()[-1]).read_bytes().startswith(b"\xff\xd8")
    captures = newcomer.home / ".camera-agent" / "spool" / "captures"
    with newcomer.started(*run.split()):
        wait_until(lambda: captures.exists() and list(captures.iterdir()), "a picture in the spool")
    assert "no server yet, pictures wait" in newcomer.output()
