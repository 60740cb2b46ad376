"""Tags and filters of our templates: icons, state badges, and values in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext

from orderlane.kernel.address import Address
from orderlane.kernel.clock import now
from orderlane.kernel.money import Money
from orderlane.web import formatting
from orderlane.web.pages.states import look

register = template.Library()


def _language() -> str:
    return get_language() or "en"


@register.simple_tag
def icon(name: str, label: str = "", large: bool = False) -> SafeString:
    """Draw an icon of our sprite: silent for screen readers unless it has a ``label``."""
    classes = "icon icon--large" if large else "icon"
    href = f"{static('web/img/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', classes, label, href)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', classes, href)


@register.simple_tag
def badge(axis: str, status: str) -> SafeString:
    """Show one state of one axis (payment, forwarding, fulfillment …) in words and color, explained on hover."""
    state = look(axis, status)
    shape = f" badge--{state.shape}" if state.shape else ""
    return format_html(
        '<span class="badge badge--{}{}" title="{}">{}</span>', state.tone, shape, state.meaning, state.label
    )


@register.filter
def money(amount: Money | None) -> SafeString:
    """Write money; an em dash when there is none."""
    if amount is None:
        return SafeString('<span class="faint">—</span>')
    return format_html('<span class="money">{}</span>', formatting.money(amount, _language()))


@register.filter
def money_plain(amount: Money) -> str:
    """Write money without markup, for sentences and attributes."""
    return formatting.money(amount, _language())


@register.filter
def number(value: int | float | Decimal) -> str:
    """Write a number."""
    return formatting.number(value, _language())


@register.filter
def rate(value: Decimal) -> str:
    """Write an exchange rate."""
    return formatting.rate(value, _language())


@register.filter
def percent(basis_points: int) -> str:
    """Write basis points as a percentage."""
    return formatting.percent(basis_points, _language())


@register.filter
def day(value: date | datetime | None) -> SafeString:
    """Write a date; of a moment, the date in the organization's time zone."""
    if isinstance(value, datetime):
        return _time(value, formatting.day(localtime(value), _language()))
    if value is None:
        return SafeString('<span class="faint">—</span>')
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formatting.day(value, _language()))


@register.filter
def day_in_words(value: datetime) -> SafeString:
    """Write the day of a moment with its weekday, in the organization's time zone."""
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(), formatting.day_in_words(localtime(value), _language())
    )


@register.filter
def moment(value: datetime | None) -> SafeString:
    """Write a date and time in the organization's time zone."""
    if value is None:
        return SafeString('<span class="faint">—</span>')
    return _time(value, formatting.moment(localtime(value), _language()))


@register.filter
def ago(value: datetime | None) -> SafeString:
    """Write how long ago (or until); scripts keep it true while the page stays open."""
    if value is None:
        return SafeString('<span class="faint">—</span>')
    seconds = (value - now()).total_seconds()
    if abs(seconds) >= MINUTE:
        text = formatting.ago(value, now(), _language())
    else:
        text = gettext("just now") if seconds <= 0 else gettext("in a moment")
    return _time(value, text, "data-ago")


MINUTE = 60


def _time(value: datetime, text: str, mark: str = "") -> SafeString:
    """A time as a person reads it, with the exact instant for machines and, on hover, for people."""
    exact = formatting.exact(localtime(value), _language())
    return format_html('<time datetime="{}" title="{}" {}>{}</time>', value.isoformat(), exact, mark, text)


@register.filter
def address_block(address: Address) -> str:
    """Lay out an address as its own country writes it, one line per line."""
    return "\n".join(formatting.address_lines(address, _language()))


@register.filter
def country_name(code: str) -> str:
    """Name a country in the reader's language."""
    return str(formatting.locale_for(_language()).territories.get(code, code))


@register.inclusion_tag("components/thumb.html")
def thumb(url: str, small: bool = False) -> dict[str, object]:
    """Show a product's picture; the plain tile behind it stays when there is none or it cannot be loaded."""
    return {"url": url, "small": small}


@register.filter
def fact(value: datetime | int | str | None) -> SafeString | str:
    """Write a value of a health card by its kind: a time as how long ago, a number, or words."""
    if isinstance(value, int):
        return number(value)
    if isinstance(value, str):
        return value
    return ago(value)


@register.filter
def initials(name: str) -> str:
    """Give the one or two letters that stand for a name."""
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"
