"""Tracking numbers typed by a person, and parcels put together by a supplier."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class TrackingForm(forms.Form):
    """One parcel's carrier, number and link. The store shows them to the customer as typed."""

    number = forms.CharField(label=gettext_lazy("Tracking number"), max_length=120)
    carrier = forms.CharField(
        label=gettext_lazy("Carrier"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("For example Colissimo, UPS, DHL."),
        widget=forms.TextInput({"list": "carriers"}),
    )
    url = forms.URLField(
        label=gettext_lazy("Tracking link"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("Only if the carrier is not a well-known one."),
    )

    def clean_url(self) -> str:
        """Refuse links that are not web addresses: they end up in the customer's e-mail."""
        url = str(self.cleaned_data["url"])
        if url and not url.startswith(("https://", "http://")):
            raise ValidationError(_("Enter a web address that starts with https://."))
        return url


class OrderedByHandForm(forms.Form):
    """What the supplier's own website answered when the retailer ordered there."""

    supplier_number = forms.CharField(
        label=gettext_lazy("Supplier’s order number"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("As the supplier’s website or e-mail shows it."),
    )


QUANTITY = "quantity_"


class ParcelForm(TrackingForm):
    """A parcel with how many of each line it holds. Field ``quantity_<line id>`` runs from 0 to what is left."""

    def __init__(self, left: Mapping[str, int], data: Mapping[str, str] | None = None) -> None:
        if data is not None and not any(name.startswith(QUANTITY) for name in data):
            # Nobody was asked for quantities: the parcel holds all that is left.
            data = {**{name: data[name] for name in data}, **{f"{QUANTITY}{line}": str(left[line]) for line in left}}
        super().__init__(data)
        self._line_ids = list(left)
        for line_id, count in left.items():
            self.fields[f"{QUANTITY}{line_id}"] = forms.IntegerField(
                label=_("Quantity in this parcel"),
                min_value=0,
                max_value=count,
                initial=count,
                widget=forms.NumberInput({"class": "input input--number", "inputmode": "numeric"}),
            )

    def clean(self) -> dict[str, object]:
        """Refuse an empty parcel."""
        cleaned = super().clean() or {}
        if not self.errors and not self.quantities():
            raise ValidationError(_("Put at least one piece in the parcel."))
        return cleaned

    def quantities(self) -> dict[str, int]:
        """Return line id → pieces in this parcel, without the lines that are not in it."""
        counts = {line_id: self.cleaned_data.get(f"{QUANTITY}{line_id}") or 0 for line_id in self._line_ids}
        return {line_id: count for line_id, count in counts.items() if count}
