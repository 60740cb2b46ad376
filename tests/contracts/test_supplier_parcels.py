"""OrderChannel: what the supplier ships, corrects and takes back; and parcels that we write into its store."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from orderlane.kernel.errors import Declined, NeedsAttention, Unavailable
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.shipments import DeletionWitness, ShipmentRecorder
from orderlane.ports.stores import FulfillmentRequest, PlacedOrder, SupplierShipment, Tracking
from tests.contracts.outside import PARCEL, SUPPLIER, Outside, numbers

REFERENCE = "OL-100234"
ONE, TWO = f"{REFERENCE}-1", f"{REFERENCE}-2"


def placed(outside: Outside) -> tuple[PlacedOrder, str]:
    """A purchase order, and its number in the sandbox."""
    order = outside.channel().send_purchase_order(outside.purchase_order(REFERENCE, datetime.now(UTC)))
    return order, str(outside.placed(REFERENCE)[0]["order_id"])


def shipments(outside: Outside, order: PlacedOrder) -> list[SupplierShipment]:
    """The parcels on their way."""
    state = outside.channel().read_purchase_order(order.external_id)
    assert state is not None
    return [one for one in state.shipments if not one.canceled]


def pieces(parcels: list[SupplierShipment]) -> dict[str, int]:
    """How many of each of our lines have been shipped."""
    counts: dict[str, int] = {}
    for parcel in parcels:
        for line, number in parcel.quantities.items():
            counts[line] = counts.get(line, 0) + number
    return counts


def all_numbers(parcels: list[SupplierShipment]) -> list[str]:
    """Every tracking number."""
    return [number for parcel in parcels for number in parcel.tracking.numbers]


def test_shipped_in_two_parcels(outside: Outside) -> None:
    first, second = outside.skus(SUPPLIER)
    order, number = placed(outside)
    outside.act(number, "ship", SUPPLIER, lines={first: 1}, company="UPS", number="1Z1")
    if outside.can(StoreCapability.PARTIAL_FULFILLMENT):
        [one] = shipments(outside, order)
        assert (one.quantities, list(one.tracking.numbers)) == ({ONE: 1}, ["1Z1"])
        assert abs(datetime.now(UTC) - one.shipped_at) < timedelta(seconds=5)
        assert one.updated_at >= one.shipped_at - timedelta(seconds=1)
    outside.act(number, "ship", SUPPLIER, lines={first: 1, second: 1}, company="UPS", number="1Z2")
    both = shipments(outside, order)
    if outside.can(StoreCapability.SEVERAL_PARCELS):
        assert [one.quantities for one in both] == [{ONE: 1}, {ONE: 1, TWO: 1}]
        assert [list(one.tracking.numbers) for one in both] == [["1Z1"], ["1Z2"]]
        assert len({one.external_id for one in both}) == 2
    # Whatever the platform keeps apart: in the end all pieces have shipped, once, under both numbers.
    assert pieces(both) == {ONE: 2, TWO: 1}
    assert sorted(all_numbers(both)) == ["1Z1", "1Z2"]


def test_a_parcel_is_told_by_the_poll(outside: Outside) -> None:
    order, number = placed(outside)
    [before] = outside.channel().changed_purchase_orders(datetime.now(UTC) - timedelta(minutes=1)).refs
    outside.sandbox.world.clock.advance(60)
    outside.act(number, "ship", SUPPLIER, company="UPS", number="1Z1")
    [after] = outside.channel().changed_purchase_orders(datetime.now(UTC) + timedelta(seconds=30)).refs
    assert after.external_id == before.external_id == order.external_id
    assert after.updated_at > before.updated_at


def test_the_supplier_corrects_a_number(outside: Outside) -> None:
    order, number = placed(outside)
    outside.act(number, "ship", SUPPLIER, company="UPS", number="1Z1")
    [before] = shipments(outside, order)
    outside.sandbox.world.clock.advance(5)
    outside.act(number, "track", SUPPLIER, company="DHL", numbers=["JJD1", "JJD2"])
    [after] = shipments(outside, order)
    assert (after.external_id, after.quantities) == (before.external_id, before.quantities)
    assert list(after.tracking.numbers) == ["JJD1", "JJD2"]
    assert after.updated_at > before.updated_at


def test_the_supplier_takes_a_parcel_back(outside: Outside) -> None:
    order, number = placed(outside)
    outside.act(number, "ship", SUPPLIER, company="UPS", number="1Z1")
    assert pieces(shipments(outside, order)) == {ONE: 2, TWO: 1}
    outside.act(number, "cancel_fulfillment", SUPPLIER)
    assert shipments(outside, order) == []
    outside.act(number, "ship", SUPPLIER, company="UPS", number="1Z2")
    again = shipments(outside, order)
    assert (pieces(again), all_numbers(again)) == ({ONE: 2, TWO: 1}, ["1Z2"])


def test_a_line_that_the_supplier_added_is_none_of_ours(outside: Outside) -> None:
    order, number = placed(outside)
    outside.act(number, "ship", SUPPLIER, company="UPS", number="1Z1")
    mine = outside.buy(SUPPLIER)
    outside.act(mine, "ship", SUPPLIER, company="UPS", number="1Z9")
    state = outside.channel().read_purchase_order(outside.key(mine))
    assert state is not None
    assert pieces(list(state.shipments)) == {}
    assert pieces(shipments(outside, order)) == {ONE: 2, TWO: 1}


def known(parcel: SupplierShipment) -> datetime:
    """When its store spoke of a parcel last, as we would have noted it."""
    return parcel.updated_at


def test_a_parcel_that_the_supplier_deletes_is_told_or_confirmed(outside: Outside) -> None:
    order, number = placed(outside)
    first, _ = outside.skus(SUPPLIER)
    outside.act(number, "ship", SUPPLIER, lines={first: 1}, company="UPS", number="1ZKEPT")
    outside.act(number, "ship", SUPPLIER, company="UPS", number="1ZGONE")
    *kept, gone = shipments(outside, order)
    channel = outside.channel()
    outside.sandbox.world.clock.advance(5)
    outside.act(number, "cancel_fulfillment", SUPPLIER, delete=True)
    state = channel.read_purchase_order(order.external_id)
    assert state is not None
    told = {one.external_id: one for one in state.shipments}
    if not isinstance(channel, DeletionWitness):
        # Nothing vanishes there: what was taken back is told as that.
        assert told[gone.external_id].canceled
        return
    assert gone.external_id not in {one.external_id for one in shipments(outside, order)}
    confirmed = channel.confirm_deleted(gone.external_id, known(gone))
    assert confirmed is not None
    assert confirmed > known(gone)
    for one in kept:
        assert channel.confirm_deleted(one.external_id, known(one)) is None
    # A copy that runs behind what we know, and a parcel of an order that nobody has, prove nothing.
    assert channel.confirm_deleted(gone.external_id, confirmed + timedelta(minutes=1)) is None


@pytest.mark.parametrize("mode", ["empty", "404", "html", "truncated", "500", "503", "429", "reset", "reset_after"])
def test_no_failure_is_taken_for_a_deletion(outside: Outside, mode: str) -> None:
    order, number = placed(outside)
    outside.act(number, "ship", SUPPLIER, company="UPS", number="1ZTHERE")
    [parcel] = shipments(outside, order)
    channel = outside.channel()
    if not isinstance(channel, DeletionWitness):
        assert not hasattr(channel, "confirm_deleted")
        return
    for skip in count():
        outside.arm(mode, SUPPLIER, skip=skip, seconds=0.05)
        with suppress(Unavailable, NeedsAttention):  # nothing is said, and nothing concluded
            assert channel.confirm_deleted(parcel.external_id, known(parcel)) is None
        if not outside.struck(SUPPLIER):
            break
    assert skip >= 2, "it asks about the order and about the parcel"
    outside.arm(mode, SUPPLIER, count=None, seconds=0.05)
    with suppress(Unavailable, NeedsAttention):
        assert channel.confirm_deleted(parcel.external_id, known(parcel)) is None
    outside.struck(SUPPLIER)


def recorder(outside: Outside) -> ShipmentRecorder:
    """The channel, which can be told about parcels on every platform we know."""
    channel = outside.channel()
    assert isinstance(channel, ShipmentRecorder)
    return channel


def test_a_parcel_that_we_write_there(outside: Outside) -> None:
    order, number = placed(outside)
    there = recorder(outside)
    made = there.record_shipment_there(FulfillmentRequest(order.external_id, {ONE: 2}, PARCEL))
    assert made.quantities == {ONE: 2}
    [one] = there.list_shipments_there(order.external_id)
    assert (one.external_id, one.quantities) == (made.external_id, {ONE: 2})
    corrected = Tracking("UPS", ("1ZNEW",))
    for _ in range(2):
        there.correct_shipment_there(made.external_id, corrected)
    assert numbers(there.list_shipments_there(order.external_id)) == [["1ZNEW"]]
    assert [one["numbers"] for one in outside.parcels(number, SUPPLIER)] == [["1ZNEW"]]
    # The store tells it to us again as one of its own, under the same id.
    assert [one.external_id for one in shipments(outside, order)] == [made.external_id]


def test_our_parcels_and_the_suppliers_own_add_up(outside: Outside) -> None:
    order, number = placed(outside)
    there = recorder(outside)
    first = there.record_shipment_there(FulfillmentRequest(order.external_id, {ONE: 1}, PARCEL))
    second = there.record_shipment_there(
        FulfillmentRequest(order.external_id, {ONE: 1}, Tracking("UPS", ("1ZTWO",), ("",)))
    )
    assert len({first.external_id, second.external_id}) == 2
    outside.act(number, "ship", SUPPLIER, company="UPS", number="1ZREST")
    found = shipments(outside, order)
    assert [one.external_id for one in found][:2] == [first.external_id, second.external_id]
    assert [one.quantities for one in found] == [{ONE: 1}, {ONE: 1}, {TWO: 1}]
    assert all_numbers(found) == [*PARCEL.numbers, "1ZTWO", "1ZREST"]
    with pytest.raises(Declined) as caught:
        there.record_shipment_there(FulfillmentRequest(order.external_id, {TWO: 1}, PARCEL))
    assert caught.value.reason == "nothing_left_to_fulfill"


def test_the_supplier_corrects_and_takes_back_a_parcel_that_we_wrote(outside: Outside) -> None:
    order, number = placed(outside)
    there = recorder(outside)
    made = there.record_shipment_there(FulfillmentRequest(order.external_id, {ONE: 2, TWO: 1}, PARCEL))
    outside.act(number, "track", SUPPLIER, company="DHL", number="JJD1")
    [one] = shipments(outside, order)
    assert (one.external_id, list(one.tracking.numbers)) == (made.external_id, ["JJD1"])
    # We may correct it again, to the very number it had.
    there.correct_shipment_there(made.external_id, PARCEL)
    assert all_numbers(shipments(outside, order)) == list(PARCEL.numbers)
    assert [one["numbers"] for one in outside.parcels(number, SUPPLIER)] == [list(PARCEL.numbers)]
    outside.act(number, "cancel_fulfillment", SUPPLIER)
    assert shipments(outside, order) == [] == there.list_shipments_there(order.external_id)
    again = there.record_shipment_there(FulfillmentRequest(order.external_id, {ONE: 2, TWO: 1}, PARCEL))
    assert again.external_id != made.external_id
    assert [one.external_id for one in shipments(outside, order)] == [again.external_id]


def test_a_parcel_that_we_wrote_is_deleted_there(outside: Outside) -> None:
    order, number = placed(outside)
    made = recorder(outside).record_shipment_there(FulfillmentRequest(order.external_id, {ONE: 2, TWO: 1}, PARCEL))
    [parcel] = shipments(outside, order)
    outside.sandbox.world.clock.advance(5)
    outside.act(number, "cancel_fulfillment", SUPPLIER, delete=True)
    channel = outside.channel()
    state = channel.read_purchase_order(order.external_id)
    assert state is not None
    told = {one.external_id: one.canceled for one in state.shipments}
    if isinstance(channel, DeletionWitness) and made.external_id not in told:
        assert channel.confirm_deleted(made.external_id, known(parcel)) is not None
    else:
        assert told[made.external_id]
    assert recorder(outside).list_shipments_there(order.external_id) == []


def test_a_parcel_of_the_suppliers_own_can_be_corrected_from_here(outside: Outside) -> None:
    order, number = placed(outside)
    outside.act(number, "ship", SUPPLIER, company="UPS", number="1ZWRONG")
    [one] = shipments(outside, order)
    for _ in range(2):
        recorder(outside).correct_shipment_there(one.external_id, Tracking("UPS", ("1ZRIGHT",), ("",)))
    assert all_numbers(shipments(outside, order)) == ["1ZRIGHT"]


def test_what_cannot_be_shipped_there_is_refused_whole(outside: Outside) -> None:
    order, number = placed(outside)
    there = recorder(outside)
    for wrong in ({ONE: 3}, {"OL-9-9": 1}, {ONE: 1, "OL-9-9": 1}):
        with pytest.raises(Declined) as caught:
            there.record_shipment_there(FulfillmentRequest(order.external_id, wrong, PARCEL))
        assert caught.value.reason == "nothing_left_to_fulfill"
    assert outside.parcels(number, SUPPLIER) == []
