from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from timelapse.project.settings.secret import secret_key


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    home = tmp_path / "home"
    assert secret_key(home) == secret_key(home)
    assert len(secret_key(home)) >= 50
    assert (home / "secret_key").stat().st_mode & 0o777 == 0o600


def test_first_calls_at_once_agree(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: secret_key(tmp_path), range(8)))) == 1
