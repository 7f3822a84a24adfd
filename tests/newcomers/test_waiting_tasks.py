"""queue-insight: after the README's first step, a stock project with Celery sees what waits, and why."""

from __future__ import annotations

import re

from tests.newcomers.newcomer import section, start_project

INSTALLATION = section("queue_insight", "Install")
TASK = """
from celery import shared_task

@shared_task
def render(movie):
    pass
"""
SEND = "import mysite; from movies.tasks import render; print(*[render.delay(n).id for n in range(3)])"


def test_two_lines_of_settings_show_what_waits_and_why(newcomer, wheels, broker):
    newcomer.environment["BROKER"] = broker
    requirement = re.search(r"pip install \"?(queue-insight[^\"\s]*)", INSTALLATION)
    setting = re.search(r"`(QUEUE_INSIGHT = [^`]+)`", INSTALLATION)
    newcomer.install(requirement[1], wheels=wheels("queue_insight"))
    start_project(newcomer)
    newcomer.write("movies/tasks.py", TASK)
    added = f'INSTALLED_APPS += ["queue_insight"]\n{setting[1].replace("project.", "mysite.")}\n'
    newcomer.write("mysite/settings.py", (newcomer.home / "mysite/settings.py").read_text() + added)
    first, *_ = newcomer.run("python", "-c", SEND).split()
    assert re.search(
        r"^celery +3 ", newcomer.run("python", "manage.py", "queue_insight", "show"), re.MULTILINE
    )
    why = newcomer.run("python", "manage.py", "queue_insight", "show", "--task", first)
    assert "celery" in why
