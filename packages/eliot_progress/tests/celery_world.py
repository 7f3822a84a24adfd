"""The Celery application of the tests: the same in the test process and in the real worker processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from celery import Celery, chord, group

from eliot_progress import causal_id, install, log_message, progress
from eliot_progress.adapters.celery import install as install_celery
from eliot_progress.stores.redis import RedisStore

URL = os.environ["TESTS_VALKEY_URL"]
app = Celery("tests", broker=URL, backend=URL, set_as_current=False, fixups=[])
app.conf.update(
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_default_queue=os.environ.get("TESTS_QUEUE", "celery"),
)
app.conf.beat_schedule = {"ticks": {"task": "leaf", "schedule": 0.2}}
app.conf.beat_schedule_filename = os.environ.get("TESTS_BEAT", "")
install_celery(app)
if log_path := os.environ.get("TESTS_WORKER_LOG"):
    install(store=RedisStore(URL), log_path=Path(log_path))


@app.task(name="leaf")
def leaf(*_):
    return "done"


@app.task(name="add")
def add(a, b):
    return a + b


@app.task(name="said_on_error")
def said_on_error(request, exc, traceback):
    log_message("errback:said", failed=request.id, inside=causal_id())


@app.task(name="flaky", bind=True, max_retries=2)
def flaky(self):
    if self.request.retries < 2:
        raise self.retry(countdown=0, exc=LookupError("not yet"))


@app.task(name="broken")
def broken():
    raise LookupError("never")


@app.task(name="fan_out")
def fan_out():
    group(leaf.si(), leaf.si()).delay()
    chord([leaf.si(), leaf.si()], leaf.s()).delay()


@app.task(name="nested_eager")
def nested_eager():
    leaf.apply()
    with progress("after:eager"):
        pass


@app.task(name="replaced", bind=True)
def replaced(self):
    return self.replace(leaf.si())


@app.task(name="dies_once")
def dies_once(marker):
    path = Path(marker)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)


@app.task(name="reports_and_dies_once")
def reports_and_dies_once(marker, about):
    with progress("count:things", total=2, about=about, every=0.2, grace_s=1.0) as work:
        work.advance()
        if not Path(marker).exists():
            time.sleep(0.3)
            dies_once(marker)


@app.task(name="half")
def half(marker):
    with progress("Halving", total=2) as work:
        work.advance()
        while not Path(marker).exists():
            time.sleep(0.02)
        work.advance()


@app.task(name="dies", acks_late=False)
def dies():
    with progress("Dying", total=2):
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)


@app.task(name="counts")
def counts(about, n):
    with progress("count:things", total=n, about=about, unit="thing") as work:
        for _ in range(n):
            work.advance()
            time.sleep(0.001)
