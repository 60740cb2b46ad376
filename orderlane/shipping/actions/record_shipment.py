"""Record a parcel, its correction or its cancellation, and have the store told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.audit.transitions import move
from orderlane.kernel.ids import new_id
from orderlane.ports.stores import SupplierShipment, Tracking
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.purchasing.rules import fulfilled_share
from orderlane.purchasing.states import FULFILLMENT, ForwardingState, FulfillmentState
from orderlane.shipping.actions.recognize import heard_echo, recognize
from orderlane.shipping.actions.wake_push import wake_push
from orderlane.shipping.errors import BadTracking, NothingInParcel, NotShippable, TooManyShipped
from orderlane.shipping.models import Fulfillment, Shipment, ShipmentLine
from orderlane.shipping.rules import Links, clean_tracking, links_of, overshipped, with_links_that_follow
from orderlane.shipping.states import FULFILLMENT_PUSH, TAKEN_BACK, FulfillmentStatus

SHIPPED_ANYWAY = "shipped_after_cancellation"
"""The reason of a parcel that left although its supplier had canceled the goods: the store is told if the retailer
says so, because by then its customer may have been promised something else."""
AT_SUPPLIER = frozenset({ForwardingState.DELIVERED, ForwardingState.REJECTED})
"""What the supplier has, if it canceled it or not, may turn up in a parcel."""


def record_shipment(
    purchase_order_id: UUID, told: SupplierShipment, *, by_retailer: bool = False, typed: bool = False, now: datetime
) -> Shipment | None:
    """Save one parcel of a purchase order and wake the push to the store; None when it told nothing new.

    The same parcel told again, older or unchanged, changes nothing. Of goods the supplier had canceled, the store is
    told at once only of a parcel that the retailer typed in (``by_retailer``). A link ``typed`` by a person for the
    number as it is belongs to that number from then on. Raises BadTracking, NothingInParcel,
    TooManyShipped or NotShippable, and records nothing then.
    """
    po = PurchaseOrder.locked(pk=purchase_order_id)
    if po.forwarding_state not in AT_SUPPLIER:
        raise NotShippable(f"{po.number} is not at its supplier", number=po.number)
    shipment = Shipment.objects.filter(purchase_order=po, external_id=told.external_id).first()
    if shipment is None:
        shipment = recognize(po, told, now=now)
        if shipment is not None and heard_echo(shipment, told):
            return None
    if shipment is None and told.canceled:
        return None
    tracking = clean_tracking(told.tracking.carrier, told.tracking.numbers, told.tracking.urls)
    if tracking is None:
        raise BadTracking("not a tracking number")
    links = _links_before(shipment, tracking, typed=typed)
    tracking = with_links_that_follow(tracking, links)
    if shipment is not None and not _is_news(shipment, told, tracking):
        return None
    quantities = _own_quantities(po, told.quantities)
    is_new = shipment is None
    was_canceled = shipment is not None and shipment.canceled_at is not None
    if (is_new or was_canceled) and not told.canceled:
        _require_room(po, quantities)
    shipment = _saved(po, shipment, told, tracking, links, now)
    if is_new:
        _write_lines(po, shipment, quantities)
        _have_store_told(
            po, shipment, held=po.forwarding_state == ForwardingState.REJECTED and not by_retailer, now=now
        )
    else:
        _push_correction(po, shipment, now, was_canceled=was_canceled)
    record(
        "shipment.recorded" if is_new else "shipment.corrected",
        shipment,
        now=now,
        detail={"purchase_order": str(po.pk)},
    )
    update_fulfillment_state(po, now=now)
    return shipment


def _have_store_told(po: PurchaseOrder, shipment: Shipment, *, held: bool, now: datetime) -> None:
    fulfillment = Fulfillment.objects.create(
        retailer_id=po.retailer_id, supplier_id=po.supplier_id, purchase_order=po, shipment=shipment, due_at=now
    )
    if held:
        attention = FulfillmentStatus.NEEDS_ATTENTION
        move(fulfillment, "status", FULFILLMENT_PUSH, attention, now=now, reason=SHIPPED_ANYWAY)
    else:
        wake_push(po)


def _links_before(shipment: Shipment | None, tracking: Tracking, *, typed: bool) -> Links:
    """The links that are known to belong to a number of this parcel."""
    if shipment is None:
        return {}
    known = links_of(shipment.tracking) | shipment.links
    as_it_is = (tracking.carrier, list(tracking.numbers)) == (shipment.carrier, shipment.tracking_numbers)
    return {url: told for url, told in known.items() if not (typed and as_it_is and url in tracking.urls)}


def _is_news(shipment: Shipment, told: SupplierShipment, tracking: Tracking) -> bool:
    """Whether this differs from what we hold and is not older; stores count changes in whole seconds."""
    same = shipment.tracking == tracking and bool(shipment.canceled_at) == told.canceled
    return told.updated_at >= shipment.external_updated_at and not same


def _own_quantities(po: PurchaseOrder, told: Mapping[str, int]) -> dict[PurchaseOrderLine, int]:
    lines = {str(line.pk): line for line in PurchaseOrderLine.objects.filter(purchase_order=po)}
    quantities = {lines[key]: quantity for key, quantity in told.items() if key in lines and quantity > 0}
    if not quantities:
        raise NothingInParcel(f"no piece of {po.number} in this parcel", number=po.number)
    return quantities


def _saved(
    po: PurchaseOrder,
    shipment: Shipment | None,
    told: SupplierShipment,
    tracking: Tracking,
    links: Links,
    now: datetime,
) -> Shipment:
    if shipment is None:
        shipment = Shipment(
            id=new_id(),
            retailer_id=po.retailer_id,
            supplier_id=po.supplier_id,
            purchase_order=po,
            external_id=told.external_id[:200],
            shipped_at=told.shipped_at,
        )
    shipment.carrier = tracking.carrier
    shipment.tracking_numbers = list(tracking.numbers)
    shipment.tracking_urls = list(tracking.urls)
    shipment.links = {**links_of(tracking), **links}
    shipment.external_updated_at = told.updated_at
    shipment.canceled_at = now if told.canceled else None
    shipment.save()
    return shipment


def _require_room(po: PurchaseOrder, quantities: Mapping[PurchaseOrderLine, int]) -> None:
    """Refuse a parcel beside the others, before anything of it is written."""
    ordered = {line.pk: line.quantity for line in PurchaseOrderLine.objects.filter(purchase_order=po)}
    parcels = [*parcels_of(po), {line.pk: quantity for line, quantity in quantities.items()}]
    if overshipped(ordered, parcels):
        raise TooManyShipped(f"more than ordered of {po.number}", number=po.number)


def _write_lines(po: PurchaseOrder, shipment: Shipment, quantities: Mapping[PurchaseOrderLine, int]) -> None:
    ShipmentLine.objects.bulk_create(
        ShipmentLine(
            id=new_id(),
            retailer_id=po.retailer_id,
            supplier_id=po.supplier_id,
            purchase_order=po,
            shipment=shipment,
            line=line,
            quantity=quantity,
        )
        for line, quantity in quantities.items()
    )


def parcels_of(po: PurchaseOrder) -> list[dict[UUID, int]]:
    """The contents of every parcel of a purchase order that was not canceled: line → quantity."""
    parcels: dict[UUID, dict[UUID, int]] = {}
    lines = ShipmentLine.objects.filter(purchase_order=po, shipment__canceled_at__isnull=True)
    for shipment_id, line_id, quantity in lines.values_list("shipment_id", "line_id", "quantity"):
        parcels.setdefault(shipment_id, {})[line_id] = quantity
    return list(parcels.values())


def update_fulfillment_state(po: PurchaseOrder, *, now: datetime) -> None:
    """Recompute the fulfillment axis from the recorded parcels; never incremented."""
    ordered = {line.pk: line.quantity for line in PurchaseOrderLine.objects.filter(purchase_order=po)}
    some, everything = fulfilled_share(ordered, parcels_of(po))
    if everything:
        wanted = FulfillmentState.FULFILLED
    elif some:
        wanted = FulfillmentState.PARTIALLY_FULFILLED
    elif po.fulfillment_state == FulfillmentState.IN_PROGRESS:
        return
    else:
        wanted = FulfillmentState.UNFULFILLED
    if wanted != po.fulfillment_state:
        move(po, "fulfillment_state", FULFILLMENT, wanted, now=now)


def _push_correction(po: PurchaseOrder, shipment: Shipment, now: datetime, *, was_canceled: bool) -> None:
    """A corrected tracking number replaces the one in the store; what is not there yet is pushed as it now is.

    A parcel that leaves after all is told anew.
    """
    fulfillment = Fulfillment.locked(shipment=shipment)
    if shipment.canceled_at is not None:
        _withdraw(po, fulfillment, now)
        return
    told = {FulfillmentStatus.PUSHED}
    if was_canceled:
        told |= {FulfillmentStatus.NEEDS_ATTENTION, FulfillmentStatus.DONE_ELSEWHERE}
    if fulfillment.status in told:
        move(fulfillment, "status", FULFILLMENT_PUSH, FulfillmentStatus.DUE, now=now, due_at=now)
        wake_push(po)


def _withdraw(po: PurchaseOrder, fulfillment: Fulfillment, now: datetime) -> None:
    """The supplier canceled the parcel: the store is not told of it, or takes back what it was told."""
    untold = fulfillment.status in {FulfillmentStatus.DUE, FulfillmentStatus.NEEDS_ATTENTION} and not fulfillment.fence
    if untold:
        move(fulfillment, "status", FULFILLMENT_PUSH, FulfillmentStatus.DONE_ELSEWHERE, now=now, reason=TAKEN_BACK)
    elif fulfillment.status in {FulfillmentStatus.PUSHED, FulfillmentStatus.NEEDS_ATTENTION}:
        move(fulfillment, "status", FULFILLMENT_PUSH, FulfillmentStatus.DUE, now=now, due_at=now, reason=TAKEN_BACK)
        wake_push(po)
