"""The keys under which WooCommerce's fulfillments know carriers, by the names that suppliers use."""

from __future__ import annotations

from typing import Final

# A selection of the providers shipped with the feature; any other carrier is sent as "other" with its name.
_NAMES: Final = {
    "amazon-logistics": "Amazon Logistics",
    "canada-post": "Canada Post",
    "dhl": "DHL",
    "dpd": "DPD",
    "evri-hermes": "Evri",
    "fedex": "FedEx",
    "la-poste-colissimo": "Colissimo",
    "royal-mail": "Royal Mail",
    "ups": "UPS",
    "usps": "USPS",
}
_KEYS: Final = {name.casefold(): key for key, name in _NAMES.items()} | {"la poste": "la-poste-colissimo"}


def provider_key(carrier: str) -> str:
    """Return the shop's key of a carrier; empty when it has none for it."""
    return _KEYS.get(" ".join(carrier.split()).casefold(), "")


def carrier_name(key: str) -> str:
    """Return the name of a carrier from the shop's key; a key we do not know stands for itself."""
    return _NAMES.get(key, key)
