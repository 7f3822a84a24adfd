from __future__ import annotations

import socket

import pytest

from camera_agent.host.systemd import ALIVE, READY, notify


@pytest.fixture
def service():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
        service.settimeout(10)
        yield service


def test_without_systemd_nothing_happens(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify(READY)


def test_the_service_manager_hears_it(service, monkeypatch, tmp_path):
    service.bind(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    assert notify(READY)
    assert service.recv(100) == b"READY=1"


def test_an_abstract_socket_is_written_with_an_at_sign(service, monkeypatch, tmp_path):
    service.bind(f"\0{tmp_path.name}-camera-agent")
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{tmp_path.name}-camera-agent")
    assert notify(ALIVE)
    assert service.recv(100) == b"WATCHDOG=1"


def test_a_service_manager_that_is_gone_stops_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    assert not notify(READY)
