"""Form widgets with our classes."""

from __future__ import annotations

from django import forms, template
from django.forms.widgets import Input
from django.utils.safestring import SafeString

register = template.Library()

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "tick"),
    (forms.Textarea, "textarea"),
    (forms.Select, "select"),
    (Input, "input"),
)


@register.filter
def styled(field: forms.BoundField) -> SafeString:
    """Render a form field's widget with the class of its kind, unless it brings its own.

    The sign-in library's placeholders go: they say the label a second time.
    """
    widget = field.field.widget
    chosen = widget.attrs.get("class") or next((name for kind, name in _CLASSES if isinstance(widget, kind)), "")
    return field.as_widget(attrs={"class": chosen, "placeholder": False})
