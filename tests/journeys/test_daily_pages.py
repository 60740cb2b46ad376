"""The retailer's daily pages, from the list to the payment's result."""

from __future__ import annotations

import csv
import io

import pytest
from django.http import HttpResponseBase

from orderlane.audit.models import AuditEntry
from orderlane.payments.models import Quote
from orderlane.payments.states import PaymentStatus
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.models import Shipment
from orderlane.tenants.scope import system_scope
from tests.journeys.visitors import LEA, everything, lumen_desk, visitor
from tests.journeys.world import ACTOR, BOWL, CANDLE, LUMEN, World

CORK_BAG = "PC-BAG-MKT"
INES = "ines@porto-cork.example"
WORDS = {"en": ("Orders", "Payment", "Ship to"), "fr": ("Commandes", "Paiement", "Livrer à")}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_daily_page_is_shown_in_the_readers_language(world: World, language: str) -> None:
    desk = lumen_desk(world)
    lea = visitor(LEA, language=language)
    orders, payment, ship_to = WORDS[language]
    pages = {
        "/orders": orders,
        "/orders?q=nothing-like-this": orders,
        f"/orders/{desk.unpaid.number}": ship_to,
        f"/orders/{desk.shipped.number}": "6A12345678901",
        f"/checkout/{desk.quote}": ship_to,
        "/payments": payment,
        "/payments?tab=attention": payment,
        "/payments?q=nothing-like-this": payment,
        f"/payments/{desk.open_payment}": payment,
        f"/payments/{desk.open_payment}/return?left=1": payment,
    }
    for path, words in pages.items():
        answer = lea.get(path)
        assert answer.status_code == 200, path
        text = answer.content.decode()
        assert f'<html lang="{language}"' in text, path
        assert words in text, path
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "no-store"


def test_products_ticked_alone_become_a_purchase_order_of_their_own(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 2, BOWL: 1})
    with system_scope(ACTOR):
        bowl = po.lines.get(sku=BOWL)
    answer = visitor(LEA).post("/checkout", {"product": [str(bowl.pk)]})
    quote = _quote(answer)
    with system_scope(ACTOR):
        parts = {part.number: part for part in PurchaseOrder.objects.filter(order_id=po.order_id)}
        assert len(parts) == 2
        [own] = [part for number, part in parts.items() if number != po.number]
        assert list(quote.content["purchase_orders"]) == [str(own.pk)]
        assert [line.sku for line in own.lines.all()] == [BOWL]
        assert [line.sku for line in parts[po.number].lines.all()] == [CANDLE]
    assert own.payment_state == parts[po.number].payment_state == PaymentState.UNPAID
    world.pay([own])
    assert world.fresh(own).forwarding_state == ForwardingState.DELIVERED
    assert world.fresh(po).payment_state == PaymentState.UNPAID


def test_all_products_of_a_purchase_order_or_its_own_tick_leave_it_whole(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 2, BOWL: 1})
    with system_scope(ACTOR):
        lines = [str(line.pk) for line in po.lines.all()]
    for form in ({"product": lines}, {"purchase_order": [po.number], "product": lines[:1]}):
        quote = _quote(visitor(LEA).post("/checkout", form))
        assert list(quote.content["purchase_orders"]) == [str(po.pk)]
        assert len(quote.content["purchase_orders"][str(po.pk)]["lines"]) == 2


def test_products_that_cannot_be_paid_are_not_split_off(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 2, BOWL: 1}, paid=False)
    with system_scope(ACTOR):
        line = po.lines.order_by("id").first()
    assert line is not None
    before = everything()
    answer = visitor(LEA).post("/checkout", {"product": [str(line.pk)], "next": "/orders?tab=unpaid"}, follow=True)
    assert answer.redirect_chain == [("/orders?tab=unpaid", 302)]
    assert "None of the ticked purchase orders can be paid now." in answer.content.decode()
    assert everything() == before


@pytest.mark.parametrize("path", ["/checkout", "/orders/archive", "/orders/export"])
def test_nothing_ticked_is_said_and_the_list_stays_as_it_was(world: World, path: str) -> None:
    answer = visitor(LEA).post(path, {"next": "/orders?tab=unpaid&q=x"}, follow=True)
    assert answer.redirect_chain == [("/orders?tab=unpaid&q=x", 302)]
    assert "Nothing is ticked." in answer.content.decode()


