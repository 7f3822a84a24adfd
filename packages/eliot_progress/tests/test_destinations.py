from __future__ import annotations

import subprocess
import sys

from eliot_progress import install, progress
from eliot_progress.destinations import flush_all
from eliot_progress.stores.memory import MemoryStore


def test_what_was_installed_can_be_removed(tmp_path):
    store = MemoryStore()
    installed = install(store=store, log_path=str(tmp_path / "log"))
    with progress("one"):
        pass
    installed.remove()
    with progress("other"):
        pass
    assert [state.action_type for state in store._states.values()] == ["one"]
    assert "other" not in (tmp_path / "log").read_text()


def test_with_nothing_asked_nothing_is_added():
    installed = install()
    assert installed.flush()
    installed.remove()


def test_all_is_delivered_before_flush_all_returns():
    store = MemoryStore()
    installed = install(store=store)
    with progress("one") as work:
        pass
    flush_all()
    assert store.get(work.id).outcome == "succeeded"
    installed.remove()


def test_a_process_that_ends_delivers_its_last_states_first(tmp_path):
    code = (
        "import sys; from eliot_progress import install, progress\n"
        "install(on_change=lambda state: open(sys.argv[1], 'a').write(f'{state.outcome}\\n'))\n"
        "with progress('one'): pass"
    )
    path = tmp_path / "seen"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert path.read_text().splitlines()[-1] == "succeeded"
