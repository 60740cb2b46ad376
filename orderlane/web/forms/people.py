"""Members, invitations and the organization's own data."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import get_language, gettext_lazy, gettext_noop
from django.utils.translation import gettext as _

from orderlane.tenants.alphabet import alphabetical_key
from orderlane.web.formatting import locale_for
from orderlane.web.pages.states import Text
from orderlane.web.zones import known_zones, usual_zone

# The label of the sign-in form, which is allauth's: named here so that it reads as in our own forms.
_SIGN_IN_LABEL = gettext_noop("Email")


class InviteForm(forms.Form):
    """Invite somebody by e-mail with a role."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, roles: Sequence[tuple[str, Text]], data: object = None, **options: object) -> None:
        super().__init__(data, **options)  # type: ignore[arg-type]  # passes a QueryDict through
        self.fields["role"] = forms.ChoiceField(label=gettext_lazy("Role"), choices=list(roles))


class AcceptForm(forms.Form):
    """Accept an invitation: a name and a password for a new member."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"})
    )
    password = forms.CharField(
        label=gettext_lazy("Choose a password"),
        help_text=gettext_lazy("At least 12 characters. A few unrelated words make a good one."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        strip=False,
    )

    def clean_password(self) -> str:
        """Apply the installation's password rules."""
        password = str(self.cleaned_data["password"])
        validate_password(password)
        return password


class OrganizationForm(forms.Form):
    """What the organization is called and where it is."""

    name = forms.CharField(label=gettext_lazy("Display name"), max_length=120)
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)

    def __init__(self, data: object = None, *, country: str = "", **options: object) -> None:
        super().__init__(data, **options)  # type: ignore[arg-type]  # passes a QueryDict through
        self.fields["country"] = forms.ChoiceField(
            label=gettext_lazy("Country"), choices=[("", "—"), *named_countries()]
        )
        usual = _("As usual in the country (%(zone)s)") % {"zone": usual_zone(country)}
        self.fields["time_zone"] = forms.ChoiceField(
            label=gettext_lazy("Time zone"),
            help_text=gettext_lazy("Times and days are shown in this zone to everybody in the organization."),
            choices=[("", usual), *((zone, zone.replace("_", " ")) for zone in known_zones())],
            required=False,
        )


class AddressForm(forms.Form):
    """The customer's delivery address, correctable until the purchase order is paid."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    company = forms.CharField(label=gettext_lazy("Company"), max_length=120, required=False)
    line1 = forms.CharField(label=gettext_lazy("Street address"), max_length=200)
    line2 = forms.CharField(label=gettext_lazy("Street address, continued"), max_length=200, required=False)
    postcode = forms.CharField(label=gettext_lazy("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=120)
    region = forms.CharField(label=gettext_lazy("State or province"), max_length=60, required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)

    def __init__(self, data: object = None, **options: object) -> None:
        super().__init__(data, **options)  # type: ignore[arg-type]  # passes a QueryDict through
        self.fields["country"] = forms.ChoiceField(label=gettext_lazy("Country"), choices=named_countries())


class NoteForm(forms.Form):
    """A note on an order, for colleagues."""

    text = forms.CharField(
        label=gettext_lazy("Note"), max_length=2000, widget=forms.Textarea({"rows": 2, "class": "textarea"})
    )


def named_countries() -> list[tuple[str, str]]:
    """Country codes with their names in the reader's language, by name."""
    locale: Locale = locale_for(get_language() or "en")
    named = ((code, str(name)) for code, name in locale.territories.items() if len(code) == 2 and code.isalpha())
    excluded = {"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"}
    return sorted(((c, n) for c, n in named if c not in excluded), key=lambda pair: alphabetical_key(pair[1]))
