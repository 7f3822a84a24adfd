from __future__ import annotations

import pytest

from timelapse.ingest.pipeline import files


def test_a_file_appears_whole_and_alone(tmp_path):
    files.write(tmp_path / "a" / "b.bin", b"whole")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.bin"]
    assert (tmp_path / "a" / "b.bin").read_bytes() == b"whole"


def test_a_file_replaces_what_an_earlier_attempt_left(tmp_path):
    files.write(tmp_path / "b.bin", b"half")
    files.write(tmp_path / "b.bin", b"whole")
    assert (tmp_path / "b.bin").read_bytes() == b"whole"


def test_a_file_that_can_not_be_written_leaves_nothing(tmp_path):
    with pytest.raises(TypeError):
        files.write(tmp_path / "b.bin", "no bytes")
    assert list(tmp_path.iterdir()) == []


def test_a_link_shares_its_bytes_and_may_be_made_again(tmp_path):
    source = tmp_path / "source"
    source.write_bytes(b"whole")
    for _ in range(2):
        files.link(source, tmp_path / "folder" / "target")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["target"]
    assert (tmp_path / "folder" / "target").samefile(source)


def test_a_link_replaces_what_an_earlier_attempt_left(tmp_path):
    (tmp_path / "source").write_bytes(b"whole")
    (tmp_path / "target").write_bytes(b"left")
    files.link(tmp_path / "source", tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == b"whole"
