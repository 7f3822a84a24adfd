"""Programs whose logging is interrupted by logging, run by `faults/test_interruptions.py` with a path."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from itertools import count

import eliot

from eliot_progress import context, install, log_message, progress
from eliot_progress.stdlog import bridge
from eliot_progress.stores.memory import MemoryStore

EVERY_S = 0.002
#: How often the work is interrupted before the program ends.
INTERRUPTIONS = 200
STORE = MemoryStore()


def work(done):
    """Log, start, fail and loop until `done()`, in this thread and in another."""
    ended = threading.Event()

    def beside():
        while not ended.is_set():
            with context.start("beside"):
                log_message("beside:message", n=1)

    thread = threading.Thread(target=beside)
    thread.start()
    with context.start("work"):
        for n in count():
            log_message("work:message", n=n, text="x" * 100)
            logging.getLogger("work").warning("a record")
            with suppress(LookupError), context.start("work:fails"):
                raise LookupError("gone")
            for _ in progress([1, 2], "work:loop"):
                STORE.latest("app.Work:1")
            if done():
                break
    ended.set()
    thread.join()


def signals():
    """A signal handler uses all of it, every few milliseconds."""
    handled = count(1)
    said = []

    def handler(signum, frame):
        n = next(handled)
        log_message("interruption", n=n)
        logging.getLogger("handler").warning("a record")
        with eliot.start_action(action_type="handler:action"):
            with progress("handler:work", total=1, about="app.Work:1") as inner:
                inner.advance()
            STORE.latest("app.Work:1")
        said.append(n)

    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, EVERY_S, EVERY_S)
    work(lambda: len(said) >= INTERRUPTIONS)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return len(said)


def finalisers():
    """Objects in cycles log when the garbage collector finds them, wherever that is."""
    said = []

    class Logs:
        def __init__(self):
            self.me = self

        def __del__(self):
            log_message("interruption", n=len(said))
            said.append(1)

    class LeavesALoop:
        def __init__(self):
            self.me, self.loop = self, iter(progress([1, 2, 3], "left"))
            next(self.loop)

    def done():
        Logs()
        LeavesALoop()
        return len(said) >= INTERRUPTIONS

    gc.set_threshold(7, 3, 3)
    work(done)
    gc.set_threshold(700, 10, 10)
    gc.collect()
    return len(said)


def texts():
    """Exceptions and fields log while they become text."""
    said = []

    class LogsError(Exception):
        def __str__(self):
            log_message("interruption", n=len(said))
            said.append(1)
            return "text"

        __repr__ = __str__

    def done():
        with suppress(LogsError), progress("work:fails"):
            raise LogsError
        log_message("work:field", field=LogsError())
        return len(said) >= INTERRUPTIONS

    work(done)
    return len(said)


def forks():
    """Threads fork while others log; each child logs, as a child of a server does."""
    forked = count(1)

    def fork():
        child = os.fork()
        if child == 0:
            with context.start("child"):
                log_message("interruption", n=next(forked))
            INSTALLED.flush()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0

    done = []

    def fork_on():
        for _ in range(20):
            fork()
        done.append(1)

    thread = threading.Thread(target=fork_on)
    thread.start()
    work(lambda: bool(done))
    thread.join()
    return 20


if __name__ == "__main__":
    INSTALLED = install(store=STORE, log_path=sys.argv[2])
    bridge()
    said = {"signals": signals, "finalisers": finalisers, "texts": texts, "forks": forks}[sys.argv[1]]()
    INSTALLED.flush()
    sys.stdout.write(f"{said} {INSTALLED.log.lost}")
