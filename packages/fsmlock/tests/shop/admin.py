"""The admin of the tests."""

from __future__ import annotations

from django.contrib import admin

from fsmlock.adapters.admin import TransitionsMixin
from tests.shop.models import Film, GildedTicket, Shelf


@admin.register(Film)
class FilmAdmin(TransitionsMixin, admin.ModelAdmin):
    fields = ("name", "state")


@admin.register(Shelf)
class ShelfAdmin(TransitionsMixin, admin.ModelAdmin):
    fields = ("full",)


@admin.register(GildedTicket)
class GildedTicketAdmin(TransitionsMixin, admin.ModelAdmin):
    fields = ("code", "state")
