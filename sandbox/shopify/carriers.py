"""Tracking links for a few carriers Shopify knows by their exact name."""

from urllib.parse import quote

LINKS: dict[str, str] = {
    "Colissimo": "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
    "Chronopost": "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={number}",
    "DHL Express": "https://www.dhl.com/en/express/tracking.html?AWB={number}",
    "DPD": "https://tracking.dpd.de/parcelstatus?query={number}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={number}",
    "GLS": "https://gls-group.eu/track/{number}",
    "UPS": "https://www.ups.com/WebTracking?loc=en_US&requester=ST&trackNums={number}",
    "USPS": "https://tools.usps.com/go/TrackConfirmAction_input?qtc_tLabels1={number}",
    "Canada Post": "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={number}",
}


def tracking_link(company: str, number: str) -> str:
    """The carrier's page for this number; empty when the carrier's name is not spelled as Shopify knows it."""
    pattern = LINKS.get(company, "")
    return pattern.format(number=quote(number, safe="")) if number else ""
