"""StoreConnector: what a store sends us, and what anybody else may pretend it sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from orderlane.connectors.tests.loopback import Loopback, Received
from orderlane.kernel import clock
from orderlane.ports.accounts import ForgedWebhook, UnreadableWebhook, WebhookEvent, WebhookSubject
from orderlane.ports.capabilities import StoreCapability
from tests.contracts.outside import SUPPLIER, Outside

SPOTS = 12


def listen(outside: Outside, door: Loopback) -> None:
    """Have the store send its webhooks to the door."""
    if outside.can(StoreCapability.COMMON_WEBHOOK_DOOR):
        outside.set_common_door(f"{door.url}/hooks/platforms/{outside.platform}")
    outside.store().subscribe(f"{door.url}/hooks/1")
    outside.delivered()


def sent_by(outside: Outside, door: Loopback, *happenings: Callable[[], object]) -> list[Received]:
    """Everything the store sends about what happens to it."""
    before = len(door.received)
    for happening in happenings:
        happening()
    outside.delivered()
    return door.received[before:]


def about_one_order(outside: Outside, door: Loopback) -> tuple[str, list[Received]]:
    """An order's whole life, and every delivery about it."""
    listen(outside, door)
    first, _ = outside.skus()
    number = ""

    def bought() -> None:
        nonlocal number
        number = outside.buy(paid=False)

    sent = sent_by(
        outside,
        door,
        bought,
        lambda: outside.act(number, "pay"),
        lambda: outside.act(number, "edit", note="changed"),
        lambda: outside.act(number, "ship", lines={first: 1}, company="UPS", number="1Z1"),
        lambda: outside.refund(number, {first: 1}),
    )
    return number, sent


def verified(outside: Outside, sent: Received, now: datetime | None = None) -> WebhookEvent:
    """What the store's connector makes of a delivery."""
    return outside.store().verify_webhook(sent.headers, sent.body, now or datetime.now(UTC))


def an_order_s(outside: Outside, sent: list[Received]) -> Received:
    """A delivery that names an order."""
    return next(one for one in sent if verified(outside, one).resource_id)


def test_every_delivery_names_the_order_to_fetch(outside: Outside, door: Loopback) -> None:
    number, sent = about_one_order(outside, door)
    events = [verified(outside, one) for one in sent]
    named = [event for event in events if event.resource_id]
    assert len(named) >= 5
    assert {event.resource_id for event in named} == {outside.key(number)}
    assert outside.store().fetch_order(named[0].resource_id) == outside.order(number)
    assert all(event.topic and len(event.external_id) <= 200 for event in events)
    # What differs is never taken for the same delivery: the inbox would drop it.
    assert len({event.external_id for event in events}) >= len({one.body for one in sent})
    if outside.can(StoreCapability.COMMON_WEBHOOK_DOOR):
        told = {type(outside.store()).addressee(one.headers, one.body) for one in sent}
        assert told == {outside.external_id()}


def test_each_change_is_told(outside: Outside, door: Loopback) -> None:
    listen(outside, door)
    first, _ = outside.skus()
    number = outside.buy()
    outside.delivered()
    changes: tuple[Callable[[], object], ...] = (
        lambda: outside.act(number, "edit", quantities={first: 1}),
        lambda: outside.act(number, "ship", company="UPS", number="1Z1"),
        lambda: outside.act(number, "track", company="UPS", number="1Z2"),
        lambda: outside.act(number, "cancel_fulfillment"),
        lambda: outside.act(number, "cancel"),
    )
    for change in changes:
        sent = sent_by(outside, door, change)
        assert outside.key(number) in {verified(outside, one).resource_id for one in sent}


def test_losing_access_is_told_where_an_app_is_removed(outside: Outside, door: Loopback) -> None:
    listen(outside, door)
    store = outside.store()
    sent = sent_by(outside, door, outside.revoke)
    events = [store.verify_webhook(one.headers, one.body, datetime.now(UTC)) for one in sent]
    assert all(event.subject is WebhookSubject.CONNECTION for event in events)
    assert bool(events) == (store.install_flow is not None)


