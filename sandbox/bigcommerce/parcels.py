"""What happens to shipments: made, tracking corrected, deleted."""

from dataclasses import dataclass

from sandbox.bigcommerce.carriers import CARRIERS, PROVIDERS
from sandbox.bigcommerce.model import Destination, Line, Order, Refused, Shipment
from sandbox.bigcommerce.orders import move, told
from sandbox.bigcommerce.store import Store


@dataclass
class Tracking:
    """The fields of a shipment that can be corrected."""

    tracking_number: str = ""
    shipping_provider: str = ""
    tracking_carrier: str = ""
    tracking_link: str = ""
    shipping_method: str = ""
    comments: str = ""


def ship(
    store: Store, order: Order, destination: Destination, items: list[tuple[Line, int]], tracking: Tracking, by: str
) -> Shipment:
    """Record a shipment to one destination; the order's status follows."""
    if not items:
        raise Refused("The field 'items' is required.")
    if order.status_id in (0, 5, 6) or order.is_deleted:
        raise Refused("The order cannot be shipped in its present status.", 409)
    for line, count in items:
        if line.destination is not destination:
            raise Refused(f"Order product {line.id} is not shipped to address {destination.id}.")
        if count < 1 or count > line.to_ship:
            raise Refused(f"Order product {line.id} has only {line.to_ship} left to ship.")
    _check(tracking)
    shipment = Shipment(store.new_id("shipment", 7_000), order, destination, store.now(), items)
    _apply(shipment, tracking)
    for line, count in items:
        line.shipped += count
    order.shipments.append(shipment)
    store.write("fulfillment.created", by=by, **store.parcel_facts(shipment))
    store.hooks.emit("store/shipment/created", _payload(shipment))
    move(store, order, 3 if any(line.to_ship for line in order.lines) else 2)
    return shipment


def correct_tracking(store: Store, shipment: Shipment, tracking: Tracking, by: str) -> None:
    """Replace the tracking of a shipment."""
    _check(tracking)
    _apply(shipment, tracking)
    store.write("fulfillment.tracking_updated", by=by, **store.parcel_facts(shipment))
    store.hooks.emit("store/shipment/updated", _payload(shipment))
    told(store, shipment.order)


def delete_shipment(store: Store, shipment: Shipment, by: str) -> None:
    """Take a shipment back: it is gone, its pieces are to be shipped again; the order's status stays."""
    shipment.order.shipments.remove(shipment)
    for line, count in shipment.items:
        line.shipped -= count
    store.write("fulfillment.cancelled", by=by, **{**store.parcel_facts(shipment), "status": "CANCELLED"})
    store.hooks.emit("store/shipment/deleted", _payload(shipment))
    told(store, shipment.order)


def tracking_page(shipment: Shipment) -> str:
    """The link BigCommerce makes from number and carrier; none beside a link of one's own."""
    carrier = shipment.shipping_provider or shipment.tracking_carrier
    if shipment.tracking_link or not carrier or not shipment.numbers:
        return ""
    return f"https://tracking.example/{carrier}/{shipment.numbers[0]}"


def named_carrier(name: str) -> Tracking:
    """A carrier's name as the control panel writes it into provider, slug or method."""
    provider, slug = CARRIERS.get(name, ("", ""))
    return Tracking(shipping_provider=provider, tracking_carrier=slug, shipping_method="" if provider or slug else name)


def _check(tracking: Tracking) -> None:
    if len(tracking.tracking_number) > 50:
        raise Refused("The field 'tracking_number' is longer than 50 characters.")
    if len(tracking.tracking_link) > 500:
        raise Refused("The field 'tracking_link' is longer than 500 characters.")
    provider = tracking.shipping_provider
    if provider not in PROVIDERS and not provider.startswith("carrier_"):
        raise Refused("The field 'shipping_provider' is invalid.")


def _apply(shipment: Shipment, tracking: Tracking) -> None:
    for name, value in vars(tracking).items():
        setattr(shipment, name, value)


def _payload(shipment: Shipment) -> dict[str, object]:
    return {"type": "shipment", "id": shipment.id, "orderId": shipment.order.id}
