"""What a supplier tells its retailers and what it charges."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy

from orderlane.kernel.money import Money, exponent

CURRENCIES = ("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "JPY")
LARGEST = Decimal("1000000")


class AmountField(forms.DecimalField):
    """An amount as a person of any language types it: ``5.90`` or ``5,90``."""

    def to_python(self, value: object) -> Decimal | None:  # type: ignore[override]  # django-stubs types it as IntegerField's
        """Read a comma as a decimal point."""
        return super().to_python(value.replace(",", ".").replace("\u202f", "") if isinstance(value, str) else value)


def amount_field(currency: str, label: object = "") -> AmountField:
    """A field for an amount that is not negative and has no more decimals than its currency."""
    return AmountField(
        label=label,  # type: ignore[arg-type]  # lazy text
        min_value=Decimal(0),
        max_value=LARGEST,
        decimal_places=exponent(currency),
        widget=forms.TextInput({"class": "input input--number", "inputmode": "decimal"}),
    )


class PriceForm(forms.Form):
    """The wholesale price of one product, in the currency it has."""

    def __init__(self, currency: str, data: object = None, **options: object) -> None:
        super().__init__(data, **options)  # type: ignore[arg-type]  # passes a QueryDict through
        self.currency = currency
        self.fields["amount"] = amount_field(currency, gettext_lazy("Wholesale price"))

    def money(self) -> Money:
        """What was typed."""
        return Money.parse(f"{self.cleaned_data['amount']:f}", self.currency)


class RequestsForm(forms.Form):
    """How long a retailer lets a *Request fulfillment* of its store wait for payment."""

    unpaid_hours = forms.IntegerField(
        label=gettext_lazy("Decline unpaid fulfillment requests after (hours)"),
        min_value=1,
        max_value=720,
        help_text=gettext_lazy(
            "When you press Request fulfillment in Shopify, the order is in progress. Unpaid after this time, the "
            "request is declined and the order becomes unfulfilled again."
        ),
        widget=forms.NumberInput({"class": "input input--number", "inputmode": "numeric"}),
    )


class SupplierForm(forms.Form):
    """Billing details, contact, shipping costs and VAT of a supplier."""

    billing_name = forms.CharField(label=gettext_lazy("Legal name"), max_length=120, required=False)
    billing_address = forms.CharField(
        label=gettext_lazy("Billing address"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3, "class": "textarea"}),
    )
    vat_number = forms.RegexField(
        r"\A[A-Za-z0-9 .-]{4,20}\Z",
        label=gettext_lazy("VAT number"),
        required=False,
        help_text=gettext_lazy("With the country’s letters in front, for example FR12345678901."),
    )
    vat_registered = forms.BooleanField(
        label=gettext_lazy("We charge VAT on deliveries in our own country"), required=False
    )
    vat_percent = AmountField(
        label=gettext_lazy("VAT rate, in percent"),
        min_value=Decimal(0),
        max_value=Decimal(50),
        decimal_places=2,
        required=False,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )
    shipping = AmountField(
        label=gettext_lazy("Shipping costs of one purchase order"),
        min_value=Decimal(0),
        max_value=LARGEST,
        required=False,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency of your prices"), choices=[(code, code) for code in CURRENCIES]
    )
    handling_days = forms.IntegerField(
        label=gettext_lazy("Handling time, in working days"), min_value=0, max_value=90, initial=2
    )
    contact_email = forms.EmailField(label=gettext_lazy("E-mail address for retailers"), required=False)
    website = forms.URLField(label=gettext_lazy("Website"), max_length=200, required=False, assume_scheme="https")
    terms = forms.CharField(
        label=gettext_lazy("Terms"),
        max_length=4000,
        required=False,
        help_text=gettext_lazy(
            "Returns, minimum order, countries you do not ship to: retailers see this before paying."
        ),
        widget=forms.Textarea({"rows": 4, "class": "textarea"}),
    )

    def clean(self) -> dict[str, object]:
        """Refuse a shipping amount finer than its currency, and a VAT rate that is missing."""
        cleaned = super().clean() or {}
        shipping, currency = cleaned.get("shipping"), cleaned.get("currency")
        if isinstance(shipping, Decimal) and isinstance(currency, str):
            places = -int(shipping.normalize().as_tuple().exponent)
            if places > exponent(currency):
                self.add_error("shipping", gettext_lazy("This currency does not have that many decimals."))
        if cleaned.get("vat_registered") and not cleaned.get("vat_percent"):
            self.add_error("vat_percent", gettext_lazy("Fill in the rate you charge."))
        return cleaned

    def shipping_costs(self) -> Money | None:
        """What one purchase order costs to ship; None when it was left open."""
        amount = self.cleaned_data["shipping"]
        if amount is None:
            return None
        currency = str(self.cleaned_data["currency"])
        return Money.parse(f"{amount.quantize(Decimal(1).scaleb(-exponent(currency))):f}", currency)

    def profile(self) -> dict[str, object]:
        """The fields of the supplier's profile."""
        typed = self.cleaned_data
        percent = typed["vat_percent"] or Decimal(0)
        names = ("billing_name", "billing_address", "vat_number", "vat_registered", "handling_days")
        kept = {name: typed[name] for name in (*names, "contact_email", "website", "terms")}
        return {**kept, "vat_basis_points": int(percent * 100)}
