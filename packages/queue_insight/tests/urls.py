"""The addresses of the project under test, with a strict Content-Security-Policy."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls), path("queues/", include("queue_insight.urls"))]


def content_security_policy(get_response):
    def respond(request):
        response = get_response(request)
        response.headers["Content-Security-Policy"] = "default-src 'self'; img-src 'self' data:"
        return response

    return respond
