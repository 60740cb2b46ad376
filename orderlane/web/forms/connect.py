"""The form that connects a store, an order channel or a payment account, made from what its connector declares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _

from orderlane.ports.accounts import CredentialField


class ConnectForm(forms.Form):
    """One field per credential. A secret is never sent back to the browser, not even after a mistake elsewhere."""

    def __init__(self, declared: Sequence[CredentialField], data: object = None, **options: object) -> None:
        super().__init__(data, **options)  # type: ignore[arg-type]  # passes a QueryDict through
        for field in declared:
            self.fields[field.name] = _field(field)

    def credentials(self) -> dict[str, str]:
        """Return what was typed, trimmed; empty optional fields are left out."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


class _PastedField(forms.CharField):
    """Takes what people paste, as its connector reads it."""

    def __init__(self, declared: CredentialField, **options: Any) -> None:
        super().__init__(**options)
        self._tidy = declared.tidy

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        return self._tidy(text) if text else text


def _field(declared: CredentialField) -> forms.CharField:
    attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
    widget = forms.PasswordInput(attrs, render_value=False) if declared.secret else forms.TextInput(attrs)
    validators = []
    if declared.pattern:
        message = _("This does not look right. Copy it again from the other side, without spaces.")
        validators.append(RegexValidator(rf"\A(?:{declared.pattern})\Z", message))
    return _PastedField(
        declared,
        label=_(declared.label),
        help_text=_(declared.hint) if declared.hint else "",
        required=declared.required,
        max_length=4000,
        widget=widget,
        validators=validators,
    )
