# ruff: noqa: DJ008 - models that live for one test

from __future__ import annotations

import django_fsm
import pytest
from django.core.checks import run_checks
from django.db import models
from django.test.utils import isolate_apps

import fsmlock
from fsmlock import Lifecycle, Lock, Locks, transition
from fsmlock.checks import check_models, check_settings


def said(messages):
    return {message.id: message.msg + " " + (message.hint or "") for message in messages}


class Config:
    def __init__(self, *models):
        self.get_models = lambda: models


def test_the_test_project_is_clean():
    assert run_checks(tags=["fsmlock"]) == []


def test_a_misspelt_setting_gets_a_guess(settings):
    settings.FSMLOCK = {"LEESE": 3, "BACKEND": "fsmlock.backends.nowhere.Backend"}
    found = said(check_settings())
    assert "Did you mean 'LEASE'?" in found["fsmlock.E001"]
    assert "can't be imported" in found["fsmlock.E002"]


def test_an_unsupported_database_is_named(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES, "other", {"ENGINE": "django.db.backends.oracle"})
    assert "oracle" in said(check_settings())["fsmlock.W003"]


@isolate_apps("tests.shop")
def test_wrong_declarations_are_refused_with_the_remedy():
    class Parent(models.Model):
        locks = Locks(Lock("render"))

        class Meta:
            app_label = "shop"

    class Plain(models.Model):
        class Meta:
            app_label = "shop"

    class Child(Lifecycle):
        parent = models.ForeignKey(Parent, on_delete=models.CASCADE)
        plain = models.ForeignKey(Plain, on_delete=models.CASCADE)
        itself = models.ForeignKey("self", on_delete=models.CASCADE)
        locks = Locks(Lock("process"), inherit_from="parnt", inherits={"render"})

        class Meta:
            app_label = "shop"

        @transition(source="redy", target="ready", needs="proces")
        def go(self):
            pass

    found = said(check_models(app_configs=[Config(Child)]))
    assert "Did you mean 'parent'?" in found["fsmlock.E010"]
    assert "Did you mean 'process'?" in found["fsmlock.E020"]
    assert "Did you mean 'ready'?" in found["fsmlock.E021"]
    Child.locks = Locks(Lock("process"), inherit_from="plain", inherits={"render"})
    assert "declares none" in said(check_models(app_configs=[Config(Child)]))["fsmlock.E011"]
    Child.locks = Locks(Lock("process"), inherit_from="parent", inherits={"rendr"})
    assert "Did you mean 'render'?" in said(check_models(app_configs=[Config(Child)]))["fsmlock.E012"]
    Child.locks = Locks(Lock("process"), inherit_from="itself", inherits={"process"})
    assert "no first ancestor" in said(check_models(app_configs=[Config(Child)]))["fsmlock.E013"]
    with pytest.raises(fsmlock.Misdeclared, match="from itself"):
        fsmlock.locks.parents(Child(pk=1, itself_id=2))


@isolate_apps("tests.shop")
def test_a_second_state_field_is_refused():
    class Two(Lifecycle):
        other = django_fsm.FSMField()

        class Meta:
            app_label = "shop"

    assert "several state fields" in said(check_models(app_configs=[Config(Two)]))["fsmlock.E022"]
