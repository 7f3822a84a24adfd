"""Names in strings, which import-linter can't check, resolve and point down the layers."""

from __future__ import annotations

import pytest
from celery import signature
from django.apps import apps
from django.conf import settings
from django.urls import get_resolver
from django.utils.module_loading import import_string

from timelapse.project.celery import app

#: From top to bottom, as in the contract "data flows one way" of the root pyproject.
LAYERS = [
    "project",
    "notifications",
    "operations",
    "publishing",
    "rendering",
    "ingest",
    "timelapses",
    "frames",
    "cameras",
    "accounts",
]
OURS = [config for config in apps.get_app_configs() if config.name.startswith("timelapse.")]


def layer(label: str) -> int:
    """Return the number of the layer; the apps of Django and the packages are below all layers."""
    return LAYERS.index(label) if label in LAYERS else len(LAYERS)


def relations():
    for config in OURS:
        for model in config.get_models():
            for field in model._meta.get_fields():
                if field.is_relation and not field.auto_created and field.related_model:
                    yield pytest.param(config.label, field.related_model._meta.app_label, id=str(field))


@pytest.mark.parametrize(("source", "target"), list(relations()))
def test_a_relation_points_down_the_layers(source, target):
    assert layer(target) >= layer(source)


@pytest.mark.parametrize(
    "dotted",
    [
        *settings.MIDDLEWARE,
        settings.ASGI_APPLICATION,
        *(backend["BACKEND"] for backend in settings.CACHES.values()),
        *(layer["BACKEND"] for layer in settings.CHANNEL_LAYERS.values()),
        *(validator["NAME"] for validator in settings.AUTH_PASSWORD_VALIDATORS),
    ],
)
def test_a_dotted_setting_names_something_that_exists(dotted):
    assert import_string(dotted)


def test_the_url_configuration_resolves():
    assert get_resolver(settings.ROOT_URLCONF).url_patterns


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()
    assert [
        entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] not in app.tasks
    ] == []


def test_every_task_is_named_after_its_app():
    app.loader.import_default_modules()
    ours = {
        name: task.run.__module__ for name, task in app.tasks.items() if "timelapse" in task.run.__module__
    }
    assert ours
    assert [name for name, module in ours.items() if name.partition(".")[0] != module.split(".")[1]] == []
    assert all(signature(name, app=app).task == name for name in ours)
