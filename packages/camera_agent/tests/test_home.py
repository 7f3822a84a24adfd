from __future__ import annotations

import pytest

from camera_agent.errors import BadInput
from camera_agent.home import Home


def test_the_token_is_readable_by_its_owner_alone(tmp_path):
    home = Home(tmp_path / "new" / "home").create()
    assert home.token() is None
    home.save_token("secret")
    assert home.token() == "secret"
    assert home.token_file.stat().st_mode & 0o777 == 0o600


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
    with pytest.raises(BadInput, match="can't be made"):
        Home(tmp_path / "file" / "home").create()
