from __future__ import annotations

import os

import pytest
from celery import Celery

from queue_insight import snapshot
from queue_insight.brokers.virtual import VirtualBroker
from queue_insight.stores.memory import MemoryStore
from queue_insight.testing.brokers import BrokerConformance


class TestFilesystem(BrokerConformance):
    is_ordered = False

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path):
        self.tmp_path = tmp_path

    def make_app(self):
        app = Celery(broker="filesystem://", set_as_current=False)
        app.conf.broker_transport_options = {
            "data_folder_in": str(self.tmp_path),
            "data_folder_out": str(self.tmp_path),
            "control_folder": str(self.tmp_path / "control"),
        }
        return app

    def make_unreachable_app(self):
        app = Celery(broker="filesystem://", set_as_current=False)
        app.conf.broker_transport_options = {"data_folder_in": str(self.tmp_path / "missing")}
        return app

    def make_broker(self, app):
        return VirtualBroker(app)


def test_reading_changes_no_file(tmp_path):
    app = Celery(broker="filesystem://", set_as_current=False)
    app.conf.broker_transport_options = {
        "data_folder_in": str(tmp_path),
        "data_folder_out": str(tmp_path),
        "control_folder": str(tmp_path / "control"),
    }
    for _ in range(3):
        app.send_task("work.do")
    before = {(each.name, each.stat().st_mtime_ns) for each in os.scandir(tmp_path)}
    now = snapshot(app, store=MemoryStore())
    assert now.queue("celery").depth == 3
    assert (now.unacked, now.heads_read, now.queued) == (None, False, ())
    assert {(each.name, each.stat().st_mtime_ns) for each in os.scandir(tmp_path)} == before


def test_what_waits_in_this_process_is_counted():
    app = Celery(broker="memory://", set_as_current=False)
    app.send_task("work.do", queue="virtual")
    found, missing = VirtualBroker(app).read(["virtual", "missing"], peek=5).backlogs
    assert (found.depth, found.head) == (1, ())
    assert (missing.depth, missing.exists) == (0, False)
