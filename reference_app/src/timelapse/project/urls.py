"""The admin and GraphQL; every other URL is the single page app, which routes by itself."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path, re_path

from timelapse.project.page import page
from timelapse.project.schema import schema
from timelapse.project.views import GraphQLView

urlpatterns = [
    path("admin/", admin.site.urls),
    path("graphql", GraphQLView.as_view(schema=schema, graphql_ide=None, allow_queries_via_get=False)),
    re_path(r"^(?!assets/|static/|media/|share/|agent/).*$", page),
]
