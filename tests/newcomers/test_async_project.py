"""An async project, really served: its views hold locks, report progress and draw bars; the queue page."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import free_port
from tests.newcomers.newcomer import Newcomer, start_project
from tests.newcomers.test_bar_in_a_page import is_open
from tests.waiting import wait_until

SETTINGS = """
INSTALLED_APPS += ["fsmlock", "eliot_progress.django", "queue_insight"]
MIDDLEWARE.insert(0, "eliot_progress.django.middleware.CausalMiddleware")
ELIOT_PROGRESS = {"RECORD": True}
QUEUE_INSIGHT = {"APP": "mysite.celery.app"}
DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}
"""
URLS = """
from django.urls import include
from movies import views
urlpatterns = [
    path("admin/", admin.site.urls),
    path("progress/", include("eliot_progress.django.urls")),
    path("render", views.render_movie),
    path("page", views.page),
    path("", views.page),
]
"""
MODELS = """
from django.db import models
from fsmlock import Lock, Locks


class Movie(models.Model):
    locks = Locks(Lock("render"))
"""
VIEWS = """
import asyncio
from pathlib import Path

import fsmlock
from django.http import JsonResponse
from django.shortcuts import render
from eliot_progress import progress

from movies.models import Movie


async def render_movie(request):
    movie, _ = await Movie.objects.aget_or_create(pk=7)
    try:
        async with fsmlock.hold(movie, "render", why="Movie 7"):
            async for frame in progress(frames(), "Rendering", total=10, about="movies.Movie:7"):
                while frame == 4 and not Path("go_on").exists():
                    await asyncio.sleep(0.02)
    except fsmlock.HoldRefused as refused:
        return JsonResponse({"refused": str(refused)}, status=409)
    return JsonResponse({"refused": None})


async def frames():
    for n in range(10):
        yield n


async def page(request):
    user = await request.auser()
    return render(request, "movie.html", {"name": user.get_username()})
"""
PAGE = """{% load eliot_progress %}<!doctype html><html lang="en"><title>Movie 7</title>
<main><p>For {{ name }}</p>{% progress "movies.Movie:7" %}</main></html>
"""
MAKE_EDITOR = """
from django.contrib.auth.models import User
User.objects.create_superuser("editor", password="hidden")
"""


@pytest.fixture
def project(newcomer: Newcomer, wheels, broker):
    newcomer.environment["BROKER"] = broker
    folder = wheels("fsmlock", "eliot_progress", "queue_insight")
    ours = ("fsmlock", "eliot-progress[django]", "queue-insight[redis]")
    newcomer.install(*ours, "celery[redis]", "uvicorn", wheels=folder)
    start_project(newcomer)
    for name, text in {"models.py": MODELS, "views.py": VIEWS, "templates/movie.html": PAGE}.items():
        newcomer.write(f"movies/{name}", text)
    newcomer.append("mysite/settings.py", SETTINGS)
    newcomer.append("mysite/urls.py", URLS)
    newcomer.run("python", "manage.py", "makemigrations", "movies")
    newcomer.run("python", "manage.py", "migrate")
    newcomer.shell(then=MAKE_EDITOR)
    return newcomer


@contextmanager
def served(project):
    port = free_port()
    with project.started("uvicorn", "--port", str(port), "mysite.with_static:application"):
        wait_until(lambda: is_open(port), "the server")
        yield f"http://127.0.0.1:{port}"


def answer(address):
    try:
        with urllib.request.urlopen(address) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def test_an_async_view_holds_reports_and_draws_while_others_are_refused_with_the_reason(project, visitor):
    page = visitor.page
    with served(project) as address, ThreadPoolExecutor(1) as pool:
        first = pool.submit(answer, f"{address}/render")
        try:
            page.goto(f"{address}/page")
            expect(page.locator("eliot-progress")).to_contain_text("4 / 10")
            expect(page.get_by_role("status")).to_have_text("alive")
            status, second = answer(f"{address}/render")
            assert (status, "(Movie 7) since " in second["refused"]) == (409, True)
        finally:
            (project.home / "go_on").touch()
        assert first.result(60) == (200, {"refused": None})
        expect(page.get_by_role("status")).to_have_text("done")
        assert answer(f"{address}/render") == (200, {"refused": None})


def test_a_signed_in_visitor_sees_the_bar_in_the_async_page_itself_and_the_queue_page(
    project, visitor, browser
):
    (project.home / "go_on").touch()
    with served(project) as address:
        assert answer(f"{address}/render") == (200, {"refused": None})
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{address}/admin/")
        page.get_by_label("Username").fill("editor")
        page.get_by_label("Password").fill("hidden")
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("link", name="Queues, tasks and workers").first.click()
        expect(page.get_by_role("heading", name="Queues", level=1)).to_be_visible()

        def drawn():
            page.goto(f"{address}/page")
            return "10 / 10" in page.locator("eliot-progress").inner_text()

        wait_until(drawn, "the whole bar")
        expect(page.get_by_text("For editor")).to_be_visible()
        context.close()
    assert "Traceback" not in project.output()
