from __future__ import annotations

import hashlib

from camera_agent.spool.files import BLOCK, settle, sha256_of


def test_a_file_settles_under_its_name_with_size_and_digest(tmp_path):
    content = b"x" * (BLOCK + 7)
    (tmp_path / "incoming").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    assert settle(tmp_path / "incoming", tmp_path / "final") == (len(content), digest)
    assert [path.name for path in tmp_path.iterdir()] == ["final"]
    assert sha256_of(tmp_path / "final") == digest
