"""How a retailer wants its customers' tracking pages to look."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from orderlane.kernel.colors import READABLE, contrast, is_color
from orderlane.shipping.models import TrackingPageSettings
from orderlane.web.formatting import number
from orderlane.web.pictures import MOST_BYTES, NoPicture, small_png
from orderlane.web.refusals import words_for

_COLOR = forms.TextInput({"type": "color", "class": "input input--color"})


class TrackingPageForm(forms.Form):
    """Name, colors, logo and contact; refused while the text could not be read on the color."""

    shown_name = forms.CharField(
        label=gettext_lazy("Name your customers know"),
        help_text=gettext_lazy("Left empty, it is the name of your organization."),
        max_length=120,
        required=False,
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("E-mail address for questions"),
        help_text=gettext_lazy("Shown at the foot of the page. Left empty, nothing is shown."),
        required=False,
    )
    color = forms.CharField(label=gettext_lazy("Color of the header"), widget=_COLOR)
    text_color = forms.CharField(label=gettext_lazy("Color of the text on it"), widget=_COLOR)
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 2 MB. It is made small, and stands in the header."),
        required=False,
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp", "class": "input"}),
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)

    def clean_color(self) -> str:
        """A color as browsers write it."""
        return self._color("color")

    def clean_text_color(self) -> str:
        """A color as browsers write it."""
        return self._color("text_color")

    def clean_logo(self) -> bytes:
        """The picture as it will be kept; empty when none was chosen."""
        upload = self.cleaned_data["logo"]
        if upload is None:
            return b""
        try:
            if upload.size > MOST_BYTES:
                raise NoPicture("the file is too large")
            return small_png(upload)
        except NoPicture as refusal:
            raise forms.ValidationError(words_for(refusal)) from refusal

    def clean(self) -> dict[str, Any]:
        """Refuse text that cannot be read on its color, and say by how much."""
        cleaned = super().clean() or {}
        color, text = cleaned.get("color"), cleaned.get("text_color")
        if color and text and contrast(color, text) < READABLE:
            told = {
                "ratio": number(round(contrast(color, text), 1), get_language() or "en"),
                "least": number(READABLE, get_language() or "en"),
            }
            self.add_error(
                "text_color",
                _(
                    "This text is hard to read on that color: the contrast is %(ratio)s, and %(least)s is the least. "
                    "Choose a lighter or a darker one."
                )
                % told,
            )
        return cleaned

    def logo_to_save(self) -> bytes | None:
        """The logo as the action wants it: None leaves the present one as it is."""
        if self.cleaned_data["logo"]:
            return bytes(self.cleaned_data["logo"])
        return b"" if self.cleaned_data["remove_logo"] else None

    def chosen(self, present: TrackingPageSettings) -> TrackingPageSettings:
        """What saving would make of it, for the preview; nothing is saved."""
        logo = self.logo_to_save()
        names = ("shown_name", "color", "text_color", "contact_email")
        kept = {name: self.cleaned_data[name] for name in names}
        return TrackingPageSettings(**kept, logo=present.logo if logo is None else logo)

    def _color(self, name: str) -> str:
        color = str(self.cleaned_data[name]).lower()
        if not is_color(color):
            raise forms.ValidationError(_("Choose a color, or type it like #1b1b19."))
        return color
