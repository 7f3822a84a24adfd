from __future__ import annotations

import random

import pytest

from camera_agent.errors import SpoolError
from camera_agent.spool.damage import put_aside_if_damaged
from camera_agent.spool.store import INDEX, Spool
from tests.spool.conftest import NOW

PAGE = 4096


def zero_the_header(content: bytearray) -> None:
    content[:100] = bytes(100)


def overwrite_pages(content: bytearray) -> None:
    for page in range(1, len(content) // PAGE):
        content[page * PAGE : (page + 1) * PAGE] = random.randbytes(PAGE)


def cut_off(content: bytearray) -> None:
    del content[3 * PAGE :]


@pytest.fixture
def closed(filled):
    """A spool with captures that wait, closed: its index."""
    for number in range(5):
        filled.put(f"capture-{number}")
    filled.spool.close()
    return filled.folder / INDEX


@pytest.mark.parametrize("damage", [zero_the_header, overwrite_pages, cut_off])
def test_a_damaged_index_is_put_aside_and_the_pictures_are_adopted(closed, damage):
    content = bytearray(closed.read_bytes())
    damage(content)
    closed.write_bytes(content)
    aside = put_aside_if_damaged(closed)
    assert aside.read_bytes() == content
    spool = Spool(closed.parent)
    assert spool.recover(NOW).adopted == 5
    assert spool.counts().pending == 5
    assert [spool.claim().filename for _ in range(5)] == [f"capture-{number}.jpg" for number in range(5)]
    spool.close()
    assert put_aside_if_damaged(closed) is None


def test_damage_that_shows_while_the_index_is_used_is_found_at_the_next_start(closed):
    damaged = []
    spool = Spool(closed.parent, on_damage=lambda: damaged.append(True))
    spool.index.change("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(closed.read_bytes())
    overwrite_pages(content)
    with closed.open("r+b") as file:
        file.write(content)
    spool.index.change("PRAGMA shrink_memory")
    with pytest.raises(SpoolError, match=r"is damaged: .* puts it aside when it starts"):
        spool.counts()
    assert (damaged, spool.index.is_damaged) == ([True], True)
    spool.close()
    assert put_aside_if_damaged(closed) is not None


def test_an_index_that_is_whole_stays(closed):
    before = closed.read_bytes()
    assert put_aside_if_damaged(closed) is None
    assert closed.read_bytes() == before


def test_the_index_that_was_put_aside_last_is_the_only_one_kept(closed):
    for text in (b"first" * 100, b"second" * 100):
        closed.write_bytes(text)
        aside = put_aside_if_damaged(closed)
    assert aside.read_bytes() == b"second" * 100
    assert [path.name for path in closed.parent.glob("*.sqlite3*")] == [aside.name]
