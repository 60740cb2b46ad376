"""The matching page: what waits, why something is suggested, what an answer does, and to whom it is open."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from orderlane.audit.models import AuditEntry
from orderlane.catalog.actions.answer_listing import save_listing
from orderlane.catalog.actions.save_goods import save_price, save_product
from orderlane.catalog.models import Listing, Product
from orderlane.kernel import clock
from orderlane.kernel.ids import new_id
from orderlane.kernel.money import Money
from orderlane.orders.models import LineMatch, OrderLine
from orderlane.purchasing.models import PurchaseOrder
from orderlane.stores.models import Store
from orderlane.tenants.models import Organization
from orderlane.tenants.scope import acting_for, system_scope
from orderlane.web.tests.conftest import HUGO, LEA, LOOKER, Desk
from tests.journeys.world import BOWL, CANDLE, LUMEN

PRODUCTS, MATCH = "/products", "/products/match"
RENAMED = "ML-FIGUIER"


@pytest.fixture
def listing(desk: Desk) -> Iterator[Listing]:
    """The retailer's own name for a supplier's candle, ordered twice: one order paid, one not."""
    desk.world.buy(LUMEN, {RENAMED: 1})
    desk.world.buy(LUMEN, {RENAMED: 2}, paid=False)
    desk.world.settle()
    [found] = desk.rows(Listing, sku=RENAMED)
    yield found
    with system_scope("test:pages"):
        PurchaseOrder.objects.filter(lines__order_line__variant_id=found.variant_id).update(hold="no_lines")
    with acting_for(desk.retailer.pk, "test:pages"):
        Listing.objects.filter(pk=found.pk).update(product=None, own_goods=False, decided=False)
        OrderLine.objects.filter(variant_id=found.variant_id).update(quantity=0)


def _text(desk: Desk, address: str, email: str = LEA, language: str = "en") -> str:
    return " ".join(desk.client(email, language).get(address).content.decode().split())


def _post(listing: Listing, product: object) -> dict[str, str]:
    return {"store": str(listing.store_id), "variant": listing.variant_id, "product": str(product)}


def _match(desk: Desk, listing: Listing) -> set[str]:
    return {row.match for row in desk.rows(OrderLine, variant_id=listing.variant_id, quantity__gt=0)}


def test_what_waits_is_suggested_with_its_reason_and_with_what_happens(desk: Desk, listing: Listing) -> None:
    page = _text(desk, f"{PRODUCTS}?q={RENAMED}")
    row = page.split(f'id="listing-{listing.pk}"')[1].split("</li>")[0]
    assert re.search(r"Title \d\d% alike", row)
    assert "AB-BOU-FIG-180" in row
    assert "2 orders wait for it" in row
    assert "1 order becomes payable" in row
    assert "1 order stays on hold: Customer has not paid" in row
    assert "€14.50" in row
    assert "€15.40 · 52%" in re.sub(r"<[^>]+>", "", row)
    french = _text(desk, f"{PRODUCTS}?q={RENAMED}", language="fr")
    assert "1 commande devient payable" in french
    assert "1 commande reste en attente : " in french


def test_one_press_accepts_and_the_orders_are_as_they_were_said_to_be(desk: Desk, listing: Listing) -> None:
    [candle] = desk.rows(Product, sku=CANDLE)
    client = desk.client(LEA)
    answer = client.post(MATCH, {**_post(listing, candle.pk), "next": f"{PRODUCTS}?q={RENAMED}"}, follow=True)
    assert answer.redirect_chain == [(f"{PRODUCTS}?q={RENAMED}", 302)]
    said = " ".join(str(message) for message in answer.context["messages"])
    assert "1 order becomes payable" in said
    assert f"/orders?tab=unpaid&amp;supplier={candle.supplier_id}" in said
    desk.world.settle()
    bought = desk.rows(PurchaseOrder, lines__order_line__variant_id=listing.variant_id, hold="")
    assert [po.payable for po in bought] == [True]
    held = desk.rows(PurchaseOrder, lines__order_line__variant_id=listing.variant_id, hold="customer_unpaid")
    assert len(held) == 1
    saved = desk.rows(AuditEntry, about_id=listing.pk, action="listing.saved")[-1]
    assert saved.detail == {"before": "", "product": str(candle.pk)}
    again = desk.history()
    client.post(MATCH, _post(listing, candle.pk))
    assert desk.history() == again


def test_another_answer_and_one_taken_back_move_only_what_is_not_paid(desk: Desk, listing: Listing) -> None:
    candle, bowl = (desk.rows(Product, sku=sku)[0] for sku in (CANDLE, BOWL))
    client = desk.client(LEA)
    client.post(MATCH, _post(listing, candle.pk))
    desk.world.settle()
    [po] = desk.rows(PurchaseOrder, lines__order_line__variant_id=listing.variant_id, hold="")
    desk.world.pay([po])
    paid = desk.fresh(po).snapshot
    client.post(MATCH, _post(listing, bowl.pk))
    desk.world.settle()
    assert desk.fresh(po).snapshot == paid
    products = {row.product_id for row in desk.rows(OrderLine, variant_id=listing.variant_id, quantity__gt=0)}
    assert products == {candle.pk, bowl.pk}
    client.post(MATCH, _post(listing, "forget"))
    desk.world.settle()
    assert _match(desk, listing) == {LineMatch.MATCHED, LineMatch.UNMATCHED}
    assert desk.rows(AuditEntry, about_id=listing.pk, action="listing.forgotten")
    assert [row.hold for row in desk.rows(PurchaseOrder, order__lines__variant_id=listing.variant_id)].count("") == 1


def test_the_same_sku_and_ean_go_before_a_title(desk: Desk, listing: Listing) -> None:
    with acting_for(desk.supplier.pk, "test:pages"):
        for sku, ean in (("ml figuier", ""), ("X-EAN", "3709999900026")):
            save_product(desk.supplier.pk, sku, price=Money(999, "EUR"), now=clock.now(), title="Autre chose", ean=ean)
    try:
        row = _text(desk, f"{PRODUCTS}?q={RENAMED}").split(f'id="listing-{listing.pk}"')[1].split("</li>")[0]
        assert row.index("Same SKU") < row.index("% alike")
        with acting_for(desk.retailer.pk, "test:pages"):
            Listing.objects.filter(pk=listing.pk).update(sku="3709999900026")
        row = _text(desk, f"{PRODUCTS}?q=figuier").split(f'id="listing-{listing.pk}"')[1].split("</li>")[0]
        assert row.index("Same EAN") < row.index("% alike")
    finally:
        with system_scope("test:pages"):
            Product.objects.filter(sku__in=["ml figuier", "X-EAN"]).delete()


def test_a_cost_that_changed_is_shown_until_it_is_noted(desk: Desk, listing: Listing) -> None:
    [candle] = desk.rows(Product, sku=CANDLE)
    client = desk.client(LEA)
    client.post(MATCH, _post(listing, candle.pk))
    desk.world.settle()
    with acting_for(desk.supplier.pk, "test:pages"):
        save_price(candle.pk, Money(1600, "USD"), now=clock.now())
    try:
        page = _text(desk, f"{PRODUCTS}?tab=changed&q={RENAMED}")
        assert "was €14.50" in page
        assert "$16.00" in page
        assert re.search(r"1 USD = 0\.\d{4,} EUR · ", page), "the reader sees that a rate was used, and of which day"
        before = desk.history()
        assert desk.client(LOOKER["retailer"]).post("/products/seen", {"listing": listing.pk}).status_code == 403
        foreign = {"listing": [listing.pk, new_id()]}
        assert client.post("/products/seen", foreign).status_code == 404
        assert desk.history() == before
        client.post("/products/seen", {"listing": listing.pk})
        assert f"listing-{listing.pk}" not in _text(desk, f"{PRODUCTS}?tab=changed")
        [seen] = desk.rows(AuditEntry, about_id=listing.pk, action="listing.cost_seen")
        assert (seen.old, seen.new) == ("14.50 EUR", "16.00 USD")
    finally:
        with acting_for(desk.supplier.pk, "test:pages"):
            save_price(candle.pk, candle.price, now=clock.now())


def test_filters_are_in_the_address_and_pages_are_cut_by_key(
    desk: Desk, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderlane.web.views.products.PAGE_SIZE", 2)
    now = clock.now()
    with acting_for(desk.retailer.pk, "test:pages"):
        made = [
            save_listing(
                retailer_id=desk.retailer.pk,
                store_id=listing.store_id,
                variant_id=f"page-{n}",
                product_id=None,
                now=now,
            )
            for n in range(5)
        ]
        Listing.objects.filter(pk__in=[row.pk for row in made]).update(search_text="eponge a pages")
    try:
        address, seen = f"{PRODUCTS}?tab=own&q=Éponge", []
        while address:
            page = desk.client(LEA).get(address).context["page"]
            seen += [row.id for row in page.rows]
            address = f"{PRODUCTS}?tab=own&q=Éponge&after={page.after}" if page.after else ""
        assert seen == [str(row.pk) for row in reversed(made)]
        back = desk.client(LEA).get(f"{PRODUCTS}?tab=own&q=Éponge&before={seen[-1]}").context["page"]
        assert [row.id for row in back.rows] == seen[2:4]
        assert (bool(back.before), bool(back.after)) == (True, True)
        for filters, count in (
            ("store=nonsense", 5),
            (f"store={new_id()}", 0),
            ("supplier=nonsense", 5),
            ("tab=own", 5),
        ):
            tabs = desk.client(LEA).get(f"{PRODUCTS}?tab=own&q=Éponge&{filters}").context["page"].tabs
            assert next(tab.count for tab in tabs if tab.name == "own") == count
    finally:
        with acting_for(desk.retailer.pk, "test:pages"):
            Listing.objects.filter(pk__in=[row.pk for row in made]).delete()


def test_who_only_looks_sees_everything_and_changes_nothing(desk: Desk, listing: Listing) -> None:
    [candle] = desk.rows(Product, sku=CANDLE)
    page = _text(desk, f"{PRODUCTS}?q={RENAMED}", LOOKER["retailer"])
    assert "% alike" in page
    assert "data-accept" not in page
    before = desk.history()
    for email, status in ((LOOKER["retailer"], 403), (HUGO, 404)):
        assert desk.client(email).post(MATCH, _post(listing, candle.pk)).status_code == status
    assert desk.history() == before
    assert desk.rows(Listing, pk=listing.pk)[0].product_id is None


def test_another_organizations_store_and_product_are_like_absent_ones(desk: Desk, listing: Listing) -> None:
    with system_scope("test:pages"):
        other = Store.objects.exclude(organization=desk.retailer).first()
        stranger = Organization.objects.create(kind="supplier", name="Stranger", country="FR", created_at=clock.now())
        theirs = Product.objects.create(
            supplier=stranger, sku="S-1", title="Bougie au figuier", price_minor=1, currency="EUR"
        )
    assert other is not None
    try:
        before = desk.history()
        client = desk.client(LEA)
        refused = client.post(MATCH, _post(listing, theirs.pk), follow=True)
        assert "None of your suppliers offers this product" in " ".join(map(str, refused.context["messages"]))
        assert client.post(MATCH, {**_post(listing, "own"), "store": str(other.pk)}).status_code == 404
        assert "S-1" not in _text(desk, f"{PRODUCTS}?q={RENAMED}")
        assert desk.history() == before
    finally:
        with system_scope("test:pages"):
            theirs.delete()
            stranger.delete()
