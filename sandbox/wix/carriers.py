"""The providers for which Wix makes the tracking link itself."""

from urllib.parse import quote

LINKS: dict[str, str] = {
    "fedex": "https://www.fedex.com/fedextrack/?trknbr={number}",
    "ups": "https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums={number}",
    "usps": "https://tools.usps.com/go/TrackConfirmAction_input?qtc_tLabels1={number}",
    "dhl": "https://www.logistics.dhl/global-en/home/tracking.html?tracking-id={number}",
    "canadaPost": "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={number}",
}


def tracking_link(provider: str, number: str) -> str:
    """The provider's page for this number; empty when Wix does not know the provider."""
    pattern = LINKS.get(provider, "")
    return pattern.format(number=quote(number, safe="")) if number else ""
