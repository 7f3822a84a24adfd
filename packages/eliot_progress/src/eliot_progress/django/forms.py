"""The log explorer's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from eliot_progress.django.search import Query

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_STATUSES = [("", "any"), ("started", "started"), ("succeeded", "succeeded"), ("failed", "failed")]


class SearchForm(forms.Form):
    """What is looked for; nothing is required."""

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
    took = forms.FloatField(
        label="Took at least, s", required=False, min_value=0, widget=forms.NumberInput({"step": "any"})
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
    def asks(self) -> bool:
        """Whether anything is looked for."""
        return any(self.data.get(name) for name in self.fields)

    def query(self) -> Query:
        """The query; only of a form that is valid."""
        given = self.cleaned_data
        return Query(
            text=given["q"],
            causal_id=given["causal_id"],
            kind=given["kind"],
            status=given["status"],
            took_s=given["took"],
            since=_seconds(given["since"]),
            until=_seconds(given["until"]),
            after=given["after"],
        )

    def clean_after(self) -> tuple[float, ...]:
        """Where the page before ended."""
        try:
            return tuple(float(part) for part in self.cleaned_data["after"].split(",") if part)
        except ValueError:
            raise forms.ValidationError("This is no place in a list: go back to its first page.") from None


def _seconds(when: datetime | None) -> float | None:
    return None if when is None else when.timestamp()
