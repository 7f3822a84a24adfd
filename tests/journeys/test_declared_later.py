"""A transition that is declared after the page was built appears on it, asks what it needs, and works."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import choose_more

SETTINGS = """
from timelapse.project.settings import *

INSTALLED_APPS = [*INSTALLED_APPS, "declared_later.Config"]
"""
APP = '''
from django.apps import AppConfig


class Config(AppConfig):
    name = "declared_later"

    def ready(self):
        from fsmlock import Confirmation, InputField, Offer, action
        from timelapse.timelapses.actions import publish_change
        from timelapse.timelapses.models import Timelapse

        def rename(self, name):
            """Somebody gives it another name."""
            self.name = name
            self.save()
            publish_change(self.pk, "renamed")

        title = InputField(name="name", kind="text", label="New name", default="", minimum=1, maximum=80)
        asks = Confirmation(title="Rename %(object)s?", text="Links to it stay as they are.")
        Timelapse.rename = action(label="Rename", offer=Offer(confirm=asks, input=(title,)))(rename)
'''


def test_a_transition_declared_later_is_offered_asks_and_works(make_stack, visitor, tmp_path):
    app = tmp_path / "declared_later"
    app.mkdir()
    (app / "__init__.py").write_text(APP)
    (tmp_path / "settings_declared_later.py").write_text(SETTINGS)
    stack = make_stack(DJANGO_SETTINGS_MODULE="settings_declared_later", PYTHONPATH=str(tmp_path)).ready()
    visitor.open_timelapse(stack)
    page = visitor.page
    choose_more(page, page.get_by_role("region", name="About this timelapse"), "Rename")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Links to it stay as they are.")
    dialog.get_by_label("New name").fill("Harbour at dawn")
    dialog.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", name="Harbour at dawn")).to_be_visible()
    assert visitor.errors == []