@pytest.mark.parametrize("path", ["/checkout", "/orders/sync", "/language", "/theme"])
@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "https:evil"]
)
def test_nobody_is_led_elsewhere(world: World, path: str, elsewhere: str) -> None:
    answer = visitor(LEA).post(path, {"next": elsewhere})
    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_an_exported_cell_is_never_a_formula(world: World) -> None:
    address = {
        "first_name": "=HYPERLINK(1)", "last_name": "+2", "address1": "1 rue", "city": "Lyon", "zip": "69001",
        "country": "France", "country_code": "FR",
    }  # fmt: skip
    _, po = world.ordered(LUMEN, {CANDLE: 2, BOWL: 1}, address=address)
    lea = visitor(LEA)
    answer = lea.post("/orders/export", {"purchase_order": [po.number]})
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["number"] for row in rows] == [po.number, po.number]
    assert {row["sku"]: row["quantity"] for row in rows} == {CANDLE: "2", BOWL: "1"}
    assert {row["customer"] for row in rows} == {"'=HYPERLINK(1) +2"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    lea.post("/orders/archive", {"purchase_order": [po.number]})
    assert po.number in lea.post("/orders/export", {"purchase_order": [po.number]}).content.decode()


def test_a_forged_return_address_pays_nothing(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    payment = world.start([po], "paypal")
    answer = visitor(LEA).get(
        f"/payments/{payment.pk}/return?status=COMPLETED&token={payment.external_id}&PayerID=X&paid=1&session_id=cs_1"
    )
    assert answer.status_code == 200
    world.settle()
    assert world.payment(payment).status == PaymentStatus.OPEN
    assert world.fresh(po).payment_state == PaymentState.PAYING
    assert world.placed(po) == []


@pytest.mark.parametrize("provider", ["paypal", "stripe"])
def test_an_open_payment_is_canceled_from_its_result_page(world: World, provider: str) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    payment = world.start([po], provider)
    lea, result = visitor(LEA), f"/payments/{payment.pk}/return"
    assert f'action="/payments/{payment.pk}/cancel"' in lea.get(f"{result}?left=1").content.decode()
    polled = {"HX-Request": "true"}
    assert lea.get(f"{result}?left=1&shown=open", headers=polled).status_code == 204
    assert lea.get(f"{result}?left=1&shown=checking", headers=polled).status_code == 200
    answer = lea.post(f"/payments/{payment.pk}/cancel", follow=True)
    assert "The payment was canceled. No money has moved." in answer.content.decode()
    assert world.payment(payment).status == PaymentStatus.CLOSED
    assert world.fresh(po).payment_state == PaymentState.UNPAID
    assert "The payment was not made" in lea.get(f"{result}?left=1&shown=open", headers=polled).content.decode()


def test_what_was_paid_meanwhile_cannot_be_canceled(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    payment = world.start([po], "stripe")
    world.approve(payment)
    answer = visitor(LEA).post(f"/payments/{payment.pk}/cancel", follow=True)
    assert "could not be canceled" in answer.content.decode()
    world.settle()
    assert world.payment(payment).status == PaymentStatus.CAPTURED
    assert world.fresh(po).payment_state == PaymentState.PAID


def test_an_order_placed_by_hand_is_noted_and_followed(world: World) -> None:
    _, po = world.ordered(LUMEN, {CORK_BAG: 2})
    assert not po.auto_order
    lea, page = visitor(LEA), f"/orders/{po.number}"
    text = lea.get(page).content.decode()
    for part in (f'data-copy="{CORK_BAG}"', 'data-copy="Cork Market Bag"', "https://porto-cork.example/products/"):
        assert part in text
    refused = lea.post(f"{page}/ordered", {"supplier_number": "7" * 61})
    assert refused.status_code == 422
    assert f'value="{"7" * 61}"' in refused.content.decode()
    assert world.fresh(po).forwarding_state == ForwardingState.NOT_DUE
    lea.post(f"{page}/ordered", {"supplier_number": " PC-7001 "})
    ordered = world.fresh(po)
    assert (ordered.forwarding_state, ordered.supplier_number) == (ForwardingState.DELIVERED, "PC-7001")
    assert f'action="{page}/ordered"' not in lea.get(page).content.decode()
    assert (
        "The supplier already has this purchase order."
        in lea.post(f"{page}/ordered", {"supplier_number": "PC-7002"}, follow=True).content.decode()
    )
    assert world.fresh(po).supplier_number == "PC-7001"


def test_an_order_noted_by_mistake_is_taken_back_as_long_as_nothing_has_shipped(world: World) -> None:
    order, po = world.ordered(LUMEN, {CORK_BAG: 2})
    lea, page = visitor(LEA), f"/orders/{po.number}"
    before = everything()
    assert "not marked as ordered" in lea.post(f"{page}/ordered/undo", follow=True).content.decode()
    assert everything() == before
    lea.post(f"{page}/ordered", {"supplier_number": "PC-7003"})
    assert visitor(INES).get(f"/supplier{page}").status_code == 200
    assert f'action="{page}/ordered/undo"' in lea.get(page).content.decode()
    assert "follows your store again" in lea.post(f"{page}/ordered/undo", follow=True).content.decode()
    world.settle()
    undone = world.fresh(po)
    assert (undone.forwarding_state, undone.supplier_number, undone.released_at) == (ForwardingState.NOT_DUE, "", None)
    assert visitor(INES).get(f"/supplier{page}").status_code == 404
    with system_scope(ACTOR):
        entry = AuditEntry.objects.filter(about_id=po.pk, new=ForwardingState.NOT_DUE).get()
    assert (entry.reason, entry.detail, entry.actor[:7]) == (
        "not_ordered_after_all",
        {"supplier_number": "PC-7003"},
        "member:",
    )
    # It follows the store again, is ordered once more, and stays so once a parcel has left.
    world.act(LUMEN, order, "edit", quantities={CORK_BAG: 1})
    world.settle()
    with system_scope(ACTOR):
        assert [line.quantity for line in po.lines.all()] == [1]
    lea.post(f"{page}/ordered", {"supplier_number": "PC-7004"})
    lea.post(f"{page}/tracking", {"number": "XY000000003FR", "carrier": "Chronopost"})
    before = everything()
    assert "already left" in lea.post(f"{page}/ordered/undo", follow=True).content.decode()
    assert everything() == before
    world.settle()


def test_the_double_tick_ships_a_part_and_then_the_rest(world: World) -> None:
    order, po = world.ordered(LUMEN, {CORK_BAG: 3})
    lea, page = visitor(LEA), f"/orders/{po.number}"
    with system_scope(ACTOR):
        [line] = po.lines.all()
    field = f"quantity_{line.pk}"
    assert f'name="{field}" value="3"' in lea.get(page).content.decode()
    parcel = {"number": "XY000000004FR", "carrier": "Chronopost", "url": ""}
    before = everything()
    for wrong in ("0", "4", "-1", "x"):
        assert lea.post(f"{page}/tracking", {**parcel, field: wrong}).status_code == 422
    assert everything() == before
    assert lea.post(f"{page}/tracking", {**parcel, field: "2"}).status_code == 302
    world.settle()
    assert world.fresh(po).fulfillment_state == FulfillmentState.PARTIALLY_FULFILLED
    assert f'name="{field}" value="1"' in lea.get(page).content.decode()
    lea.post(f"{page}/tracking", {**parcel, "number": "XY000000005FR", field: "1"})
    world.settle()
    assert world.fresh(po).fulfillment_state == FulfillmentState.FULFILLED
    assert _told(world, order) == [["XY000000004FR"], ["XY000000005FR"]]


def test_the_double_tick_tells_the_store_and_keeps_what_was_typed(world: World) -> None:
    order, po = world.ordered(LUMEN, {CORK_BAG: 2})
    lea, page = visitor(LEA), f"/orders/{po.number}"
    for form, kept in (
        ({"number": "??", "carrier": "Chronopost"}, "Chronopost"),
        ({"url": "//x", "number": "1"}, "//x"),
    ):
        refused = lea.post(f"{page}/tracking", form)
        assert refused.status_code == 422
        assert f'value="{kept}"' in refused.content.decode()
    assert world.fresh(po).fulfillment_state == FulfillmentState.UNFULFILLED
    assert lea.post(f"{page}/tracking", {"number": "XY000000001FR", "carrier": "Chronopost"}).status_code == 302
    world.settle()
    assert _told(world, order) == [["XY000000001FR"]]
    with system_scope(ACTOR):
        parcel = Shipment.objects.get(purchase_order=po)
    refused = lea.post(f"{page}/parcels/{parcel.pk}", {"number": "??", "carrier": "Chronopost"})
    assert refused.status_code == 422
    assert f'id="parcel-{parcel.pk.hex}-number"' in refused.content.decode()
    assert lea.post(f"{page}/parcels/{parcel.pk}", {"number": "XY000000002FR"}).status_code == 302
    world.settle()
    assert _told(world, order) == [["XY000000002FR"]]


def test_the_list_is_refreshed_without_its_frame(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    lea = visitor(LEA)
    part = lea.get(f"/orders?q={po.number}", headers={"HX-Request": "true"})
    assert po.number in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]
    whole = lea.get("/orders", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in whole.content.decode()


def test_a_quote_is_made_anew_for_the_same_purchase_orders(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    quote = world.quote([po])
    fresh = _quote(visitor(LEA).post(f"/checkout/{quote.pk}/again"))
    assert fresh.pk != quote.pk
    assert list(fresh.content["purchase_orders"]) == [str(po.pk)]


def _quote(answer: HttpResponseBase) -> Quote:
    """The quote that a checkout led to."""
    location = answer["Location"]
    assert location.startswith("/checkout/")
    with system_scope(ACTOR):
        return Quote.objects.get(pk=location.removeprefix("/checkout/").partition("?")[0])


def _told(world: World, order: str) -> list[list[str]]:
    return [parcel["numbers"] for parcel in world.outside_order(LUMEN, order)["fulfillments"]]
