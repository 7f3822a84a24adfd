"""The admin and the REST interface of the tests."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import SimpleRouter

from tests.shop.rest import Films

router = SimpleRouter()
router.register("films", Films)
urlpatterns = [path("admin/", admin.site.urls), path("rest/", include(router.urls))]
