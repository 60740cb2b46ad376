"""The carrier names Shopify builds tracking links from; they work only in this exact spelling."""

from __future__ import annotations

# A selection from FulfillmentTrackingInfo.company; a contract test checks each name against the official list.
# https://shopify.dev/docs/api/admin-graphql/latest/objects/FulfillmentTrackingInfo
CARRIERS = (
    "4PX",
    "An Post",
    "Australia Post",
    "Canada Post",
    "China Post",
    "Chronopost",
    "Colis Privé",
    "Colissimo",
    "Correios",
    "Correos",
    "Deutsche Post",
    "DHL eCommerce",
    "DHL Express",
    "DPD",
    "DPD Local",
    "DPD UK",
    "Evri",
    "FedEx",
    "GLS",
    "Hermes",
    "Israel Post",
    "La Poste Colissimo",
    "Mondial Relay",
    "New Zealand Post",
    "OnTrac",
    "Packeta",
    "Parcelforce",
    "Poste Italiane",
    "PostNL",
    "Purolator",
    "Royal Mail",
    "SEUR",
    "SF Express",
    "Singapore Post",
    "Swiss Post",
    "TNT",
    "UPS",
    "USPS",
    "YunExpress",
)

_BY_FOLDED_NAME = {name.casefold(): name for name in CARRIERS}


def exact_carrier(name: str) -> str:
    """Return ``name`` in Shopify's spelling when only case or spaces differ; otherwise as it was given."""
    return _BY_FOLDED_NAME.get(" ".join(name.split()).casefold(), name)
