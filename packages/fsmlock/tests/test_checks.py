# ruff: noqa: DJ008 - models that live for one test

from __future__ import annotations

from datetime import timedelta

import django_fsm
import pytest
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.checks import run_checks
from django.db import connections, models
from django.test.utils import isolate_apps

import fsmlock
from fsmlock import Lifecycle, Lock, Locks, backends, transition
from fsmlock.checks import check_deployment, check_models, check_settings
from tests.shop.models import Film, Frame, Write


def said(messages):
    return {message.id: message.msg + " " + (message.hint or "") for message in messages}


class Config:
    def __init__(self, *models):
        self.get_models = lambda: models


@pytest.mark.django_db(databases=["default", "other"])
def test_the_test_project_is_clean():
    assert run_checks(tags=["fsmlock"]) == []


def test_holds_need_a_cache_of_their_own(settings):
    settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}
    pages = {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1/1"}
    settings.CACHES = {"default": pages}
    assert "CACHES has no alias 'fsmlock'" in said(check_settings())["fsmlock.E005"]
    settings.CACHES = {"default": pages, "fsmlock": {**pages, "KEY_PREFIX": "holds"}}
    assert "clearing that cache loses them all" in said(check_settings())["fsmlock.E006"]
    settings.CACHES = {"default": pages, "fsmlock": {**pages, "LOCATION": "redis://127.0.0.1:1/2"}}
    assert check_settings() == []
    backends._build.cache_clear()
    assert "Check that it runs" in said(check_deployment())["fsmlock.W006"]


def test_a_misspelt_setting_gets_a_suggestion(settings):
    settings.FSMLOCK = {"LEESE": 3, "BACKEND": "fsmlock.backends.nowhere.Backend"}
    found = said(check_settings())
    assert "Did you mean 'LEASE'?" in found["fsmlock.E001"]
    assert "can't be imported" in found["fsmlock.E002"]


def test_a_setting_of_the_wrong_type_is_refused(settings):
    settings.FSMLOCK = {"LEASE": 10}
    assert "is not a timedelta" in said(check_settings())["fsmlock.E004"]
    settings.FSMLOCK = {"LEASE": timedelta(0)}
    assert "must be greater than zero" in said(check_settings())["fsmlock.E004"]


@pytest.mark.parametrize("name", ["LEASE", "NOTICE_WITHIN", "REQUEUE_AFTER"])
def test_a_span_of_more_than_a_year_is_refused(settings, name):
    settings.FSMLOCK = {name: timedelta.max}
    assert "at most a year" in said(check_settings())["fsmlock.E004"]


@pytest.mark.parametrize(
    ("name", "value", "least"),
    [("LEASE", timedelta(milliseconds=50), "0.1 s"), ("NOTICE_WITHIN", timedelta(milliseconds=1), "0.01 s")],
)
def test_a_span_too_short_to_work_with_is_refused(settings, name, value, least):
    settings.FSMLOCK = {name: value}
    assert f"must be at least {least}" in said(check_settings())["fsmlock.E004"]
    settings.FSMLOCK = {name: 10 * value}
    assert "fsmlock.E004" not in said(check_settings())


@pytest.mark.parametrize(
    ("options", "warned"),
    [
        ({}, True),
        ({"transaction_mode": None}, True),
        ({"transaction_mode": "DEFERRED"}, True),
        ({"transaction_mode": "immediate"}, False),
        ({"transaction_mode": "EXCLUSIVE"}, False),
    ],
)
def test_sqlite_transactions_that_fail_while_somebody_else_writes_are_named(monkeypatch, options, warned):
    monkeypatch.setitem(connections["other"].settings_dict, "OPTIONS", options)
    found = said(check_settings())
    assert ("fsmlock.W007" in found) == warned
    assert not warned or ("'other'" in found["fsmlock.W007"] and "IMMEDIATE" in found["fsmlock.W007"])


def test_an_unsupported_database_is_named_and_refused_where_locks_live_in_it(monkeypatch):
    monkeypatch.setattr(connections["other"], "vendor", "mysql")
    assert "mysql" in said(check_settings())["fsmlock.W003"]
    assert said(check_models(app_configs=[Config(Film)])) == {}
    monkeypatch.setattr(connections["default"], "vendor", "mysql")
    found = said(check_models(app_configs=[Config(Film, Write)]))
    assert list(found) == ["fsmlock.E003"]
    assert "Film declares locks, and lives in a database of mysql" in found["fsmlock.E003"]
    assert "Redis or Valkey" in found["fsmlock.E003"]


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
    assert "inherits its locks from itself" in said(check_models(app_configs=[Config(Child)]))["fsmlock.E013"]
    with pytest.raises(fsmlock.ConfigurationError, match="from itself"):
        fsmlock.ancestors.parents([Child(pk=1, itself_id=2)])


@isolate_apps("tests.shop")
def test_a_second_state_field_is_refused():
    class Two(Lifecycle):
        other = django_fsm.FSMField()

        class Meta:
            app_label = "shop"

    assert "several state fields" in said(check_models(app_configs=[Config(Two)]))["fsmlock.E022"]


@isolate_apps("tests.shop")
def test_a_generic_parent_and_a_composite_key_are_refused_with_the_remedy():
    class About(models.Model):
        pk = models.CompositePrimaryKey("content_type", "object_id")
        content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
        object_id = models.PositiveIntegerField()
        thing = GenericForeignKey("content_type", "object_id")
        locks = Locks(Lock("write"), inherit_from="thing", inherits={"render"})

        class Meta:
            app_label = "shop"

    found = said(check_models(app_configs=[Config(About)]))
    assert "add a separate foreign key" in found["fsmlock.E010"]
    assert "UniqueConstraint" in found["fsmlock.E014"]


@isolate_apps("tests.shop")
def test_locks_that_another_class_of_the_object_does_not_know_are_refused():
    class Base(Lifecycle):
        locks = Locks(Lock("a"))

        class Meta:
            app_label = "shop"

    class Overriding(Base):
        locks = Locks(Lock("b"))

        class Meta:
            app_label = "shop"

    class Proxy(Base):
        locks = Locks(Lock("a", together_with={"a"}))

        class Meta:
            app_label = "shop"
            proxy = True

    class Plain(models.Model):
        class Meta:
            app_label = "shop"

    class OnlyProxy(Plain):
        locks = Locks(Lock("a"))

        class Meta:
            app_label = "shop"
            proxy = True

    class WithStates(Lifecycle):
        class Meta:
            app_label = "shop"

    class Late(WithStates):
        locks = Locks(Lock("a"))

        class Meta:
            app_label = "shop"

    class Fine(Plain):
        locks = Locks(Lock("a"))

        class Meta:
            app_label = "shop"

    for model, where in ((Overriding, "Base"), (Proxy, "Base"), (OnlyProxy, "Plain"), (Late, "WithStates")):
        found = said(check_models(app_configs=[Config(model)]))
        assert f"Declare all locks in {where}" in found["fsmlock.E015"]
    assert check_models(app_configs=[Config(Base, Fine)]) == []


def test_a_parent_in_another_database_is_refused(settings):
    settings.DATABASE_ROUTERS = [FilmsElsewhere()]
    found = said(check_models(app_configs=[Config(Frame)]))
    assert "which lives in 'other'" in found["fsmlock.E016"]


class FilmsElsewhere:
    def db_for_write(self, model, **hints):
        return "other" if model is Film else None


@isolate_apps("tests.shop")
def test_every_transition_into_a_state_must_hold_the_same_lock():
    class Press(Lifecycle):
        locks = Locks(Lock("press"))
        initial_state = "redy"

        class Meta:
            app_label = "shop"

        @transition(source="ready", target="failed", holds="press")
        def jam(self):
            pass

        @transition(source="failed", target="ready", holds="pres")
        def mend(self):
            pass

    messages = check_models(app_configs=[Config(Press)])
    found = said(messages)
    assert "Did you mean 'press'?" in found["fsmlock.E020"]
    assert "Did you mean 'ready'?" in found["fsmlock.E024"]
    texts = [m.msg for m in messages if m.id == "fsmlock.E023"]
    assert (
        "Press holds the lock 'press' while it is failed, but fail leads there too, and holds None." in texts
    )
    Press.initial_state = "failed"
    assert "only a transition takes a lock" in said(check_models(app_configs=[Config(Press)]))["fsmlock.E023"]
