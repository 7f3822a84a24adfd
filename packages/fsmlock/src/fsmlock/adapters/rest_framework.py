"""Django REST framework: what is available as a field, and a route that does it.

``class FilmSerializer(ModelSerializer): available = AvailableField()``

``class FilmViewSet(TransitionsMixin, ModelViewSet): ...`` answers ``POST films/3/transitions/publish/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.translation import gettext
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ParseError
from rest_framework.response import Response

from fsmlock.errors import NotOffered, Refused, ValuesRefused
from fsmlock.explanations import available
from fsmlock.offered_calls import offered_call
from fsmlock.plain_values import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db import models
    from rest_framework.request import Request
    from rest_framework.viewsets import GenericViewSet

    from fsmlock.plain_values import Json
    from fsmlock.reasons import Reason

    _Field = serializers.Field[models.Model, Any, Json, models.Model]
    _Base = GenericViewSet[models.Model]
else:
    _Field, _Base = serializers.Field, object


class AvailableField(_Field):
    """The transitions and actions of the object, as JSON. The blocked ones say why.

    With a ``request`` in the serializer's context, as views put it there, its user's permissions count.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - the base class's own options
        super().__init__(**options | {"source": "*", "read_only": True})

    def to_representation(self, value: models.Model) -> Json:
        """What ``fsmlock.available`` returns."""
        request: Request | None = self.context.get("request")
        return to_json(available(value, None if request is None else request.user))


class TransitionsMixin(_Base):
    """Put it before the view set in the bases.

    The body of the request holds the values of the fields that the transition takes (see ``fsmlock.Offer``).
    The answer is the object as its serializer shows it; 400 with the ``reasons`` for values that don't fit,
    403 for a missing permission, 409 for whatever else blocks it, and 404 for an unknown or internal name.
    """

    @action(detail=True, methods=["post"], url_path=r"transitions/(?P<name>\w{1,100})", url_name="transition")
    def apply_transition(self, request: Request, name: str, **_: object) -> Response:
        """Apply a transition, or call an action."""
        obj = self.get_object()
        if not isinstance(request.data, Mapping):
            raise ParseError(gettext("Send an object with the values by name, or nothing."))
        try:
            offered_call(obj, name, request.data).apply(user=request.user)
        except NotOffered as unknown:
            raise Http404 from unknown
        except ValuesRefused as refused:
            return _refusal(refused.reasons, status.HTTP_400_BAD_REQUEST)
        except Refused as refused:
            forbidden = any(reason.code == "permission" for reason in refused.reasons)
            code = status.HTTP_403_FORBIDDEN if forbidden else status.HTTP_409_CONFLICT
            return _refusal(refused.reasons, code)
        return Response(self.get_serializer(obj).data)


def _refusal(reasons: Sequence[Reason], code: int) -> Response:
    return Response({"reasons": to_json(tuple(reasons))}, status=code)
