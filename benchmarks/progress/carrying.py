"""The cost of the causal id in headers, in a Celery task and in a Django request."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

import eliot
from celery import Celery, signals
from celery.contrib.testing.worker import start_worker
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path

from eliot_progress import context, extract, inject
from eliot_progress.adapters import celery as causal
from progress import Case, against_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest

ROUNDS = 5_000
TASKS = 200
TURNS = 15
REQUESTS = 500


def cases() -> Iterator[Case]:
    yield Case(
        name="the causal id into headers, out again and an action below it, against a stock action alone",
        unit="us",
        ours=carry,
        peer=stock_action,
        goal=6.0,
    )
    with worker() as many:
        yield against_limit(
            60.0,
            name="added to a Celery task, sent and received (processor time)",
            unit="us",
            ours=lambda: added_to_a_task(many),
        )
    yield against_limit(
        30.0, name="added to a Django request (processor time)", unit="us", ours=added_to_a_request
    )


def carry() -> float:
    with context.start("sender"):
        begun = time.perf_counter()
        for _ in range(ROUNDS):
            headers: dict[str, str] = {}
            inject(headers)
            origin = extract(headers)
            if origin is not None:
                with origin.start_child("receiver"):
                    pass
        return (time.perf_counter() - begun) / ROUNDS * 1e6


def stock_action() -> float:
    with eliot.start_task(action_type="sender"):
        begun = time.perf_counter()
        for _ in range(ROUNDS):
            with eliot.start_action(action_type="receiver"):
                pass
        return (time.perf_counter() - begun) / ROUNDS * 1e6


@contextlib.contextmanager
def worker() -> Iterator[Callable[[], float]]:
    """Yield a function that returns the processor time of a task in us, with a real worker."""
    app = Celery("benchmark", broker="memory://")
    app.conf.update(task_ignore_result=True, worker_hijack_root_logger=False)
    published, done = threading.Event(), threading.Semaphore(0)

    @app.task(name="benchmark.nothing")  # type: ignore[untyped-decorator]
    def nothing() -> None:
        # Sender and worker are two processes in production: here they must not compete for one interpreter.
        published.wait(timeout=60)
        done.release()

    def many() -> float:
        published.clear()
        begun = time.process_time()
        for _ in range(TASKS):
            nothing.apply_async()
        published.set()
        for _ in range(TASKS):
            if not done.acquire(timeout=60):
                raise RuntimeError("The worker has not run a task for 60 s.")
        return (time.process_time() - begun) / TASKS * 1e6

    with start_worker(app, pool="solo", perform_ping_check=False), eliot.start_task(action_type="sender"):
        yield many


def added_to_a_task(many: Callable[[], float]) -> float:
    """Return the difference of the minima, measured in turns, since other load only ever adds time."""
    without, with_us = [], []
    for _ in range(TURNS):
        without.append(many())
        causal.install(Celery(set_as_current=False))  # its signals are global
        try:
            with_us.append(many())
        finally:
            uninstall()
    return min(with_us) - min(without)


def uninstall() -> None:
    for signal, name in (
        (signals.before_task_publish, "publish"),
        (signals.task_prerun, "prerun"),
        (signals.task_postrun, "postrun"),
        (signals.task_revoked, "revoked"),
        (signals.worker_process_shutdown, "flush"),
    ):
        signal.disconnect(dispatch_uid=f"eliot_progress.{name}")


def answer(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"")


urlpatterns = [path("", answer)]


def added_to_a_request() -> float:
    """Measure Django's own handler with requests whose `traceparent` is adopted."""
    if not settings.configured:
        settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], USE_I18N=False)
    bare, with_us = handler(), handler("eliot_progress.django.middleware.CausalMiddleware")
    with override_settings(ELIOT_PROGRESS={"ADOPT": "always"}):
        requests_us(bare)
        pairs = [(requests_us(with_us), requests_us(bare)) for _ in range(TURNS)]
    ours, theirs = (min(column) for column in zip(*pairs, strict=True))
    return ours - theirs


def handler(*middleware: str) -> Callable[[HttpRequest], object]:
    with override_settings(MIDDLEWARE=middleware):
        made = WSGIHandler()
    return made.get_response


def requests_us(respond: Callable[[HttpRequest], object]) -> float:
    trace = {"HTTP_TRACEPARENT": f"00-{'a' * 32}-{'b' * 16}-01", "HTTP_TRACESTATE": "eliot=a2/a3"}
    requests = [RequestFactory().get("/", **trace) for _ in range(REQUESTS)]
    begun = time.process_time()
    for request in requests:
        respond(request)
    return (time.process_time() - begun) / REQUESTS * 1e6
