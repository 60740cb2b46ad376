"""What the buttons of the set-up pages do, from the click to the outside."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.test import Client

from orderlane.audit.models import AuditEntry
from orderlane.catalog.actions.save_goods import save_product
from orderlane.catalog.models import Listing, Product
from orderlane.inbox.actions.finish_message import quarantine_message
from orderlane.inbox.models import InboundMessage
from orderlane.kernel import clock
from orderlane.kernel.money import Money
from orderlane.members.models import Member, Membership
from orderlane.orders.models import OrderLine
from orderlane.purchasing.actions.note_change import note_change
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.shipping.models import Fulfillment, Shipment
from orderlane.stores.models import Store
from orderlane.suppliers.models import PaymentAccount, SupplierProfile
from orderlane.tenants.models import Organization
from orderlane.tenants.scope import acting_for, system_scope
from orderlane.web.tests.conftest import DANA, HUGO, INES, LEA, OWN_GOODS, SAM, Desk
from tests.journeys.world import BOWL, CASCADE, LANTERN, LUMEN, NORTHWIND


def _messages(response: Any) -> str:
    return re.sub(r"\s+", " ", " ".join(str(message) for message in response.context["messages"]))


def _outside(desk: Desk) -> dict[str, Any]:
    told: dict[str, Any] = httpx.get(f"{desk.world.sandbox.url}/seed.json", trust_env=False).json()
    return told


def test_own_goods_leave_the_desk_for_all_orders(desk: Desk) -> None:
    desk.world.buy(LUMEN, {OWN_GOODS: 2})
    desk.world.settle()
    line = desk.rows(OrderLine, sku=OWN_GOODS)[-1]
    with system_scope("test:pages"):
        Listing.objects.filter(variant_id=line.variant_id).update(product=None, decided=False, own_goods=False)
        OrderLine.objects.filter(pk=line.pk).update(match="unmatched")
        store_id = str(OrderLine.objects.select_related("order").get(pk=line.pk).order.store_id)
    posted = {"store": store_id, "variant": line.variant_id, "product": "own"}
    response = desk.client(LEA).post("/products/match", posted, follow=True)
    assert "your own goods" in _messages(response)
    desk.world.settle()
    assert {row.match for row in desk.rows(OrderLine, variant_id=line.variant_id)} == {"own_goods"}
    [matched] = desk.rows(AuditEntry, about_id=line.order_id, action="order.matched")
    assert matched.detail["variant"] == line.variant_id
    assert [row.product_id for row in desk.rows(Listing, variant_id=line.variant_id)] == [None]


def test_a_listing_needs_a_variant_and_a_visible_product(desk: Desk) -> None:
    store = desk.rows(Store, organization=desk.retailer)[0]
    client, before = desk.client(LEA), desk.history()
    response = client.post("/products/match", {"store": store.pk, "variant": "", "product": "own"}, follow=True)
    assert "custom item" in _messages(response)
    for product in ("nonsense", ""):
        posted = {"store": store.pk, "variant": "gid://shopify/ProductVariant/1", "product": product}
        assert client.post("/products/match", posted).status_code == 404
    assert desk.history() == before


def test_a_variant_nobody_sold_and_products_of_strangers_are_refused_in_words(desk: Desk) -> None:
    stranger = Organization.objects.create(name="A stranger", kind="supplier", country="FR", created_at=clock.now())
    with acting_for(stranger.pk, "test:pages"):
        strange = save_product(stranger.pk, "STRANGE", price=Money(100, "USD"), now=clock.now(), title="Strange")
    _order, po = desk.world.ordered(NORTHWIND, {LANTERN: 1})
    with system_scope("test:pages"):
        sold = OrderLine.objects.select_related("order__store").get(order_id=po.order_id)
        elsewhere = Store.objects.filter(organization=desk.retailer).first()
        listings = sorted(Listing.objects.values_list("pk", "variant_id", "product_id"))
    store = sold.order.store
    assert elsewhere is not None
    client, before = desk.client(SAM), desk.history()
    for variant, product, words in (
        ("gid://shopify/ProductVariant/1", str(sold.product_id), "has sold no such product"),
        ("gid://shopify/ProductVariant/1", "own", "has sold no such product"),
        (sold.variant_id, str(uuid4()), "None of your suppliers offers this product"),
        (sold.variant_id, str(strange.pk), "None of your suppliers offers this product"),
    ):
        posted = {"store": store.pk, "variant": variant, "product": product}
        assert words in _messages(client.post("/products/match", posted, follow=True))
    unknown = client.get("/products/choose", {"store": str(store.pk), "variant": "nothing"}, follow=True)
    assert "has sold no such product" in _messages(unknown)
    posted = {"store": elsewhere.pk, "variant": sold.variant_id, "product": str(sold.product_id)}
    assert client.post("/products/match", posted).status_code == 404
    assert desk.history() == before
    with system_scope("test:pages"):
        assert sorted(Listing.objects.values_list("pk", "variant_id", "product_id")) == listings


def test_a_supplier_ships_a_part_and_the_store_is_told(desk: Desk) -> None:
    _order, po = desk.world.ordered(LUMEN, {BOWL: 3})
    desk.world.pay([po])
    client = desk.client(HUGO)
    [line] = desk.rows(PurchaseOrderLine, purchase_order=po)
    posted = {"number": "6A21448839110", "carrier": "Colissimo", f"quantity_{line.pk}": "2"}
    too_many = client.post(f"/supplier/orders/{po.number}/ship", {**posted, f"quantity_{line.pk}": "4"})
    assert too_many.status_code == 200
    assert desk.rows(Shipment, purchase_order=po) == []
    shipped = client.post(f"/supplier/orders/{po.number}/ship", posted, follow=True)
    assert "on its way to the retailer" in _messages(shipped)
    desk.world.settle()
    [parcel] = desk.rows(Shipment, purchase_order=po)
    assert desk.rows(Fulfillment, shipment=parcel)[0].status == "pushed"
    assert desk.fresh(po).fulfillment_state == "partially_fulfilled"
    corrected = client.post(f"/supplier/orders/{po.number}/parcels/{parcel.pk}", {"number": "6A0", "carrier": "DPD"})
    assert corrected.status_code == 302
    assert desk.rows(Shipment, purchase_order=po)[0].tracking_numbers == ["6A0"]


def test_wrong_keys_connect_nothing_and_right_ones_do(desk: Desk) -> None:
    told = next(row for row in _outside(desk)["shopify"]["stores"] if row["domain"] == NORTHWIND)
    posted = {"external_id": NORTHWIND, "access_token": "wrong", "webhook_secret": told["webhook_secret"]}
    client, before = desk.client(SAM), desk.history()
    refused = client.post("/stores/connect/shopify", posted)
    assert "refused" in refused.content.decode()
    assert "wrong" not in refused.content.decode()
    assert desk.history() == before
    accepted = client.post("/stores/connect/shopify", {**posted, "access_token": told["access_token"]}, follow=True)
    assert "is connected" in _messages(accepted)
    assert desk.history() > before


def test_a_disconnected_store_can_be_connected_again(desk: Desk) -> None:
    told = next(row for row in _outside(desk)["shopify"]["stores"] if row["domain"] == CASCADE)
    [store] = desk.rows(Store, external_id=CASCADE)
    client = desk.client(DANA)
    assert client.get(f"/stores/{store.pk}/disconnect").status_code == 200
    assert desk.rows(Store, pk=store.pk)[0].status == "connected"
    client.post(f"/stores/{store.pk}/disconnect")
    assert desk.rows(Store, pk=store.pk)[0].status == "disconnected"
    card = client.get("/supplier/store").content.decode()
    assert "<dt>Disconnected</dt>" in card
    assert "<dt>Connected</dt>" not in card.split(store.name)[1].split("</section>")[0]
    [profile] = desk.rows(SupplierProfile, supplier__name="Cascade Gear")
    assert (profile.auto_order, profile.order_store_id) == (False, None)
    on = client.post("/supplier/store/auto-order", {"on": "1"}, follow=True)
    assert "needs everything" in _messages(on)
    posted = {name: told[name] for name in ("access_token", "webhook_secret")} | {"external_id": told["domain"]}
    client.post(f"/stores/connect/shopify?store={store.pk}", posted)
    client.post(f"/supplier/store/{store.pk}/choose")
    on = client.post("/supplier/store/auto-order", {"on": "1"}, follow=True)
    assert "Auto-order is on" in _messages(on)
    [profile] = desk.rows(SupplierProfile, supplier__name="Cascade Gear")
    assert (profile.auto_order, profile.order_store_id) == (True, store.pk)
    _order, po = desk.world.ordered(LUMEN, {LANTERN: 1})
    assert po.auto_order


def test_a_store_to_be_connected_again_does_not_become_another_one(desk: Desk) -> None:
    told = next(row for row in _outside(desk)["shopify"]["stores"] if row["domain"] == LUMEN)
    [store] = desk.rows(Store, external_id=NORTHWIND)
    posted = {name: told[name] for name in ("access_token", "webhook_secret")} | {"external_id": LUMEN}
    before = desk.history()
    refused = desk.client(SAM).post(f"/stores/connect/shopify?store={store.pk}", posted).content.decode()
    assert f"{LUMEN} is another store than {NORTHWIND}" in refused
    assert desk.history() == before


def test_a_suppliers_store_is_not_connected_as_a_retailers(desk: Desk) -> None:
    told = next(row for row in _outside(desk)["shopify"]["stores"] if row["domain"] == CASCADE)
    posted = {name: told[name] for name in ("access_token", "webhook_secret")} | {"external_id": CASCADE}
    before = desk.history()
    refused = desk.client(SAM).post("/stores/connect/shopify", posted).content.decode()
    assert "takes Orderlane’s orders for a supplier" in refused
    assert "Cascade Gear" not in refused
    assert desk.history() == before


def test_the_preview_tells_of_paid_orders_whose_tracking_would_not_arrive(desk: Desk) -> None:
    store = desk.rows(Store, external_id=LUMEN)[0]
    _order, po = desk.world.ordered(LUMEN, {BOWL: 1})
    client = desk.client(LEA)
    waiting = r"(\d+) paid orders? ha(?:s|ve) not shipped in full"
    before = re.search(waiting, client.get(f"/stores/{store.pk}/disconnect").content.decode())
    desk.world.pay([po])
    after = re.search(waiting, client.get(f"/stores/{store.pk}/disconnect").content.decode())
    assert after is not None
    assert int(after[1]) == (int(before[1]) if before else 0) + 1


def test_the_webhook_address_shown_first_is_the_accounts(desk: Desk) -> None:
    told = next(row for row in _outside(desk)["stripe"]["accounts"] if row["name"] == "Cascade Gear")
    client = desk.client(INES)
    page = client.get("/supplier/payment-accounts/connect/stripe")
    [account_id] = set(re.findall(r"/hooks/payments/([0-9a-f-]{36})", page.content.decode()))
    posted = {"api_key": told["api_key"], "webhook_secret": told["webhook_secret"], "environment": "test"}
    before = desk.history()
    refused = client.post("/supplier/payment-accounts/connect/stripe", {**posted, "api_key": "sk_test_nonsense"})
    assert refused.status_code == 200
    live = client.post("/supplier/payment-accounts/connect/stripe", {**posted, "environment": "live"})
    assert "test instead of live" in live.content.decode()
    assert desk.history() == before
    client.post("/supplier/payment-accounts/connect/stripe", posted)
    [account] = desk.rows(PaymentAccount, supplier__name="Porto Cork", provider="stripe")
    assert (str(account.pk), account.external_id, account.environment) == (account_id, told["id"], "test")
    client.post(f"/supplier/payment-accounts/{account.pk}/close")
    assert not desk.rows(PaymentAccount, pk=account.pk)[0].active


def test_an_invitation_works_once_and_only_for_its_reader(desk: Desk) -> None:
    owner = desk.client(LEA)
    sent = owner.post("/settings/members/invite", {"email": "New@Example.com ", "role": "staff"}, follow=True)
    assert "sends no e-mail" in _messages(sent)
    [link] = set(re.findall(r"(/invitation/[\w-]+)", sent.content.decode()))
    assert "/invitation/" not in owner.get("/settings/members").content.decode()
    assert "for somebody else" in desk.client(SAM).get(link).content.decode()
    newcomer = Client()
    assert "Join Maison Lumen" in newcomer.get(link).content.decode()
    weak = newcomer.post(link, {"name": "New", "password": "short"})
    assert weak.status_code == 200
    assert not Member.objects.filter(email="new@example.com").exists()
    done = newcomer.post(link, {"name": "New", "password": "four unrelated words here"}, follow=True)
    assert "Welcome to Maison Lumen" in _messages(done)
    membership = Membership.objects.get(member__email="new@example.com")
    assert (membership.organization_id, membership.role) == (desk.retailer.pk, "staff")
    assert Client().get(link).status_code == 410
    assert Client().get("/invitation/nonsense").status_code == 410
    membership.delete()
    with system_scope("test:pages"):
        Member.objects.filter(email="new@example.com").delete()


def test_the_last_owner_stays(desk: Desk) -> None:
    [membership] = Membership.objects.filter(organization=desk.retailer, role="owner")
    client, before = desk.client(LEA), desk.history()
    for verb, posted in (("role", {"role": "staff"}), ("remove", {})):
        response = client.post(f"/settings/members/{membership.pk}/{verb}", posted)
        assert response.status_code == 302
    assert Membership.objects.get(pk=membership.pk).role == "owner"
    assert desk.history() == before


def test_a_supplier_sets_what_it_charges(desk: Desk) -> None:
    client = desk.client(HUGO, "fr")
    form = client.get("/settings").context["page"]
    kept = {name: form.more_form.initial[name] for name in form.more_form.fields}
    posted = {**{k: v for k, v in kept.items() if v not in (None, "", False)}, **form.form.initial}
    before = desk.history()
    assert client.post("/settings", {**posted, "shipping": "5,901"}).status_code == 200
    assert client.post("/settings", {**posted, "vat_percent": ""}).status_code == 200
    assert desk.history() == before
    assert client.post("/settings", {**posted, "shipping": "6,90", "vat_percent": "5,5"}).status_code == 302
    [profile] = desk.rows(SupplierProfile, supplier=desk.supplier)
    assert profile.vat_basis_points == 550
    assert client.post("/settings", posted).status_code == 302
    assert Organization.objects.get(pk=desk.supplier.pk).country == "FR"


def test_only_goods_kept_by_hand_have_a_price_to_change(desk: Desk) -> None:
    by_hand = desk.rows(Product, supplier__name="Porto Cork")[0]
    client = desk.client(INES)
    client.post(f"/supplier/products/{by_hand.pk}/price", {"amount": "12,34"})
    assert desk.rows(Product, pk=by_hand.pk)[0].price_minor == 1234
    for nonsense in ("-1", "1.234", "NaN", ""):
        client.post(f"/supplier/products/{by_hand.pk}/price", {"amount": nonsense})
    assert desk.rows(Product, pk=by_hand.pk)[0].price_minor == 1234
    from_store = desk.rows(Product, supplier=desk.supplier)[0]
    assert desk.client(HUGO).post(f"/supplier/products/{from_store.pk}/price", {"amount": "1"}).status_code == 404


def test_the_desk_runs_a_message_again_or_closes_it(desk: Desk) -> None:
    message = next(row for row in desk.rows(InboundMessage, organization=desk.retailer) if row.resource_id)
    client = desk.client(LEA)
    for verb, status in (("run", "received"), ("ignore", "done")):
        with system_scope("test:pages"):
            InboundMessage.objects.filter(pk=message.pk).update(status="received")
            quarantine_message(message.pk, "shop_frozen")
        assert "frozen" in client.get("/attention").content.decode()
        assert client.post(f"/attention/{verb}/{message.pk}").status_code == 302
        assert desk.rows(InboundMessage, pk=message.pk)[0].status == status
        desk.world.settle()
    before = desk.history()
    again = client.post(f"/attention/run/{message.pk}", follow=True)
    assert "no longer possible" in _messages(again)
    assert desk.history() == before
    person = f"member:{Member.objects.get(email=LEA).pk}"
    acts = [(row.actor, row.old, row.new, row.reason) for row in desk.rows(AuditEntry, about_id=message.pk)]
    assert acts == [(person, "quarantined", "received", ""), (person, "quarantined", "done", "ignored")]


def test_a_noted_change_comes_back_only_when_the_store_changes_again(desk: Desk) -> None:
    order, po = desk.world.ordered(LUMEN, {BOWL: 2})
    desk.world.pay([po])
    desk.world.act(LUMEN, order, "edit", quantities={BOWL: 1})
    desk.world.settle()
    assert desk.fresh(po).changed_in_store_at is not None
    client = desk.client(LEA)
    assert po.number in client.get("/attention").content.decode()
    client.post(f"/attention/note/{po.pk}")
    desk.world.act(LUMEN, order, "tag", tags=["seen"])
    desk.world.settle()
    assert desk.fresh(po).changed_in_store_at is None
    desk.world.act(LUMEN, order, "cancel")
    desk.world.settle()
    assert desk.fresh(po).changed_in_store_at is not None
    with acting_for(desk.retailer.pk, "test:pages"):
        note_change(po.pk, now=clock.now())
        assert AuditEntry.objects.filter(about_id=po.pk, action="purchase_order.change_noted").count() == 2


def test_nothing_unpaid_can_be_forwarded_by_hand(desk: Desk) -> None:
    _order, po = desk.world.ordered(LUMEN, {BOWL: 1})
    client, before = desk.client(LEA), desk.history()
    response = client.post(f"/attention/forward/{po.pk}", follow=True)
    assert "not paid yet" in _messages(response)
    assert desk.fresh(po).forwarding_state == "not_due"
    assert desk.history() == before


@pytest.mark.parametrize("email", [HUGO, LEA])
def test_synchronize_reads_the_store_now(desk: Desk, email: str) -> None:
    organization = Organization.objects.get(memberships__member__email=email)
    [store] = desk.rows(Store, organization=organization, platform="shopify")
    desk.client(email).post(f"/stores/{store.pk}/synchronize")
    desk.world.settle()
    assert desk.rows(Store, pk=store.pk)[0].last_polled_at is not None
    assert desk.rows(PurchaseOrder, pk=desk.delivered.pk)[0].forwarding_state == "delivered"


def test_a_custom_item_is_set_aside_and_stays_so(desk: Desk) -> None:
    wrapping = {"title": "Gift wrapping", "price": "4.00", "quantity": 1, "requires_shipping": True}
    order = str(desk.world.post(f"/shopify/{LUMEN}/_sandbox/orders", {"lines": [wrapping]})["order"]["order_id"])
    desk.world.settle()
    [line] = desk.rows(OrderLine, title="Gift wrapping")
    assert line.match == "unmatched"
    [store] = desk.rows(Store, external_id=LUMEN)
    posted = {"store": store.pk, "title": "Gift wrapping"}
    assert desk.client(SAM).post("/products/set-aside", posted).status_code == 404
    assert desk.rows(OrderLine, pk=line.pk)[0].match == "unmatched"
    desk.client(LEA).post("/products/set-aside", posted)
    desk.world.act(LUMEN, order, "tag", tags=["seen"])
    desk.world.settle()
    assert desk.rows(OrderLine, pk=line.pk)[0].match == "own_goods"


def test_a_stores_card_tells_when_it_was_last_heard(desk: Desk) -> None:
    [store] = desk.rows(Store, external_id=LUMEN)
    cards = desk.client(LEA).get("/stores").context["page"].cards
    [card] = [each for each in cards if each.name == store.name]
    newest = max(row.received_at for row in desk.rows(InboundMessage, connection_id=store.pk))
    assert {str(label): value for label, value in card.facts}["Last webhook"] == newest


def test_a_supplier_that_cannot_be_paid_yet_is_told_everywhere_with_the_reason(desk: Desk) -> None:
    _order, po = desk.world.ordered(LUMEN, {BOWL: 1})
    profile = desk.rows(SupplierProfile, supplier=desk.supplier)[0]
    client = desk.client(LEA)
    before = client.get("/suppliers").content.decode()
    assert "PayPal" in before
    with acting_for(desk.supplier.pk, "test:pages"):
        SupplierProfile.objects.filter(pk=profile.pk).update(billing_name="")
    try:
        card = client.get("/suppliers").content.decode().split('aria-label="Atelier Brume"')[1].split("</section>")[0]
        assert "It cannot be paid yet. Still missing on its side: billing details." in card
        assert "not possible here yet" in card
        assert "PayPal" not in card
        page = client.get(f"/orders/{po.number}").content.decode()
        assert "It cannot be paid yet" in page
        assert "billing details or shipping" in page
        assert f"/suppliers#supplier-{desk.supplier.pk}" in page
        assert 'action="/checkout"' not in page
        answer = client.post("/checkout", {"purchase_order": [po.number]}, follow=True)
        assert f"Left out of the payment: {po.number}" in _messages(answer)
        assert "None of the ticked purchase orders can be paid now." in _messages(answer)
    finally:
        with acting_for(desk.supplier.pk, "test:pages"):
            SupplierProfile.objects.filter(pk=profile.pk).update(billing_name=profile.billing_name)
