from __future__ import annotations

import socket

import pytest

from timelapse.project.stack.errors import StackError
from timelapse.project.stack.ports import free_port, require_free


def test_a_free_port_is_given_back():
    port = free_port()
    assert require_free(port) == port


def test_a_taken_port_is_one_sentence_with_the_remedy():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(StackError, match=r"Port .* can't be used: .*--port"):
            require_free(taken.getsockname()[1])
