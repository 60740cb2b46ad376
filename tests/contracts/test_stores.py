"""What every platform must do as a retailer's store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from orderlane.connectors.tests.loopback import Answer, Received, loopback
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.ports.accounts import ForgedWebhook, UnreadableWebhook
from orderlane.ports.stores import (
    FinancialState,
    FulfillmentRequest,
    OrderRef,
    StoreCapability,
    StoreFulfillment,
    StoreOrder,
    Tracking,
)
from tests.contracts.outside import WRITES, Side

SAID_NOTHING = ["429", "500", "503", "reset"]
"""The store did nothing, and says so or does not."""
DID_IT = ["500_after", "reset_after", "html", "truncated"]
"""The store did it, and the answer is of no use."""


def _order(side: Side, order_id: str) -> StoreOrder:
    found = side.store.fetch_order(order_id)
    assert found is not None
    return found


def _two(side: Side) -> tuple[str, str]:
    first, second = side.skus[:2]
    return first, second


def _by_sku(order: StoreOrder) -> dict[str, int]:
    return {line.sku: line.quantity for line in order.lines}


def _lines(order: StoreOrder) -> dict[str, str]:
    return {line.sku: line.external_id for line in order.lines}


def _parcel(order_id: str, quantities: dict[str, int], number: str) -> FulfillmentRequest:
    return FulfillmentRequest(order_id, quantities, Tracking("UPS", (number,), (f"https://track.example/{number}",)))


def _push(side: Side, request: FulfillmentRequest) -> None:
    """As the application does it: one call may record a part, the rest goes into the next."""
    left = dict(request.quantities)
    while left:
        done = side.store.push_fulfillment(FulfillmentRequest(request.order_external_id, left, request.tracking))
        left = {line: pieces - done.quantities.get(line, 0) for line, pieces in left.items()}
        left = {line: pieces for line, pieces in left.items() if pieces}


def _recorded(side: Side, order_id: str, number: str) -> list[StoreFulfillment]:
    found = side.store.list_fulfillments(order_id)
    return [each for each in found if not each.canceled and list(each.tracking.numbers) == [number]]


def test_it_says_who_it_is(retailer: Side) -> None:
    identity = retailer.store.identify()
    assert identity.external_id == retailer.external_id
    assert identity.currency == retailer.facts["currency"]
    assert identity.name
    assert identity.domain


def test_wrong_keys_are_refused_for_good(retailer: Side) -> None:
    with pytest.raises(NeedsAttention) as refused:
        retailer.with_secrets("wrong").identify()
    assert refused.value.reason in {"access_refused", "app_refused"}


def test_an_order_is_read_as_it_was_placed(retailer: Side) -> None:
    first, second = _two(retailer)
    order = _order(retailer, retailer.buy({first: 2, second: 1}))
    assert order.financial_state is FinancialState.PAID
    assert _by_sku(order) == {first: 2, second: 1}
    assert all(line.variant_id and line.title and line.unit_price.minor > 0 for line in order.lines)
    assert {line.fulfilled for line in order.lines} == {0}
    goods = sum(line.unit_price.minor * line.quantity for line in order.lines)
    assert goods <= order.total.minor
    assert order.total.currency == retailer.facts["currency"]
    assert order.ship_to.shippable
    assert order.number


def test_an_order_the_store_does_not_know_is_none(retailer: Side) -> None:
    real = retailer.buy({_two(retailer)[0]: 1})
    retailer.act(real, "cancel")
    gone = real[:-4] + ("1111" if not real.endswith("1111") else "2222")
    assert retailer.store.fetch_order(gone) is None


def test_it_is_pending_until_the_customer_pays(retailer: Side) -> None:
    order_id = retailer.buy({_two(retailer)[0]: 1}, paid=False)
    before = _order(retailer, order_id)
    assert before.financial_state is FinancialState.PENDING
    retailer.act(order_id, "pay")
    after = _order(retailer, order_id)
    assert after.financial_state is FinancialState.PAID
    assert after.updated_at > before.updated_at


def test_an_edit_is_read(retailer: Side) -> None:
    first, second = _two(retailer)
    order_id = retailer.buy({first: 3, second: 1})
    line = _lines(_order(retailer, order_id))[first]
    retailer.act(order_id, "edit", quantities={first: 2})
    order = _order(retailer, order_id)
    assert _by_sku(order)[first] == 2
    assert _lines(order)[first] == line


def test_a_cancelation_is_read(retailer: Side) -> None:
    order_id = retailer.buy({_two(retailer)[0]: 1})
    retailer.act(order_id, "cancel")
    order = _order(retailer, order_id)
    assert order.canceled_at is not None or order.financial_state in {FinancialState.CANCELED, FinancialState.REFUNDED}


def test_changes_are_listed_once_the_clock_has_passed_them(retailer: Side) -> None:
    since = retailer.sandbox.world.clock.now()
    placed = [retailer.buy({_two(retailer)[0]: 1}) for _ in range(5)]
    retailer.act(placed[0], "edit", note="seen")
    refs: list[OrderRef] = []
    cursor = ""
    while True:
        page = retailer.store.changed_orders(since, cursor)
        refs += page.refs
        cursor = page.next_cursor
        if not cursor:
            break
    assert set(placed) <= {ref.external_id for ref in refs}
    later = retailer.sandbox.world.clock.now() + timedelta(hours=1)
    assert retailer.store.changed_orders(later).refs == []


def test_a_parcel_is_recorded_and_found(retailer: Side) -> None:
    first, second = _two(retailer)
    order_id = retailer.buy({first: 2, second: 1})
    lines = _lines(_order(retailer, order_id))
    _push(retailer, _parcel(order_id, {lines[first]: 2, lines[second]: 1}, "1ZWHOLE01"))
    [found] = _recorded(retailer, order_id, "1ZWHOLE01")
    assert found.quantities == {lines[first]: 2, lines[second]: 1}
    retailer.sandbox.world.clock.advance(2)
    assert {line.fulfilled == line.quantity for line in _order(retailer, order_id).lines} == {True}


def test_two_parcels_are_kept_apart(retailer: Side) -> None:
    first, second = _two(retailer)
    order_id = retailer.buy({first: 2, second: 1})
    lines = _lines(_order(retailer, order_id))
    _push(retailer, _parcel(order_id, {lines[first]: 1}, "1ZPART01"))
    _push(retailer, _parcel(order_id, {lines[first]: 1, lines[second]: 1}, "1ZPART02"))
    [one] = _recorded(retailer, order_id, "1ZPART01")
    [two] = _recorded(retailer, order_id, "1ZPART02")
    assert one.quantities == {lines[first]: 1}
    assert two.quantities == {lines[first]: 1, lines[second]: 1}
    assert one.external_id != two.external_id


def test_more_than_is_left_is_refused_and_nothing_is_recorded(retailer: Side) -> None:
    first, _ = _two(retailer)
    order_id = retailer.buy({first: 1})
    line = _lines(_order(retailer, order_id))[first]
    with pytest.raises((Declined, NeedsAttention)):
        retailer.store.push_fulfillment(_parcel(order_id, {line: 2}, "1ZTOOMUCH"))
    assert retailer.store.list_fulfillments(order_id) == []


def test_a_corrected_number_replaces_the_old_one(retailer: Side) -> None:
    first, _ = _two(retailer)
    order_id = retailer.buy({first: 1})
    line = _lines(_order(retailer, order_id))[first]
    done = retailer.store.push_fulfillment(_parcel(order_id, {line: 1}, "1ZWRONG01"))
    corrected = Tracking("UPS", ("1ZRIGHT01",), ("https://track.example/1ZRIGHT01",))
    for _again in range(2):
        retailer.store.update_tracking(done.external_id, corrected, notify_customer=True)
    assert _recorded(retailer, order_id, "1ZWRONG01") == []
    [found] = _recorded(retailer, order_id, "1ZRIGHT01")
    assert found.quantities == {line: 1}


@pytest.mark.parametrize("mode", DID_IT)
def test_a_parcel_whose_answer_was_lost_is_found_once(retailer: Side, mode: str) -> None:
    first, _ = _two(retailer)
    order_id = retailer.buy({first: 1})
    line = _lines(_order(retailer, order_id))[first]
    retailer.fault(WRITES[retailer.platform][0], mode)
    with pytest.raises(OutcomeUnknown):
        retailer.store.push_fulfillment(_parcel(order_id, {line: 1}, "1ZLOST001"))
    if not _recorded(retailer, order_id, "1ZLOST001"):
        # Written in two steps, and only the first is done: a repeat takes it over instead of showing it twice.
        _push(retailer, _parcel(order_id, {line: 1}, "1ZLOST001"))
    [found] = _recorded(retailer, order_id, "1ZLOST001")
    assert found.quantities == {line: 1}
    shown = [each for each in retailer.happened("fulfillment.created") if retailer.api_id(each["order_id"]) == order_id]
    assert len(shown) == 1


@pytest.mark.parametrize("mode", SAID_NOTHING)
def test_a_parcel_that_was_not_taken_is_never_called_done(retailer: Side, mode: str) -> None:
    first, _ = _two(retailer)
    order_id = retailer.buy({first: 1})
    line = _lines(_order(retailer, order_id))[first]
    retailer.fault(WRITES[retailer.platform][0], mode, seconds=1)
    with pytest.raises((Unavailable, OutcomeUnknown)) as problem:
        retailer.store.push_fulfillment(_parcel(order_id, {line: 1}, "1ZNOTHING"))
    if mode == "429":
        assert isinstance(problem.value, Unavailable)
    assert _recorded(retailer, order_id, "1ZNOTHING") == []
    _push(retailer, _parcel(order_id, {line: 1}, "1ZNOTHING"))
    assert len(_recorded(retailer, order_id, "1ZNOTHING")) == 1


def test_it_has_requests_only_where_it_says_so(retailer: Side) -> None:
    retailer.buy({_two(retailer)[0]: 1})
    offered = StoreCapability.REQUEST_FULFILLMENT in retailer.store.capabilities
    retailer.store.offer_fulfillment("http://127.0.0.1:9/hook")
    assert list(retailer.store.requested_work()) == []
    kinds = {each.kind for each in retailer.store.registrations("http://127.0.0.1:9/hook")}
    assert ("fulfillment_service" in kinds) is offered
    retailer.store.withdraw("http://127.0.0.1:9/hook")
    assert list(retailer.store.registrations("http://127.0.0.1:9/hook")) == []


def test_its_webhooks_are_genuine_name_the_order_and_are_gone_afterwards(retailer: Side) -> None:
    with loopback(lambda request: Answer(200)) as listener:
        url = f"{listener.url}/hook"
        managed = StoreCapability.MANAGES_WEBHOOKS in retailer.store.capabilities
        mended = retailer.store.subscribe(url)
        assert bool(mended) is managed
        assert list(retailer.store.subscribe(url)) == []
        if not managed:
            _tell_common_door(retailer, url)
        order_id = retailer.buy({_two(retailer)[0]: 1})
        deliveries = _until_told(retailer, listener.received, order_id)
        genuine = deliveries[-1]
        now = retailer.sandbox.world.clock.now()
        event = retailer.store.verify_webhook(genuine.headers, genuine.body, now)
        assert event.resource_id == order_id
        assert event.external_id
        again = retailer.store.verify_webhook(genuine.headers, genuine.body, now)
        assert again.external_id == event.external_id
        _refuses_what_is_not_genuine(retailer, genuine, now)
        retailer.store.withdraw(url)
        if not managed:
            _tell_common_door(retailer, "")
        assert [each for each in retailer.store.registrations(url) if each.kind == "webhook"] == []


def _tell_common_door(side: Side, url: str) -> None:
    if side.platform == "ecwid":
        httpx.post(f"{side.sandbox.url}/ecwid/_sandbox/app", json={"webhook_url": url}, trust_env=False)
    else:
        side.press("webhook_address", url=url)


def _until_told(side: Side, received: list[Received], order_id: str) -> list[Received]:
    deadline = datetime.now(UTC) + timedelta(seconds=15)
    while datetime.now(UTC) < deadline:
        told = []
        for each in list(received):
            try:
                event = side.store.verify_webhook(each.headers, each.body, side.sandbox.world.clock.now())
            except UnreadableWebhook:
                continue  # a ping names nothing
            if event.resource_id == order_id:
                told.append(each)
        if told:
            return told
    raise AssertionError(f"{side.platform} told nothing of {order_id}")


def _refuses_what_is_not_genuine(side: Side, genuine: Received, now: datetime) -> None:
    # Some sign in a header, some in the body: neither is left as it was.
    with pytest.raises(ForgedWebhook):
        side.store.verify_webhook({}, genuine.body[:-3] + b"AAA", now)
    with pytest.raises(ForgedWebhook):
        side.with_secrets("a guess").verify_webhook(genuine.headers, genuine.body, now)
    if side.store.verify_webhook(genuine.headers, genuine.body, now).occurred_at is not None:
        with pytest.raises(ForgedWebhook):
            side.store.verify_webhook(genuine.headers, genuine.body, now + timedelta(days=30))
    skewed = side.store.verify_webhook(genuine.headers, genuine.body, now - timedelta(minutes=10))
    assert skewed.resource_id


def test_an_uninstalled_app_is_refused_for_good(retailer: Side) -> None:
    # The last test of this suite: nothing works in this store afterwards.
    order_id = retailer.buy({_two(retailer)[0]: 1})
    retailer.press("uninstall")
    with pytest.raises(NeedsAttention) as refused:
        retailer.store.fetch_order(order_id)
    assert refused.value.reason in {"access_refused", "shop_not_found"}
    retailer.sandbox.world.reset()
