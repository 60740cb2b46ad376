"""Carriers and tracking as Wix keeps them: one provider, one number, one link per fulfillment. Pure.

https://dev.wix.com/docs/api-reference/business-solutions/e-commerce/orders/order-fulfillments
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote

from orderlane.connectors.reading import Node, text, web_url
from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.stores import Tracking

MAX_NUMBER: Final = 100
MAX_PROVIDER: Final = 100
MAX_LINK: Final = 2048

LINKED: Final = {"FedEx": "fedex", "UPS": "ups", "USPS": "usps", "DHL": "dhl", "Canada Post": "canadaPost"}
"""The providers for which Wix makes the link itself, by the name people know."""

# Every other provider needs a link (same page). These are the carriers' own pages.
_PAGES: Final = {
    "chronopost": "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={number}",
    "colissimo": "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
    "dpd": "https://tracking.dpd.de/parcelstatus?query={number}",
    "gls": "https://gls-group.eu/track/{number}",
    "la poste": "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
    "la poste colissimo": "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
    "postnl": "https://jouw.postnl.nl/track-and-trace/{number}",
    "royal mail": "https://www.royalmail.com/track-your-item#/tracking-results/{number}",
}
# The same pages that Wix links to: needed where the number written is not the parcel's own alone.
_LINKED_PAGES: Final = {
    "canadaPost": "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={number}",
    "dhl": "https://www.dhl.com/en/express/tracking.html?AWB={number}",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr={number}",
    "ups": "https://www.ups.com/track?tracknum={number}",
    "usps": "https://tools.usps.com/go/TrackConfirmAction?qtc_tLabels1={number}",
}
_KEYS: Final = {name.casefold(): key for name, key in LINKED.items()} | {key.casefold(): key for key in LINKED.values()}
_NAMES: Final = {key: name for name, key in LINKED.items()}
_BETWEEN: Final = ", "
_REPEATED: Final = re.compile(r" \([0-9]{1,3}\)\Z")


def tracking_input(tracking: Tracking, copy: int = 1) -> dict[str, Any]:
    """Write a ``trackingInfo``. Several numbers share the one field, parted by commas.

    ``copy`` is for a further set of lines in one parcel: Wix refuses a number it already has, so the second
    one is written as ``1Z999 (2)``, with the link of the number itself. :func:`tracking_from` reads both alike.
    """
    number = _BETWEEN.join(number for number in tracking.numbers if number)
    written = f"{number} ({copy})" if number and copy > 1 else number
    if len(written) > MAX_NUMBER:
        raise NeedsAttention("the tracking numbers do not fit into Wix's field", reason="bad_tracking")
    carrier = " ".join(tracking.carrier.split())
    provider = _KEYS.get(carrier.casefold(), carrier)
    link = next((web_url(url) for url in tracking.urls if web_url(url)), "")[:MAX_LINK]
    own_link_made = provider in _NAMES and len(tracking.numbers) == 1 and copy == 1
    if not link and number and not own_link_made:
        page = _LINKED_PAGES.get(provider) or _PAGES.get(carrier.casefold(), "")
        link = page.format(number=quote(tracking.numbers[0], safe=""))
    info: dict[str, Any] = {"trackingNumber": written} if written else {}
    if provider and (link or provider in _NAMES):
        # Without a link Wix takes no provider of ours: the number alone is still worth telling.
        info["shippingProvider"] = provider[:MAX_PROVIDER]
    if link:
        info["trackingLink"] = link
    return info


def tracking_from(info: Node) -> Tracking:
    """Read a ``trackingInfo`` back to what was meant by :func:`tracking_input`."""
    written = _REPEATED.sub("", text(info, "trackingNumber").strip())
    numbers = tuple(filter(None, written.split(_BETWEEN)))
    link = web_url(text(info, "trackingLink"))
    provider = text(info, "shippingProvider")
    urls = (link, *("" for _ in numbers[1:])) if numbers or link else ()
    return Tracking(carrier=_NAMES.get(provider, provider), numbers=numbers, urls=urls)


def same_numbers(info: Node, tracking: Tracking) -> bool:
    """Whether a recorded ``trackingInfo`` carries exactly these numbers."""
    return tracking_from(info).numbers == tuple(number for number in tracking.numbers if number)


def copies(infos: list[Node], tracking: Tracking) -> int:
    """How many fulfillments already carry these numbers; what comes next is one more."""
    return sum(same_numbers(info, tracking) for info in infos)
