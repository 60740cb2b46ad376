"""What a member chooses by, for each reason of the desk."""

from __future__ import annotations

from datetime import UTC, datetime

from orderlane.desk.events import event_of, key_of
from orderlane.notifications.rules import Event
from orderlane.orders.models import Order
from orderlane.payments.models import Payment
from orderlane.purchasing.models import PurchaseOrder


def test_a_paid_order_that_was_canceled_is_told_apart_from_one_that_was_changed() -> None:
    canceled = PurchaseOrder(order=Order(canceled_at=datetime(2026, 6, 3, tzinfo=UTC)))
    changed = PurchaseOrder(order=Order())
    assert event_of("changed_in_store", canceled) is Event.CANCELED_AFTER_PAYMENT
    assert event_of("changed_in_store", changed) is Event.NEEDS_ATTENTION


def test_money_is_an_event_of_its_own_and_a_new_reason_needs_attention() -> None:
    reasons = ("payment_odd", "payment_unknown", "payment_declined")
    assert {event_of(reason, Payment()) for reason in reasons} == {Event.PAYMENT_PROBLEM}
    assert event_of("something_new", PurchaseOrder()) is Event.NEEDS_ATTENTION


def test_a_variant_is_known_again_whatever_waits_for_it() -> None:
    names = {"order__store_id": 1, "variant_id": "v", "sku": "S", "title": "T", "variant_title": ""}
    assert key_of({**names, "waiting_count": 1}) == key_of({**names, "waiting_count": 9})
    assert key_of(names) != key_of({**names, "variant_id": "w"})
    assert len(key_of(names)) <= 64
