from __future__ import annotations

import errno
import hashlib
import os

import pytest

from camera_agent.spool.files import sha256_of, store_durably


def test_a_file_settles_under_its_name_with_size_and_digest(tmp_path):
    content = b"x" * 1_000_007
    (tmp_path / "incoming").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    assert store_durably(tmp_path / "incoming", tmp_path / "final") == (len(content), digest)
    assert [path.name for path in tmp_path.iterdir()] == ["final"]
    assert sha256_of(tmp_path / "final") == digest


def test_a_file_that_did_not_reach_the_disk_keeps_its_temporary_name(tmp_path, monkeypatch):
    def fails(_descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    (tmp_path / "incoming").write_bytes(b"x")
    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="Input/output error"):
        store_durably(tmp_path / "incoming", tmp_path / "final")
    assert [path.name for path in tmp_path.iterdir()] == ["incoming"]
