"""Each set-up page: in both languages, as a stranger, read-only, signed out, and as the wrong kind of organization."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from orderlane.catalog.models import Product
from orderlane.members.models import Membership
from orderlane.stores.models import Store
from orderlane.suppliers.models import PaymentAccount
from orderlane.web.tests.conftest import DANA, HUGO, LEA, LOOKER, SAM, Desk

RETAILER_PAGES = {
    "/attention": ("Needs attention", "Action requise"),
    "/products": ("One answer applies to all orders.", "Une réponse vaut pour toutes les commandes."),
    "/suppliers": ("per purchase order", "par bon de commande"),
    "/stores": ("Last webhook", "Dernier webhook"),
    "/stores/connect/shopify": ("Admin API access token", "Jeton d’accès à l’API Admin"),
    "/settings": ("Display name", "Nom affiché"),
    "/settings/members": ("Invite somebody", "Inviter quelqu’un"),
    "/settings/language": ("Language and colors", "Langue et couleurs"),
}
SUPPLIER_PAGES = {
    "/attention": ("Needs attention", "Action requise"),
    "/supplier/orders": ("To ship", "À expédier"),
    "/supplier/products": ("Import from my store", "Importer depuis ma boutique"),
    "/supplier/payment-accounts": ("Webhook address", "Adresse du webhook"),
    "/supplier/payment-accounts/connect/paypal": ("PayPal secret", "Secret PayPal"),
    "/supplier/payment-accounts/connect/stripe": ("Stripe restricted key", "Clé restreinte Stripe"),
    "/supplier/store": ("Switch auto-order off", "Désactiver la commande automatique"),
    "/settings": ("Billing address", "Adresse de facturation"),
}
PAGES = [(LEA, url, words) for url, words in RETAILER_PAGES.items()]
PAGES += [(HUGO, url, words) for url, words in SUPPLIER_PAGES.items()]

Address = Callable[[Desk], tuple[str, dict[str, str]]]


@pytest.mark.parametrize("language", [0, 1])
@pytest.mark.parametrize(("email", "url", "words"), PAGES)
def test_a_page_speaks_both_languages(desk: Desk, email: str, url: str, words: tuple[str, str], language: int) -> None:
    response = desk.client(email, ("en", "fr")[language]).get(url)
    assert response.status_code == 200
    shown = response.content.decode().replace("&#x27;", "'")
    assert words[language] in shown
    assert "style=" not in shown
    assert "<style" not in shown


@pytest.mark.parametrize("url", sorted({*RETAILER_PAGES, *SUPPLIER_PAGES, "/products/choose"}))
def test_signed_out_leads_to_the_sign_in(desk: Desk, url: str) -> None:
    response = Client().get(url)
    assert response.status_code == 302
    assert response["Location"] == f"/account/login/?next={url}"


@pytest.mark.parametrize(("email", "url"), [(LEA, u) for u in SUPPLIER_PAGES] + [(HUGO, u) for u in RETAILER_PAGES])
def test_a_page_of_the_other_kind_of_organization_does_not_exist(desk: Desk, email: str, url: str) -> None:
    shared = url.startswith(("/settings", "/stores/connect", "/attention"))
    assert desk.client(email).get(url).status_code == (200 if shared else 404)


def _store(desk: Desk, organization: str) -> str:
    return str(desk.rows(Store, organization__name=organization)[0].pk)


def _member(desk: Desk, organization: str) -> str:
    rows = Membership.objects.filter(organization__name=organization, role="owner")
    return str(rows.get().pk)


# What strangers and onlookers try: who belongs there, and the address with what is posted.
RETAILER_ACTS: dict[str, Address] = {
    "forward": lambda d: (f"/attention/forward/{d.delivered.pk}", {}),
    "note": lambda d: (f"/attention/note/{d.delivered.pk}", {}),
    "push": lambda d: (f"/attention/push/{uuid4()}", {}),
    "start history": lambda d: (f"/stores/{_store(d, 'Maison Lumen')}/history/start", {"days": "30"}),
    "match": lambda d: (
        "/products/match",
        {"store": _store(d, "Maison Lumen"), "variant": "gid://shopify/ProductVariant/1", "product": "own"},
    ),
    "synchronize": lambda d: (f"/stores/{_store(d, 'Maison Lumen')}/synchronize", {}),
    "disconnect": lambda d: (f"/stores/{_store(d, 'Maison Lumen')}/disconnect", {}),
    "role": lambda d: (f"/settings/members/{_member(d, 'Maison Lumen')}/role", {"role": "read_only"}),
    "remove": lambda d: (f"/settings/members/{_member(d, 'Maison Lumen')}/remove", {}),
}
SUPPLIER_ACTS: dict[str, Address] = {
    "ship": lambda d: (f"/supplier/orders/{d.delivered.number}/ship", {"number": "6A1"}),
    "tell": lambda d: (f"/supplier/orders/{d.delivered.number}/parcels/{uuid4()}/tell", {}),
    "cancellation": lambda d: (
        f"/supplier/orders/{d.delivered.number}/cancellation/{uuid4()}",
        {"answer": "agreed"},
    ),
    "price": lambda d: (
        f"/supplier/products/{d.rows(Product, supplier=d.supplier)[0].pk}/price",
        {"amount": "1.00"},
    ),
    "close": lambda d: (f"/supplier/payment-accounts/{d.rows(PaymentAccount, supplier=d.supplier)[0].pk}/close", {}),
    "choose store": lambda d: (f"/supplier/store/{_store(d, 'Atelier Brume')}/choose", {}),
}
ONLY_OWN: dict[str, Address] = {
    "settings": lambda d: ("/settings", {"name": "Taken over", "country": "US"}),
    "invite": lambda d: ("/settings/members/invite", {"email": "me@example.com", "role": "owner"}),
    "connect": lambda d: ("/stores/connect/shopify", {"external_id": "a.myshopify.com"}),
}
ONLY_SUPPLIER: dict[str, Address] = {
    "switch": lambda d: ("/supplier/store/auto-order", {"on": "0"}),
    "import": lambda d: ("/supplier/products/import", {}),
    "connect account": lambda d: ("/supplier/payment-accounts/connect/stripe", {}),
}


@pytest.mark.parametrize(
    ("email", "address"),
    [pytest.param(SAM, act, id=f"retailer {name}") for name, act in RETAILER_ACTS.items()]
    + [pytest.param(DANA, act, id=f"supplier {name}") for name, act in SUPPLIER_ACTS.items()],
)
def test_a_strangers_ids_do_not_exist_and_change_nothing(desk: Desk, email: str, address: Address) -> None:
    url, posted = address(desk)
    client, before = desk.client(email), desk.history()
    assert client.post(url, posted).status_code == 404
    assert desk.history() == before


@pytest.mark.parametrize(
    ("email", "address"),
    [
        pytest.param(LOOKER["retailer"], act, id=f"retailer {name}")
        for name, act in {**RETAILER_ACTS, **ONLY_OWN}.items()
    ]
    + [
        pytest.param(LOOKER["supplier"], act, id=f"supplier {name}")
        for name, act in {**SUPPLIER_ACTS, **ONLY_OWN, **ONLY_SUPPLIER}.items()
    ],
)
def test_a_read_only_member_looks_but_does_not_act(desk: Desk, email: str, address: Address) -> None:
    url, posted = address(desk)
    client, before = desk.client(email), desk.history()
    assert client.post(url, posted).status_code == 403
    assert desk.history() == before


@pytest.mark.parametrize("url", [u for u in RETAILER_PAGES if "connect" not in u])
def test_a_read_only_member_is_offered_no_button(desk: Desk, url: str) -> None:
    shown = desk.client(LOOKER["retailer"]).get(url).content.decode()
    main = shown[shown.index('id="main"') :]
    posts = main.count('method="post"')
    assert posts == main.count('action="/language"') + main.count('action="/theme"') + (url == "/settings")


def test_a_stranger_does_not_see_the_order(desk: Desk) -> None:
    assert desk.client(HUGO).get(f"/supplier/orders/{desk.delivered.number}").status_code == 200
    assert desk.client(DANA).get(f"/supplier/orders/{desk.delivered.number}").status_code == 404


@pytest.mark.parametrize("asked", ["page=-1", "since=9999-12-31", "until=0001-01-01", "retailer=x", "tab=nonsense"])
def test_nonsense_in_an_address_is_no_error(desk: Desk, asked: str) -> None:
    assert desk.client(HUGO).get(f"/supplier/orders?{asked}").status_code == 200
    assert desk.client(LEA).get(f"/products?{asked}").status_code == 200
