from __future__ import annotations

import os

import pytest

from camera_agent.errors import AnotherAgent, BadInput
from camera_agent.home import Home, exclusive_lock, is_running
from camera_agent.migrations import FORMER_FILES


def test_the_token_is_readable_by_its_owner_alone(tmp_path):
    home = Home(tmp_path / "new" / "home").create()
    assert home.token() is None
    home.save_token("secret")
    assert home.token() == "secret"
    assert home.token_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "server", ["https://cams.example", "https://CAMS.example:443/", "https://cams.example/"]
)
def test_the_server_that_gave_a_token_gets_it(tmp_path, server):
    home = Home(tmp_path)
    home.save_token("secret")
    assert home.token_for(server) is None
    home.write(home.identity_file, {"server": "https://cams.example"})
    assert home.token_for(server) == "secret"


@pytest.mark.parametrize(
    "server",
    [
        "http://cams.example",
        "https://cams.example:8443",
        "https://cams.example/other",
        "https://cams.example.evil.example",
        "cams.example",
        "https://[cams",
        "",
    ],
)
def test_no_other_address_gets_a_token(tmp_path, server):
    home = Home(tmp_path)
    home.save_token("secret")
    home.write(home.identity_file, {"server": "https://cams.example"})
    assert home.token_for(server) is None
    assert home.why_unpaired(server).startswith("This camera is paired with https://cams.example, and")


def test_small_files_are_replaced_whole(tmp_path):
    home = Home(tmp_path)
    home.write(home.status_file, {"a": 1})
    home.write(home.status_file, {"a": 2})
    assert home.read(home.status_file) == {"a": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


@pytest.mark.parametrize("content", ["", "{", "[1]"])
def test_a_damaged_small_file_reads_as_empty(tmp_path, content):
    home = Home(tmp_path)
    home.status_file.write_text(content)
    assert home.read(home.status_file) == {}


def test_a_folder_that_cant_be_made_is_bad_input(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="can't be created"):
        Home(tmp_path / "file" / "home").create()


def test_what_root_writes_belongs_to_the_folders_owner(tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fchown", lambda _descriptor, user, group: given.append((user, group)))
    home = Home(tmp_path)
    home.save_token("cam_x")
    with exclusive_lock(home):
        pass
    owner = tmp_path.stat()
    assert given == [(owner.st_uid, owner.st_gid)] * 2


def test_one_agent_at_a_time(tmp_path):
    home = Home(tmp_path)
    assert not is_running(home)
    with exclusive_lock(home):
        assert is_running(home)
        with pytest.raises(AnotherAgent), exclusive_lock(home):
            pass
    assert not is_running(home)
    assert not is_running(Home(tmp_path / "gone"))
    with pytest.raises(BadInput, match="can't be written"), exclusive_lock(Home(tmp_path / "gone")):
        pass


@pytest.mark.parametrize("text", ["two words", "line\nbreak", "schl\u00fcssel", "\x1b"])
def test_a_token_file_that_makes_no_sense_is_no_token(tmp_path, text):
    home = Home(tmp_path)
    home.token_file.write_text(text)
    assert home.token() is None


def test_a_token_that_cannot_be_read_is_not_said_to_be_absent(tmp_path):
    home = Home(tmp_path)
    assert home.is_paired() is False
    assert home.why_unpaired("cams.example").startswith("This camera is not paired.")
    home.token_file.mkdir()  # no user can read that, not even root
    assert home.is_paired() is None
    assert home.why_unpaired("cams.example").startswith(f"{home.token_file} can't be read, or holds")
    home.token_file.rmdir()
    home.save_token("secret")
    assert home.is_paired() is True


def test_a_configuration_stored_under_its_former_name_is_kept(tmp_path):
    (tmp_path / FORMER_FILES["remote_config.json"]).write_text('{"revision": 7}')
    home = Home(tmp_path).create()
    assert home.read(home.remote_config_file) == {"revision": 7}
    assert home.create().read(home.remote_config_file) == {"revision": 7}


def test_a_file_that_cant_be_replaced_is_named_and_leaves_nothing_behind(tmp_path):
    home = Home(tmp_path)
    home.status_file.mkdir()
    with pytest.raises(OSError, match="status") as failure:
        home.write(home.status_file, {"state": "idle"})
    assert failure.value.filename == str(home.status_file)
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]
