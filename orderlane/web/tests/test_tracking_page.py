"""The customer's tracking page: opened by its link alone, and telling no more than its reader needs."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from orderlane.audit.models import AuditEntry
from orderlane.kernel import clock
from orderlane.orders.models import Order
from orderlane.ports.stores import Tracking
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.shipping.actions.enter_tracking import enter_parcel
from orderlane.shipping.models import TrackingPageSettings
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for, system_scope
from orderlane.web.rate_limit import MOST_PER_WINDOW
from orderlane.web.tests.conftest import INES, LEA, LOOKER, OWN_GOODS, SAM, Desk
from tests.journeys.world import BOWL, CANDLE, LUMEN

COLORS = {"shown_name": "", "contact_email": "", "color": "#0b5d4e", "text_color": "#ffffff"}


@pytest.fixture(autouse=True)
def _nobody_was_here_before(desk: Desk) -> None:
    cache.clear()


def _text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def _bought(desk: Desk) -> tuple[Order, PurchaseOrder]:
    """An order of three candles, a bowl and something of the retailer's own, paid and at its supplier."""
    external_id = desk.world.buy(LUMEN, {CANDLE: 3, BOWL: 1, OWN_GOODS: 1})
    desk.world.settle()
    [po] = desk.world.purchase_orders(LUMEN, external_id)
    desk.world.pay([po])
    return desk.world.order(LUMEN, external_id), desk.fresh(po)


def _send_candles(desk: Desk, po: PurchaseOrder, count: int = 2, *, number: str = "6A0001") -> None:
    with acting_for(desk.retailer.pk, "test:pages"):
        line = PurchaseOrderLine.objects.get(purchase_order=po, sku=CANDLE)
        told = Tracking("Colissimo", (number,), (f"https://www.laposte.fr/suivi?code={number}",))
        enter_parcel(po.pk, quantities={line.pk: count}, tracking=told, now=clock.now())
    desk.world.settle()


def test_a_customer_follows_an_order_by_its_link_alone(desk: Desk) -> None:
    order, po = _bought(desk)
    client = Client()
    before = _text(client.get(f"/track/{order.tracking_token}"))
    assert "Votre commande est en préparation" in before, "the order was made in a French store"
    _send_candles(desk, po)
    response = client.get(f"/track/{order.tracking_token}", headers={"accept-language": "en"})
    assert response.headers["Content-Language"] == "fr"
    page = _text(response)
    for said in (order.number, "Maison Lumen", "Une partie de votre commande est en route", "Colissimo", "6A0001"):
        assert said in page
    assert re.search(r"Envoyé le \w+ \d+ \w+ \d{4}", page), "dates are in words"
    assert 'href="https://www.laposte.fr/suivi?code=6A0001"' in response.content.decode()
    parcel = page[page.index("Votre colis") :]
    assert parcel.index("2 ×") < parcel.index("En préparation") < parcel.index("1 ×")
    assert not client.cookies, "following an order leaves nothing in the browser"


def test_the_page_speaks_the_other_language_on_demand(desk: Desk) -> None:
    order, _po = _bought(desk)
    page = Client().get(f"/track/{order.tracking_token}?lang=en")
    assert page.headers["Content-Language"] == "en"
    assert "Your order is being prepared" in _text(page)
    assert '<html lang="en">' in page.content.decode()
    assert Client().get(f"/track/{order.tracking_token}?lang=de").headers["Content-Language"] == "fr"


def test_it_tells_no_street_no_price_and_no_supplier(desk: Desk) -> None:
    order, po = _bought(desk)
    _send_candles(desk, po)
    html = Client().get(f"/track/{order.tracking_token}").content.decode()
    to = order.ship_to
    assert f"{to.city}, France" in _text(Client().get(f"/track/{order.tracking_token}"))
    private = [to.name, to.line1, to.postcode, to.phone, order.customer_email, po.number, "Atelier Brume", "EUR", "€"]
    assert to.line1
    assert to.name
    assert [each for each in private if each and each in html] == []


def test_it_is_for_nobody_else_and_loads_nothing_from_elsewhere(desk: Desk) -> None:
    order, po = _bought(desk)
    _send_candles(desk, po)
    response = Client().get(f"/track/{order.tracking_token}")
    headers = response.headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    html = response.content.decode()
    assert "<script" not in html
    loaded = re.findall(r'(?:src=|<link[^>]+href=)"([^"]+)"', html)
    assert loaded
    assert all(each.startswith(("/static/", "static/", "data:")) for each in loaded), loaded


def test_what_leads_nowhere_is_always_answered_alike(desk: Desk) -> None:
    order, po = _bought(desk)
    client = desk.client(LEA)
    shown = client.get(f"/orders/{po.number}").content.decode()
    assert f"/track/{order.tracking_token}" in shown
    answered = client.post(f"/orders/{po.number}/tracking-link/withdraw", follow=True)
    assert "leads nowhere now" in _text(answered)
    gone = Client().get(f"/track/{order.tracking_token}")
    never = Client().get("/track/" + "x" * 43)
    assert (gone.status_code, never.status_code) == (404, 404)
    assert gone.content == never.content
    assert "Maison Lumen" not in gone.content.decode()
    client.post(f"/orders/{po.number}/tracking-link/withdraw")
    assert len(desk.rows(AuditEntry, about_id=order.pk, action="order.tracking_link_withdrawn")) == 1
    client.post(f"/orders/{po.number}/tracking-link")
    [fresh] = desk.rows(Order, pk=order.pk)
    assert fresh.tracking_token not in {None, order.tracking_token}
    assert Client().get(f"/track/{fresh.tracking_token}").status_code == 200
    assert Client().get(f"/track/{order.tracking_token}").status_code == 404


