"""What we ask of a supplier's system beyond taking orders: to be told about parcels, to say that one was deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from orderlane.ports.stores import FulfillmentRequest, StoreFulfillment, Tracking


@runtime_checkable
class ShipmentRecorder(Protocol):
    """An order channel that can also be told about a parcel its supplier typed in here.

    Optional: a channel that lacks these verbs leaves it to the supplier to mark the parcel in its own system. The
    system will tell us this parcel again as one of its own; the caller recognizes it by its external id.
    """

    def record_shipment_there(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel of a placed order (or as much of it as one call can), without a word to the customer.

        ``order_external_id`` is the placed order's, ``quantities`` are by our line reference, in and out. NOT safe to
        repeat: look up with :meth:`list_shipments_there` first. Raises Declined (``nothing_left_to_fulfill``) when
        the supplier has shipped these pieces there already.
        """
        ...

    def list_shipments_there(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """The look-up: every parcel on record for a placed order, quantities by our line reference.

        One that was taken back is no longer on record. Reads only.
        """
        ...

    def correct_shipment_there(self, fulfillment_external_id: str, tracking: Tracking) -> None:
        """Replace the tracking of a recorded parcel, without a word to the customer. Safe to repeat."""
        ...


@runtime_checkable
class DeletionWitness(Protocol):
    """An order channel whose supplier can *delete* a parcel, which the next reading then simply lacks.

    A reading may lack a parcel for other reasons, too: a page that was cut, a copy that runs behind, an extension
    that is switched off. So what is missing counts as deleted only when the system has been asked about it.
    """

    def confirm_deleted(self, shipment_external_id: str, known_at: datetime) -> datetime | None:
        """Ask about one parcel by itself; None unless the system says for sure that it is gone.

        ``known_at`` is the time of the last word about it: whatever is older than that proves nothing. Returns when
        its order last changed, which sets this news among others. Reads only.
        """
        ...
