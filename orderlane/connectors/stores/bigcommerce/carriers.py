"""Carriers as BigCommerce names them: a few providers of its own, and AfterShip's slugs for all others.

https://docs.bigcommerce.com/developer (order shipments) and https://www.aftership.com/docs/tracking/others/supported-couriers
"""

from __future__ import annotations

from typing import Final

# The ``shipping_provider`` words that name a carrier; the rest of that list names shipping software.
PROVIDERS: Final = {
    "Australia Post": "auspost",
    "Canada Post": "canadapost",
    "FedEx": "fedex",
    "Royal Mail": "royalmail",
    "UPS": "ups",
    "USPS": "usps",
}
# ``tracking_carrier``: a selection of AfterShip's slugs.
SLUGS: Final = {
    "4PX": "4px",
    "An Post": "an-post",
    "China Post": "china-post",
    "Chronopost": "chronopost-france",
    "Colis Privé": "colis-prive",
    "Colissimo": "la-poste-colissimo",
    "Correos": "spain-correos-es",
    "Deutsche Post": "deutsch-post",
    "DHL Express": "dhl",
    "DPD": "dpd",
    "DPD UK": "dpd-uk",
    "GLS": "gls",
    "Hermes": "hermes",
    "La Poste Colissimo": "la-poste-colissimo",
    "Mondial Relay": "mondialrelay",
    "New Zealand Post": "new-zealand-post",
    "OnTrac": "ontrac",
    "Parcelforce": "parcel-force",
    "Poste Italiane": "poste-italiane",
    "PostNL": "postnl",
    "Purolator": "purolator",
    "SEUR": "spanish-seur",
    "SF Express": "sf-express",
    "Singapore Post": "singapore-post",
    "Swiss Post": "swiss-post",
    "TNT": "tnt",
    "YunExpress": "yunexpress",
}

_PROVIDER_BY_NAME = {name.casefold(): word for name, word in PROVIDERS.items()}
_SLUG_BY_NAME = {name.casefold(): slug for name, slug in SLUGS.items()}
# The first name of a slug wins.
_NAME_BY_WORD = {word: name for name, word in reversed((PROVIDERS | SLUGS).items())}


def provider_and_slug(carrier: str) -> tuple[str, str]:
    """Return what to write for a carrier's name: one of the two, or neither when BigCommerce knows no word for it."""
    folded = " ".join(carrier.split()).casefold()
    return _PROVIDER_BY_NAME.get(folded, ""), _SLUG_BY_NAME.get(folded, "")


def carrier_name(word: str) -> str:
    """Return the name behind a provider or a slug; a word we do not know stays as it is."""
    return _NAME_BY_WORD.get(word, word)
