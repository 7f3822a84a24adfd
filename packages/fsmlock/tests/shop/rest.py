"""The REST interface of the tests."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.viewsets import ModelViewSet

from fsmlock.adapters.rest_framework import AvailableField, TransitionsMixin
from tests.shop.models import Film


class FilmSerializer(serializers.ModelSerializer):
    available = AvailableField()

    class Meta:
        model = Film
        fields = ("name", "state", "available")
        read_only_fields = ("state",)


class Films(TransitionsMixin, ModelViewSet):
    queryset = Film.objects.all()
    serializer_class = FilmSerializer
