"""The retailer's wish to cancel."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class CancelForm(forms.Form):
    """Why the supplier is asked to cancel; it reads these words."""

    words = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        help_text=gettext_lazy("The supplier reads this. For example: the customer has canceled."),
        widget=forms.Textarea({"rows": 2}),
    )
