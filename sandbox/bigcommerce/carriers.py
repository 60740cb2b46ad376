"""Carriers: the few provider words the API takes, and those a person can choose in the control panel."""

PROVIDERS = {
    "auspost": "Australia Post",
    "canadapost": "Canada Post",
    "endicia": "Endicia",
    "usps": "USPS",
    "fedex": "FedEx",
    "ups": "UPS",
    "upsready": "UPS®",
    "upsonline": "UPS",
    "shipperhq": "ShipperHQ",
    "royalmail": "Royal Mail",
    "": "",
}
# Carriers a person can choose here, as provider or as AfterShip slug.
CARRIERS = {
    "UPS": ("ups", ""),
    "USPS": ("usps", ""),
    "FedEx": ("fedex", ""),
    "Royal Mail": ("royalmail", ""),
    "Canada Post": ("canadapost", ""),
    "DHL Express": ("", "dhl"),
    "DPD": ("", "dpd"),
    "DPD UK": ("", "dpd-uk"),
    "GLS": ("", "gls"),
    "Colissimo": ("", "la-poste-colissimo"),
    "Chronopost": ("", "chronopost-france"),
}


def carrier_name(provider: str, slug: str, method: str) -> str:
    """How the control panel calls the carrier of a shipment."""
    named = (name for name, words in CARRIERS.items() if words == (provider, slug))
    return next(named, "") or PROVIDERS.get(provider, provider) or slug or method