@pytest.mark.parametrize("email", [LOOKER["retailer"], SAM, INES])
@pytest.mark.parametrize("verb", ["", "/withdraw"])
def test_only_who_may_act_for_the_retailer_handles_a_link(desk: Desk, email: str, verb: str) -> None:
    [order] = desk.rows(Order, pk=desk.delivered.order_id)
    client, before = desk.client(email), desk.history()
    response = client.post(f"/orders/{desk.delivered.number}/tracking-link{verb}")
    assert response.status_code in {403, 404}
    assert desk.history() == before
    assert desk.rows(Order, pk=order.pk)[0].tracking_token == order.tracking_token


def test_it_works_while_the_store_is_disconnected_and_the_order_is_in_the_archive(desk: Desk) -> None:
    order, po = _bought(desk)
    with system_scope("test:pages"):
        status = Store.objects.get(pk=order.store_id).status
        Store.objects.filter(pk=order.store_id).update(status="disconnected")
        PurchaseOrder.objects.filter(pk=po.pk).update(archived_at=clock.now())
    try:
        response = Client().get(f"/track/{order.tracking_token}")
        assert response.status_code == 200
        assert order.number in _text(response)
    finally:
        with system_scope("test:pages"):
            Store.objects.filter(pk=order.store_id).update(status=status)


def test_whoever_tries_links_is_made_to_wait(desk: Desk) -> None:
    client = Client()
    [order] = desk.rows(Order, pk=desk.delivered.order_id)
    to_the_full_minute = timedelta(seconds=60 - clock.now().timestamp() % 60)
    with clock.shifted(to_the_full_minute):
        answers = [client.get(f"/track/{number:043d}").status_code for number in range(MOST_PER_WINDOW + 1)]
        assert answers == [404] * MOST_PER_WINDOW + [429]
        refused = client.get(f"/track/{order.tracking_token}")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    with clock.shifted(to_the_full_minute + timedelta(minutes=1)):
        assert client.get(f"/track/{order.tracking_token}").status_code == 200


def test_links_are_random_and_none_is_like_another(desk: Desk) -> None:
    tokens = [order.tracking_token for order in desk.rows(Order) if order.tracking_token]
    assert len(tokens) == len(set(tokens)) > 1
    assert all(len(token) >= 43 for token in tokens)


def test_a_retailer_gives_the_page_its_own_looks(desk: Desk) -> None:
    client = desk.client(LEA)
    drawn = BytesIO()
    Image.new("RGB", (2000, 400), "#0b5d4e").save(drawn, "JPEG", comment=b"secret")
    logo = SimpleUploadedFile("logo.jpg", drawn.getvalue(), "image/jpeg")
    wanted = {"shown_name": "Les Jours Clairs", "contact_email": "bonjour@lumen.example", "logo": logo}
    response = client.post("/settings/tracking-page", COLORS | wanted)
    assert response.status_code == 302
    [kept] = desk.rows(TrackingPageSettings, retailer=desk.retailer)
    with Image.open(BytesIO(kept.logo)) as small:
        assert (small.format, small.size) == ("PNG", (480, 96))
    assert b"secret" not in bytes(kept.logo)
    [order] = desk.rows(Order, pk=desk.delivered.order_id)
    html = Client().get(f"/track/{order.tracking_token}").content.decode()
    assert "<style>:root{--brand:#0b5d4e;--brand-text:#ffffff}</style>" in html
    assert 'alt="Les Jours Clairs"' in html
    assert "mailto:bonjour@lumen.example" in html
    [entry] = desk.rows(AuditEntry, action="tracking_page.saved")
    assert entry.retailer_id == desk.retailer.pk
    client.post("/settings/tracking-page", COLORS | {"remove_logo": "on"})
    assert desk.rows(TrackingPageSettings, retailer=desk.retailer)[0].logo == b""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"color": "#ffee00"}, "the contrast is 1.2, and 4.5 is the least"),
        ({"color": "#000;} body{display:none"}, "Choose a color"),
        ({"contact_email": "nobody"}, "valid email"),
        ({"logo": SimpleUploadedFile("logo.svg", b"<svg onload='alert(1)'/>", "image/svg+xml")}, "This is no picture"),
        ({"logo": SimpleUploadedFile("logo.png", b"\x89PNG" + b"0" * 3_000_000, "image/png")}, "at most 2 MB"),
    ],
)
def test_looks_that_nobody_could_read_are_refused(desk: Desk, wrong: dict[str, Any], said: str) -> None:
    before = desk.history()
    kept = [row.color for row in desk.rows(TrackingPageSettings)]
    response = desk.client(LEA).post("/settings/tracking-page", COLORS | wrong)
    assert response.status_code == 422
    assert said in _text(response)
    assert desk.history() == before
    assert [row.color for row in desk.rows(TrackingPageSettings)] == kept


def test_the_preview_shows_what_was_typed_and_saves_nothing(desk: Desk) -> None:
    client, before = desk.client(LEA), desk.history()
    response = client.post("/settings/tracking-page/preview", COLORS | {"color": "#123456"})
    assert "--brand:#123456" in response.content.decode()
    assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
    refused = client.post("/settings/tracking-page/preview", COLORS | {"text_color": "#0b5d4f"})
    assert "hard to read" in _text(refused)
    assert desk.history() == before
    assert "frame-src 'self'" in client.get("/settings/tracking-page").headers["Content-Security-Policy"]


def test_suppliers_have_no_tracking_page_and_lookers_change_nothing(desk: Desk) -> None:
    assert desk.client(INES).get("/settings/tracking-page").status_code == 404
    looker, before = desk.client(LOOKER["retailer"]), desk.history()
    assert looker.get("/settings/tracking-page").status_code == 200
    assert looker.post("/settings/tracking-page", COLORS).status_code == 403
    assert desk.history() == before
