"""The log explorer's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from eliot_progress.django.search import Query
from eliot_progress.messages import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_STATUSES = [("", "any"), *((status, status) for status in ("started", *OUTCOMES))]


class SearchForm(forms.Form):
    """The search criteria; none is required."""

    q = forms.CharField(
        label="Words",
        required=False,
        max_length=500,
        widget=forms.TextInput({"type": "search", "placeholder": 'disk full   movie=7   "no space"   rend*'}),
    )
    causal_id = forms.CharField(label="Causal id", required=False, max_length=40)
    kind = forms.CharField(
        label="Type", required=False, max_length=200, widget=forms.TextInput({"placeholder": "render:movie"})
    )
    status = forms.ChoiceField(label="Status", required=False, choices=_STATUSES)
    min_duration = forms.FloatField(
        label="Minimum duration (s)", required=False, min_value=0, widget=forms.NumberInput({"step": "any"})
    )
    since = forms.DateTimeField(
        label="Since",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
    )
    until = forms.DateTimeField(
        label="Until",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
    )
    after = forms.RegexField(r"^[-+.e0-9]+(,[-+.e0-9]+)?$", required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, object]) -> None:
        super().__init__(data, label_suffix="")

    @property
    def is_search(self) -> bool:
        """Whether any criterion is set."""
        return any(self.data.get(name) for name in self.fields)

    def query(self) -> Query:
        """Return the query. Only call this on a valid form."""
        values = self.cleaned_data
        return Query(
            text=values["q"],
            causal_id=values["causal_id"],
            kind=values["kind"],
            status=values["status"],
            min_duration_s=values["min_duration"],
            since=_seconds(values["since"]),
            until=_seconds(values["until"]),
            after=values["after"],
        )

    def clean_after(self) -> tuple[float, ...]:
        """Parse where the previous page ended."""
        try:
            return tuple(float(part) for part in self.cleaned_data["after"].split(",") if part)
        except ValueError:
            raise forms.ValidationError(
                "This is not a position in a list. Go back to the first page."
            ) from None


def _seconds(when: datetime | None) -> float | None:
    return None if when is None else when.timestamp()
