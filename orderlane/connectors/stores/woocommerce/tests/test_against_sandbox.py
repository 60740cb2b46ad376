"""The retailer's side against the shipped simulator, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from orderlane.connectors.stores.woocommerce.tests.simulator import (
    BLANKET,
    GIFT,
    RETAILER,
    YARN,
    Simulator,
    eur,
)
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.stores import FinancialState, FulfillmentRequest, StoreFulfillment, StoreOrder, Tracking

WAYS = ["fulfillments", "extension", "notes"]
COLISSIMO = Tracking("Colissimo", ("6A1",), ("https://laposte.example/6A1",))
DHL_TWO = Tracking("DHL", ("JD1", "JD2"), ("https://dhl.example/JD1", ""))


def order_of(simulator: Simulator, number: str) -> StoreOrder:
    order = simulator.store().fetch_order(number)
    assert order is not None
    return order


def lines_of(simulator: Simulator, number: str) -> list[str]:
    return [line.external_id for line in order_of(simulator, number).lines]


def test_who_answers(simulator: Simulator) -> None:
    identity = simulator.store().identify()
    assert (identity.external_id, identity.name, identity.currency) == (RETAILER, "Les Jours Clairs", "EUR")


def test_a_paid_order_is_read_as_the_customer_sees_it(simulator: Simulator) -> None:
    number = simulator.bought(email="zoe@example.com")
    order = order_of(simulator, number)
    assert (order.external_id, order.number, order.financial_state) == (number, number, FinancialState.PAID)
    blanket, yarn = order.lines
    # Prices hold the tax: the shop keeps lines without it.
    assert (blanket.sku, blanket.title, blanket.variant_title) == (BLANKET, "Plaid en laine du Vercors", "Écru")
    assert (blanket.quantity, blanket.unit_price, blanket.fulfilled) == (2, eur(9190), 0)
    assert (yarn.sku, yarn.quantity, yarn.unit_price, yarn.variant_title) == (YARN, 3, eur(1590), "")
    assert order.total == blanket.unit_price * 2 + yarn.unit_price * 3 + eur(490)
    assert (order.ship_to.name, order.ship_to.city, order.ship_to.country) == ("Camille Moreau", "Lyon", "FR")
    assert order.customer_email == order.ship_to.email == "zoe@example.com"
    assert order.ship_to.shippable
    assert order.canceled_at is None


def test_a_discount_is_part_of_the_unit_price(simulator: Simulator) -> None:
    order = order_of(simulator, simulator.bought(discount=10))
    assert [line.unit_price for line in order.lines] == [eur(8271), eur(1431)]


def test_the_life_of_an_order(simulator: Simulator) -> None:
    number = simulator.bought(paid=False)
    assert order_of(simulator, number).financial_state is FinancialState.PENDING
    simulator.act(RETAILER, number, "cancel")
    canceled = order_of(simulator, number)
    # Never paid: the shop itself does that after a while, and revives it when the money comes late.
    assert (canceled.financial_state, canceled.canceled_at) == (FinancialState.CANCELED, None)
    simulator.act(RETAILER, number, "pay")
    assert order_of(simulator, number).financial_state is FinancialState.PAID
    simulator.act(RETAILER, number, "edit", quantities={YARN: 1}, address={"city": "Nantes"})
    edited = order_of(simulator, number)
    assert ([line.quantity for line in edited.lines], edited.ship_to.city) == ([2, 1], "Nantes")
    simulator.act(RETAILER, number, "status", status="in-production")
    assert order_of(simulator, number).financial_state is FinancialState.UNKNOWN
    simulator.act(RETAILER, number, "cancel")
    canceled = order_of(simulator, number)
    assert canceled.financial_state is FinancialState.CANCELED
    assert canceled.canceled_at == canceled.updated_at


def test_the_bin_cancels_and_gives_back(simulator: Simulator) -> None:
    number = simulator.bought()
    simulator.act(RETAILER, number, "delete")
    assert order_of(simulator, number).financial_state is FinancialState.CANCELED
    simulator.act(RETAILER, number, "restore")
    assert order_of(simulator, number).financial_state is FinancialState.PAID
    simulator.press(RETAILER, f"orders/{number}/status", status="processing")
    simulator.press(RETAILER, f"orders/{simulator.bought()}/cancel")
    assert simulator.store().fetch_order("1") is None
    assert simulator.store().fetch_order("../customers/1") is None


def test_refunds_take_pieces_back(simulator: Simulator) -> None:
    number = simulator.bought()
    before = order_of(simulator, number)
    simulator.act(RETAILER, number, "refund", lines={YARN: 2})
    simulator.act(RETAILER, number, "refund", amount="1.50")
    order = order_of(simulator, number)
    assert [line.quantity for line in order.lines] == [2, 1]
    assert order.financial_state is FinancialState.PAID
    assert order.total == before.total - eur(1590) * 2 - eur(150)
    simulator.act(RETAILER, number, "refund")
    order = order_of(simulator, number)
    assert ([line.quantity for line in order.lines], order.total) == ([0, 0], eur(0))
    assert order.financial_state is FinancialState.REFUNDED


def test_cash_on_delivery_is_not_paid_and_a_cart_is_no_order(simulator: Simulator) -> None:
    assert order_of(simulator, simulator.bought(cod=True)).financial_state is FinancialState.PENDING
    draft = simulator.bought(draft=True)
    assert simulator.store().fetch_order(draft) is None
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert draft not in {ref.external_id for ref in simulator.store().changed_orders(since).refs}


def test_digital_and_typed_lines(simulator: Simulator) -> None:
    lines = [
        {"sku": GIFT, "quantity": 1},
        {"title": "Emballage cadeau", "price": "3.50"},
        {"sku": BLANKET, "quantity": 1},
    ]
    order = order_of(simulator, simulator.bought(lines=lines))
    assert [line.requires_shipping for line in order.lines] == [False, True, True]
    assert [bool(line.variant_id) for line in order.lines] == [True, False, True]


def test_polling_loses_no_order_of_one_and_the_same_second(simulator: Simulator) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    made = simulator.press(RETAILER, "orders", lines=[{"sku": YARN, "quantity": 1}], count=230)["orders"]
    store = simulator.store()
    found: list[str] = []
    pages, cursor = 0, ""
    while True:
        page = store.changed_orders(since, cursor)
        found += [ref.external_id for ref in page.refs]
        pages += 1
        cursor = page.next_cursor
        if not cursor:
            break
    assert set(found) == {order["order_id"] for order in made}
    assert pages < 8


@pytest.mark.parametrize("way", WAYS)
def test_two_parcels_are_recorded_listed_and_complete_the_order(simulator: Simulator, way: str) -> None:
    simulator.press(RETAILER, "tracking", way=way)
    store = simulator.store()
    number = simulator.bought()
    blanket, yarn = lines_of(simulator, number)
    first = store.push_fulfillment(FulfillmentRequest(number, {blanket: 1, yarn: 3}, DHL_TWO))
    assert first.quantities == {blanket: 1, yarn: 3}
    assert simulator.order(RETAILER, number)["status"] == "processing"
    assert [line.fulfilled for line in order_of(simulator, number).lines] == [1, 3]
    (work,) = store.list_work(number)
    assert {line: left for line, (_, left) in work.remaining.items()} == {blanket: 1}

    with pytest.raises(Declined) as caught:
        store.push_fulfillment(FulfillmentRequest(number, {blanket: 2}, COLISSIMO))
    assert caught.value.reason == "nothing_left_to_fulfill"
    assert len(store.list_fulfillments(number)) == 1

    second = store.push_fulfillment(FulfillmentRequest(number, {blanket: 1}, COLISSIMO))
    assert simulator.order(RETAILER, number)["status"] == "completed"
    assert list(store.list_fulfillments(number)) == [
        StoreFulfillment(first.external_id, {blanket: 1, yarn: 3}, DHL_TWO),
        StoreFulfillment(second.external_id, {blanket: 1}, COLISSIMO),
    ]
    order = simulator.order(RETAILER, number)
    shown = {
        "fulfillments": [parcel["numbers"] for parcel in order["fulfillments"]],
        "extension": [[each["number"]] for each in order["trackings"]],
        "notes": [[word for word in note["note"].split() if word.startswith(("JD", "6A"))] for note in order["notes"]],
    }
    assert shown[way] == ([["JD1"], ["JD2"], ["6A1"]] if way == "extension" else [["JD1", "JD2"], ["6A1"]])
    assert all(not rows for name, rows in shown.items() if name != way)


@pytest.mark.parametrize("way", WAYS)
def test_tracking_is_corrected_and_a_repeat_changes_nothing(simulator: Simulator, way: str) -> None:
    simulator.press(RETAILER, "tracking", way=way)
    store = simulator.store()
    number = simulator.bought()
    blanket, yarn = lines_of(simulator, number)
    done = store.push_fulfillment(FulfillmentRequest(number, {blanket: 2, yarn: 3}, COLISSIMO))
    corrected = Tracking("UPS", ("1Z9",), ("https://ups.example/1Z9",))
    for _ in range(2):
        store.update_tracking(done.external_id, corrected, True)
    assert list(store.list_fulfillments(number)) == [StoreFulfillment(done.external_id, done.quantities, corrected)]
    order = simulator.order(RETAILER, number)
    assert order["status"] == "completed"
    if way == "fulfillments":
        (parcel,) = order["fulfillments"]
        assert (parcel["company"], parcel["numbers"]) == ("UPS", ["1Z9"])
        assert {row["line_id"]: row["quantity"] for row in parcel["lines"]} == done.quantities
        assert len(simulator.journal("mail.sent")) == 2
    elif way == "extension":
        assert [(each["company"], each["number"]) for each in order["trackings"]] == [("UPS", "1Z9")]
    else:
        assert len(order["notes"]) == 2
    with pytest.raises(Declined) as caught:
        store.update_tracking(f"{number}.nothing", corrected, True)
    assert caught.value.reason == "tracking_refused"


def test_a_parcel_that_somebody_else_recorded_counts_and_can_be_corrected(simulator: Simulator) -> None:
    store = simulator.store()
    number = simulator.bought()
    blanket, yarn = lines_of(simulator, number)
    simulator.act(RETAILER, number, "ship", lines={YARN: 3}, company="DPD", number="05-1")
    (theirs,) = store.list_fulfillments(number)
    assert (theirs.quantities, theirs.tracking.numbers, theirs.tracking.carrier) == ({yarn: 3}, ("05-1",), "DPD")
    assert [line.fulfilled for line in order_of(simulator, number).lines] == [0, 3]
    with pytest.raises(Declined):
        store.push_fulfillment(FulfillmentRequest(number, {yarn: 1}, COLISSIMO))
    store.update_tracking(theirs.external_id, Tracking("DPD", ("05-2",)), False)
    assert store.list_fulfillments(number)[0].tracking.numbers == ("05-2",)
    # Taken back by the shop's people, it counts no longer.
    simulator.act(RETAILER, number, "cancel_fulfillment")
    assert store.list_fulfillments(number) == []
    ours = store.push_fulfillment(FulfillmentRequest(number, {yarn: 1}, COLISSIMO))
    simulator.act(RETAILER, number, "cancel_fulfillment", delete=True)
    assert [(each.external_id, each.canceled) for each in store.list_fulfillments(number)] == [(ours.external_id, True)]
    store.push_fulfillment(FulfillmentRequest(number, {blanket: 2, yarn: 3}, COLISSIMO))
    assert simulator.order(RETAILER, number)["status"] == "completed"


def test_an_order_completed_by_hand_has_nothing_left(simulator: Simulator) -> None:
    number = simulator.bought()
    simulator.act(RETAILER, number, "status", status="completed")
    assert [line.fulfilled for line in order_of(simulator, number).lines] == [2, 3]


def test_the_last_goods_complete_an_order_that_also_has_something_to_download(simulator: Simulator) -> None:
    number = simulator.bought(lines=[{"sku": GIFT, "quantity": 1}, {"sku": YARN, "quantity": 1}])
    _, yarn = lines_of(simulator, number)
    simulator.store().push_fulfillment(FulfillmentRequest(number, {yarn: 1}, COLISSIMO))
    assert simulator.order(RETAILER, number)["status"] == "completed"


def test_a_parcel_without_a_number_and_one_the_customer_is_not_told_of(simulator: Simulator) -> None:
    simulator.press(RETAILER, "tracking", way="notes")
    number = simulator.bought()
    blanket, yarn = lines_of(simulator, number)
    store = simulator.store()
    quiet = FulfillmentRequest(number, {blanket: 2}, COLISSIMO, notify_customer=False)
    store.push_fulfillment(quiet)
    [note] = simulator.order(RETAILER, number)["notes"]
    assert (COLISSIMO.numbers[0] in note["note"], note["mailed"]) == (True, False)
    store.push_fulfillment(FulfillmentRequest(number, {yarn: 3}, Tracking("Colissimo")))
    mailed = [note["note"] for note in simulator.order(RETAILER, number)["notes"] if note["mailed"]]
    assert mailed == ["\N{PACKAGE} Colissimo"]
    assert [each.tracking for each in store.list_fulfillments(number)] == [COLISSIMO, Tracking("Colissimo")]


LOST = ["500_after", "reset_after", "html", "truncated"]
FIRST_WRITE = {"fulfillments": "createFulfillment", "extension": "createTracking", "notes": "createNote"}


@pytest.mark.parametrize("mode", LOST)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("which", ["showing", "recording"])
def test_a_push_whose_answer_was_lost_is_looked_up_and_never_shown_twice(
    simulator: Simulator, way: str, which: str, mode: str
) -> None:
    simulator.press(RETAILER, "tracking", way=way)
    store = simulator.store()
    number = simulator.bought()
    blanket, yarn = lines_of(simulator, number)
    request = FulfillmentRequest(number, {blanket: 2, yarn: 3}, COLISSIMO)
    simulator.fault(FIRST_WRITE[way] if which == "showing" else "updateOrder", mode)
    with pytest.raises(OutcomeUnknown):
        store.push_fulfillment(request)
    recorded = store.list_fulfillments(number)
    assert [each.quantities for each in recorded] == ([request.quantities] if which == "recording" else [])
    if not recorded:
        store.push_fulfillment(request)
    order = simulator.order(RETAILER, number)
    assert order["status"] == "completed"
    shown = [*order["fulfillments"], *order["trackings"], *order["notes"]]
    assert len(shown) == 1
    assert [each.quantities for each in store.list_fulfillments(number)] == [request.quantities]


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("429", Unavailable), ("500", OutcomeUnknown), ("503", OutcomeUnknown), ("reset", OutcomeUnknown)],
)
def test_a_push_that_was_refused_leaves_nothing(simulator: Simulator, mode: str, kind: type[OutsideError]) -> None:
    store = simulator.store()
    number = simulator.bought()
    blanket, _ = lines_of(simulator, number)
    simulator.fault("createFulfillment", mode)
    with pytest.raises(kind):
        store.push_fulfillment(FulfillmentRequest(number, {blanket: 2}, COLISSIMO))
    assert store.list_fulfillments(number) == []
    assert simulator.order(RETAILER, number)["fulfillments"] == []


def test_busy_between_two_writes_is_not_nothing(simulator: Simulator) -> None:
    store = simulator.store()
    number = simulator.bought()
    blanket, _ = lines_of(simulator, number)
    simulator.fault("updateOrder", "429")
    with pytest.raises(OutcomeUnknown):
        store.push_fulfillment(FulfillmentRequest(number, {blanket: 2}, COLISSIMO))
    assert len(simulator.order(RETAILER, number)["fulfillments"]) == 1


@pytest.mark.parametrize("operation", ["getOrder", "listOrders"])
@pytest.mark.parametrize("mode", ["429", "500", "503", "reset", "html", "truncated"])
def test_a_read_that_fails_is_tried_again_later(simulator: Simulator, operation: str, mode: str) -> None:
    number = simulator.bought()
    simulator.fault(operation, mode)
    store, since = simulator.store(), datetime.now(UTC) - timedelta(minutes=1)
    ask: Callable[[], object] = (
        partial(store.fetch_order, number) if operation == "getOrder" else partial(store.changed_orders, since)
    )
    with pytest.raises(Unavailable):
        ask()


def test_keys_that_are_wrong_revoked_or_may_only_read(simulator: Simulator) -> None:
    number = simulator.bought()
    for secrets in ({"consumer_key": "ck_sandbox_unknown"}, {"consumer_secret": "cs_sandbox_wrong"}):
        store = type(simulator.store())(simulator.account(RETAILER, **secrets))
        with pytest.raises(NeedsAttention) as caught:
            store.identify()
        assert caught.value.reason == "access_refused"
        with pytest.raises(NeedsAttention) as caught:
            store.fetch_order(number)
        assert caught.value.reason == "access_refused"
    simulator.press(RETAILER, "scopes", scopes=["read"])
    with pytest.raises(NeedsAttention) as caught:
        simulator.store().identify()
    assert (caught.value.reason, caught.value.params["scopes"]) == ("missing_scope", ["write"])
    simulator.press(RETAILER, "uninstall")
    with pytest.raises(NeedsAttention) as caught:
        simulator.store().identify()
    assert caught.value.reason == "access_refused"
