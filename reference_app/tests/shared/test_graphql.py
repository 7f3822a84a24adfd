from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from timelapse.shared.graphql import load


class Squares:
    def __init__(self):
        self.calls = []

    def find(self, numbers):
        self.calls.append(sorted(numbers))
        return {number: number**2 for number in numbers if number >= 0}


@pytest.fixture
def squares():
    return Squares()


@pytest.mark.parametrize("context", [{}, SimpleNamespace()], ids=["websocket", "request"])
async def test_what_one_operation_loads_is_found_by_one_call(squares, context):
    info, find = SimpleNamespace(context=context), squares.find
    found = await asyncio.gather(load(info, find, 2), load(info, find, -1), load(info, find, 3))
    assert found == [4, None, 9]
    assert squares.calls == [[-1, 2, 3]]


async def test_a_connection_that_lives_long_never_gets_an_old_value(squares):
    info, find = SimpleNamespace(context={}), squares.find
    await load(info, find, 2)
    await load(info, find, 2)
    assert squares.calls == [[2], [2]]


async def test_loaders_are_not_shared_between_requests(squares):
    first, second = SimpleNamespace(context={}), SimpleNamespace(context={})
    await asyncio.gather(load(first, squares.find, 1), load(second, squares.find, 2))
    assert sorted(squares.calls) == [[1], [2]]
