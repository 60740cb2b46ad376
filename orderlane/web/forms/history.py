"""How far back a store's orders are to be read."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class HistoryForm(forms.Form):
    """A choice of days; platforms may show less without a special permission."""

    days = forms.TypedChoiceField(
        label=_("Period"),
        coerce=int,
        initial=30,
        choices=[(7, _("Last 7 days")), (30, _("Last 30 days")), (60, _("Last 60 days")), (365, _("Last 12 months"))],
        help_text=_("Some platforms show apps less: Shopify the last 60 days, unless it has allowed more."),
    )
