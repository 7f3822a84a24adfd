"""The web server is killed: an open page shows that and reconnects."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from playwright.sync_api import expect


def test_a_lost_connection_is_shown_and_restored_without_a_reload(shared_stack, visitor, screenshot):
    visitor.open_timelapse(shared_stack)
    expect(visitor.find("camera-latest-frame")).to_be_visible()

    os.kill(web_server(shared_stack), signal.SIGKILL)
    expect(visitor.find("connection-banner")).to_be_visible()
    screenshot(visitor.page, "connection-lost")

    expect(visitor.find("connection-banner")).to_be_hidden()
    count = visitor.find("frame-count")
    expect(count).not_to_have_text(count.inner_text())
    shown = visitor.page.get_by_test_id("filmstrip-frame").evaluate_all(
        "frames => frames.map(frame => frame.dataset.sequence)"
    )
    assert len(shown) == len(set(shown))


def web_server(stack):
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in stack.processes()}
    (pid,) = [pid for pid, command in commands.items() if b"uvicorn" in command]
    return pid
