from __future__ import annotations

import os
import signal
import threading

from fsmlock.iteration import shutdown


def test_sigterm_requests_a_stop_inside_the_block_and_is_restored_after_it():
    before = signal.getsignal(signal.SIGTERM)
    with shutdown.on_sigterm():
        assert not shutdown.requested()
        os.kill(os.getpid(), signal.SIGTERM)
        assert shutdown.requested()
    assert not shutdown.requested()
    assert signal.getsignal(signal.SIGTERM) is before


def test_forked_children_share_the_flag_of_their_parent():
    ask, answer = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.read(ask[0], 1)
        os.write(answer[1], b"1" if shutdown.requested() else b"0")
        os._exit(0)
    shutdown.request()
    os.write(ask[1], b"x")
    seen = os.read(answer[0], 1)
    os.waitpid(child, 0)
    shutdown.reset()
    for end in (*ask, *answer):
        os.close(end)
    assert seen == b"1"


def test_in_another_thread_signals_are_left_alone():
    found = []

    def enter():
        with shutdown.on_sigterm():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGTERM)]