def test_a_body_that_was_touched(outside: Outside, door: Loopback) -> None:
    _, sent = about_one_order(outside, door)
    genuine = an_order_s(outside, sent)
    told = verified(outside, genuine)
    refused = 0
    for spot in range(0, len(genuine.body) - 4, max(1, len(genuine.body) // SPOTS)):
        byte = genuine.body[spot]
        touched = genuine.body[:spot] + (b"7" if byte != ord("7") else b"8") + genuine.body[spot + 1 :]
        if outside.can(StoreCapability.SIGNED_WEBHOOK_BODY):
            with pytest.raises(ForgedWebhook):
                outside.store().verify_webhook(genuine.headers, touched, datetime.now(UTC))
            refused += 1
            continue
        try:
            event = outside.store().verify_webhook(genuine.headers, touched, datetime.now(UTC))
        except (ForgedWebhook, UnreadableWebhook):
            refused += 1
        else:
            # Only what leads to a fetch can have changed, and the inbox takes the event once.
            assert event.external_id == told.external_id
    assert refused


def test_a_signature_that_was_touched_or_is_missing(outside: Outside, door: Loopback) -> None:
    _, sent = about_one_order(outside, door)
    genuine = an_order_s(outside, sent)
    told, now = verified(outside, genuine), datetime.now(UTC)
    carried = [name for name in genuine.headers if "signature" in name or "hmac" in name]
    for name in carried:
        value = genuine.headers[name]
        flipped = value[:5] + ("A" if value[5] != "A" else "B") + value[6:]
        with pytest.raises(ForgedWebhook):
            outside.store().verify_webhook({**genuine.headers, name: flipped}, genuine.body, now)
        bare = {other: text for other, text in genuine.headers.items() if other != name}
        if outside.can(StoreCapability.SIGNED_WEBHOOK_BODY):
            with pytest.raises(ForgedWebhook):
                outside.store().verify_webhook(bare, genuine.body, now)
    if carried:
        with pytest.raises(ForgedWebhook):
            outside.store().verify_webhook({}, genuine.body, now)
    else:
        # The body itself is the proof, and the headers say nothing.
        assert outside.can(StoreCapability.SIGNED_WEBHOOK_BODY)
        assert outside.store().verify_webhook({}, genuine.body, now) == told
    with pytest.raises((ForgedWebhook, UnreadableWebhook)):
        outside.store().verify_webhook({}, b'{"id": 1}', now)


def test_another_store_s_delivery(outside: Outside, door: Loopback) -> None:
    _, sent = about_one_order(outside, door)
    other = outside.store(outside.account(SUPPLIER))
    genuine = an_order_s(outside, sent)
    with pytest.raises(ForgedWebhook):
        other.verify_webhook(genuine.headers, genuine.body, datetime.now(UTC))


def test_what_other_secrets_signed(outside: Outside, door: Loopback) -> None:
    listen(outside, door)
    outside.press("rotate_secret", secret="somebody else's secret, thirty-two signs")
    stranger = sent_by(outside, door, outside.buy)
    assert stranger
    for one in stranger:
        with pytest.raises(ForgedWebhook):
            verified(outside, one)


def test_a_delivery_that_is_told_again(outside: Outside, door: Loopback) -> None:
    listen(outside, door)
    outside.sandbox.world.faults.add(outside.platform, "webhook:*", "duplicate", count=None)
    sent = sent_by(outside, door, outside.buy)
    told = [verified(outside, one).external_id for one in sent]
    assert told
    assert all(told.count(each) % 2 == 0 for each in told)
    assert [verified(outside, one).external_id for one in sent] == told


def test_an_old_delivery(outside: Outside, door: Loopback) -> None:
    _, sent = about_one_order(outside, door)
    genuine, now = an_order_s(outside, sent), datetime.now(UTC)
    told = verified(outside, genuine)
    for moment in (now + timedelta(days=30), now - timedelta(days=1)):
        if outside.can(StoreCapability.DATED_WEBHOOKS):
            with pytest.raises(ForgedWebhook):
                verified(outside, genuine, moment)
        else:
            # The inbox knows it by its id, and does not take it twice.
            assert verified(outside, genuine, moment) == told


def test_clocks_ten_minutes_apart(outside: Outside, door: Loopback) -> None:
    outside.sandbox.world.clock.advance(600)
    number, sent = about_one_order(outside, door)
    assert {verified(outside, one).resource_id for one in sent} >= {outside.key(number)}
    with clock.shifted(timedelta(minutes=20)):
        assert {verified(outside, one, clock.now()).resource_id for one in sent} >= {outside.key(number)}
        assert outside.order(number).external_id == outside.key(number)
        outside.store().push_fulfillment(outside.parcel(number, {outside.skus()[1]: 1}))
    assert outside.recorded(number)
