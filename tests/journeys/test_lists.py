"""What the lists and the order page tell: nothing is missing, nothing is told that did not happen."""

from __future__ import annotations

import re
from datetime import UTC

import pytest

from orderlane.audit.models import AuditEntry
from orderlane.catalog.actions.answer_listing import save_listing
from orderlane.kernel import clock
from orderlane.orders.models import OrderLine
from orderlane.tenants.models import Organization
from orderlane.tenants.scope import acting_for, system_scope
from orderlane.web.zones import usual_zone
from tests.journeys.visitors import LEA, visitor
from tests.journeys.world import ACTOR, BRUME, CANDLE, LUMEN, World

CORK_BAG = "PC-BAG-MKT"
POSTCARD = "ML-CARTE"
KYOTO = {
    "first_name": "Yuki", "last_name": "Tanaka", "address1": "3-12 Gionmachi", "city": "Kyoto", "province": "Kyōto",
    "province_code": "JP-26", "zip": "605-0074", "country": "Japan", "country_code": "JP",
}  # fmt: skip


def _text(path: str, language: str = "en") -> str:
    answer = visitor(LEA, language=language).get(path)
    assert answer.status_code == 200, path
    return answer.content.decode().replace("&#x27;", "'")


def _count(tab: str) -> int:
    found = re.search(rf'href="\?tab={tab}[^"]*"[^>]*>[^<]*<span class="count[^"]*">([\d,]+)<', _text("/orders"))
    assert found, tab
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize("by", ["ordered", "tracking"])
def test_what_is_ordered_by_hand_is_no_longer_unpaid_here(world: World, by: str) -> None:
    _, po = world.ordered(LUMEN, {CORK_BAG: 1})
    unpaid = _count("unpaid")
    link = f'href="/orders/{po.number}"'
    assert link in _text(f"/orders?tab=unpaid&q={po.number}")
    form = {"supplier_number": "PC-1"} if by == "ordered" else {"number": "XY000000009FR"}
    assert visitor(LEA).post(f"/orders/{po.number}/{by}", form).status_code == 302
    world.settle()
    assert _count("unpaid") == unpaid - 1
    assert link not in _text(f"/orders?tab=unpaid&q={po.number}")
    assert link in _text(f"/orders?payment=outside&q={po.number}")
    assert link not in _text(f"/orders?payment=unpaid&q={po.number}")
    assert "Outside Orderlane" in _text(f"/orders/{po.number}")
    assert "Hors d’Orderlane" in _text(f"/orders/{po.number}", "fr")


def test_what_is_left_out_of_a_payment_is_said_by_number_and_reason(world: World) -> None:
    _, payable = world.ordered(LUMEN, {CANDLE: 1})
    _, by_hand = world.ordered(LUMEN, {CORK_BAG: 1})
    _, waiting = world.ordered(LUMEN, {CANDLE: 1}, paid=False)
    numbers = [po.number for po in (payable, by_hand, waiting)]
    answer = visitor(LEA).post("/checkout", {"purchase_order": numbers}, follow=True)
    said = " ".join(str(message) for message in answer.context["messages"])
    assert said == (
        f"Left out of the payment: {by_hand.number} (ordered and paid on the supplier’s own website), "
        f"{waiting.number} (Customer has not paid)."
    )
    assert answer.redirect_chain[-1][0].startswith("/checkout/")
    row = _text(f"/orders?q={waiting.number}")
    assert 'data-unpayable="Customer has not paid"' in row


def test_a_supplier_that_is_not_paid_here_is_not_said_to_be(world: World) -> None:
    cards = {part.split('"')[0]: part for part in _text("/suppliers").split('aria-label="')}
    assert "on its own website, not in Orderlane" in cards["Porto Cork"]
    assert "PayPal" not in cards["Porto Cork"]
    assert "PayPal" in cards["Atelier Brume"]


def test_own_goods_are_on_the_list_and_on_the_order_they_belong_to(world: World) -> None:
    alone = world.buy(LUMEN, {POSTCARD: 2})
    together, po = world.ordered(LUMEN, {CANDLE: 1, POSTCARD: 1})
    number = world.order(LUMEN, alone).number
    everything = _count("all")
    waiting = _text(f"/orders?q={number.lstrip('#')}")
    assert "Say which supplier product it is" in waiting
    retailer = world.retailer(LUMEN)
    with acting_for(retailer, ACTOR):
        line = OrderLine.objects.get(order__external_id=f"gid://shopify/Order/{alone}")
        save_listing(
            retailer_id=retailer, store_id=world.seeded.stores[LUMEN], variant_id=line.variant_id, product_id=None,
            now=clock.now(),
        )  # fmt: skip
    world.settle()
    listed = _text(f"/orders?q={number.lstrip('#')}")
    for words in (number, "Own goods", "Nothing to order from a supplier"):
        assert words in listed
    assert f"{number} ·" not in listed
    assert _count("all") == everything
    for filtered in ("tab=unpaid", "tab=archived", "channel=auto", "payment=unpaid", "until=2001-01-01"):
        assert "Nothing to order from a supplier" not in _text(f"/orders?q={number.lstrip('#')}&{filtered}")
    page = _text(f"/orders/{po.number}")
    assert "Own goods" in page.split('id="siblings-title"')[1]
    assert world.purchase_orders(LUMEN, alone) == []
    assert world.purchase_orders(LUMEN, together) == [po]


