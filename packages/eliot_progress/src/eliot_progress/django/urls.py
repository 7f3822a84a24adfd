"""The address of the bars: `path("progress/", include("eliot_progress.django.urls"))`."""

from __future__ import annotations

from django.urls import path

from eliot_progress.django.bar_views import bars

app_name = "eliot_progress"
urlpatterns = [path("", bars, name="bars")]
