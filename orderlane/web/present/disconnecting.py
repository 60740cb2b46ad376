"""What disconnecting a store means, here and over there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orderlane.ports.stores import Registration


def disconnecting_means(*, sells: bool, unshipped: int) -> list[str]:
    """The consequences for a retailer's store that ``sells``, or for a supplier's.

    ``unshipped``: how many paid purchase orders of its customers wait for their parcels.
    """
    if sells:
        return [
            _("No orders come in from it any more, and no tracking numbers go back to it."),
            *_still_under_way(unshipped),
            _("Everything that is already here stays: orders, payments, parcels."),
            _("You can connect it again at any time; what happened meanwhile is then caught up."),
        ]
    return [
        _("If it takes your orders, auto-order is switched off, and paid orders wait until it is connected again."),
        _("Your shipments are no longer read from it. You can type tracking numbers here."),
        _("Your products stay as they are."),
    ]


def _still_under_way(count: int) -> list[str]:
    if not count:
        return []
    said = ngettext(
        "%(count)d paid order has not shipped in full: its tracking number reaches the store only when it is connected "
        "again.",
        "%(count)d paid orders have not shipped in full: their tracking numbers reach the store only when it is "
        "connected again.",
        count,
    )
    return [said % {"count": count}]


def removed_there(there: Sequence[Registration] | None) -> list[str]:
    """What is taken out of the store itself; ``None`` when it could not be asked."""
    if there is None:
        return [_("The store cannot be asked just now. What we put there may have to be removed in its own admin.")]
    counts = Counter(each.kind for each in there)
    said = [_REMOVED[kind](count) for kind, count in sorted(counts.items()) if kind in _REMOVED]
    return [*said, _("Our keys to the store are deleted here.")]


_REMOVED = {
    "fulfillment_service": lambda count: _(
        "Orderlane’s fulfillment service and its location are removed from the store. Products stocked there "
        "go back to the store’s own location."
    ),
    "webhook": lambda count: (
        ngettext(
            "%(count)d webhook is removed from the store.", "%(count)d webhooks are removed from the store.", count
        )
        % {"count": count}
    ),
}