def test_orders_apart_are_paged_together_with_purchase_orders(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.buy(LUMEN, {POSTCARD: 1})
    world.ordered(LUMEN, {CANDLE: 1})
    monkeypatch.setattr("orderlane.web.views.orders.PAGE_SIZE", 1)
    total = _count("all")
    pages = [_text(f"/orders?page={page}") for page in (1, 2)]
    assert f"2–2 of {total}" in pages[1]
    rows = [len(re.findall(r"row-toggle", page)) for page in pages]
    assert rows == [1, 1]
    assert "/orders/OL-" in pages[0]


def test_needs_attention_has_one_count(world: World) -> None:
    order, po = world.ordered(LUMEN, {CANDLE: 1})
    world.pay([po])
    world.act(LUMEN, order, "cancel")
    world.settle()
    page = _text("/orders")
    side = re.search(r'id="attention-count"[^>]*>(\d+)<', page)
    tab = re.search(r'class="tab" href="/attention"[^>]*>[^<]*<span[^>]*>(\d+)<', page)
    assert side
    assert tab
    assert int(side[1]) == int(tab[1]) > 0
    assert visitor(LEA).get("/orders?tab=attention")["Location"] == "/attention"
    fresh = visitor(LEA).get("/orders", headers={"HX-Request": "true"}).content.decode()
    assert re.search(rf'id="attention-count" hx-swap-oob="true">{side[1]}<', fresh)


def test_our_own_parcels_are_no_change_of_the_order(world: World) -> None:
    order, po = world.ordered(LUMEN, {CANDLE: 1})
    world.pay([po])
    [placed] = world.placed(po)
    world.act(BRUME, placed["order_id"], "ship", company="Colissimo", number="6A00000000001")
    world.settle()
    world.poll()
    assert world.outside_order(LUMEN, order)["fulfillment_status"] == "FULFILLED"
    page = _text(f"/orders/{po.number}")
    assert "6A00000000001" in page
    assert "The store changed the order" not in page
    world.act(LUMEN, order, "edit", address={"address1": "1 Elsewhere Road"})
    world.settle()
    page = _text(f"/orders/{po.number}")
    assert "The store changed the order" in page
    assert "Changed: delivery address." in page


def test_letters_that_turn_the_text_around_stay_in_the_store_but_off_the_pages(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1}, address={**KYOTO, "first_name": "\u202egpj", "city": "Kyo\u2066to"})
    assert po.order.customer_name == "\u202egpj Tanaka"
    for path in ("/orders", f"/orders/{po.number}"):
        text = _text(path)
        assert "gpj Tanaka" in text
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)
    export = visitor(LEA).post("/orders/export", {"purchase_order": [po.number]}).content.decode()
    assert "gpj Tanaka" in export
    assert "\u202e" not in export


def test_a_province_is_named_to_people_and_coded_for_the_suppliers_store(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1}, address=KYOTO)
    page = _text(f"/orders/{po.number}")
    assert "Kyoto, KYŌTO\n605-0074\nJAPAN" in page
    assert "JP-26" not in page
    world.pay([po])
    [placed] = world.placed(po)
    assert placed["ship_to"]["province_code"] == "JP-26"


def test_times_are_the_organizations_own_and_keep_the_exact_instant(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    with system_scope(ACTOR):
        entry = AuditEntry.objects.get(about_id=po.pk, action="purchase_order.created")
    assert usual_zone("FR") == "Europe/Paris"
    assert usual_zone("US") == usual_zone("") == "UTC"
    instant = f'<time datetime="{entry.at.astimezone(UTC).isoformat()}"'
    page = _text(f"/orders/{po.number}", "fr")
    assert instant in page
    assert "heure normale d’Europe centrale" in page or "heure d’été d’Europe centrale" in page
    lumen = Organization.objects.get(pk=world.retailer(LUMEN))
    form = {"name": lumen.name, "country": lumen.country, "unpaid_hours": 24}
    refused = visitor(LEA).post("/settings", {**form, "time_zone": "Mars/Olympus"})
    assert refused.status_code == 200
    assert Organization.objects.get(pk=lumen.pk).time_zone == ""
    assert visitor(LEA).post("/settings", {**form, "time_zone": "Asia/Tokyo"}).status_code == 302
    page = _text(f"/orders/{po.number}")
    assert instant in page
    assert "Japan Standard Time" in page
    visitor(LEA).post("/settings", {**form, "time_zone": ""})
    assert Organization.objects.get(pk=lumen.pk).time_zone == ""


def test_a_fresh_order_page_is_only_its_inside(world: World) -> None:
    _, po = world.ordered(LUMEN, {CANDLE: 1})
    answer = visitor(LEA).get(f"/orders/{po.number}", headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert 'id="live-states"' in text
    assert "<html" not in text
    assert "HX-Request" in answer["Vary"]
