"""Seed the demonstration: two retailers, three suppliers, their stores and accounts, all connected for real.

Everything goes through the same actions and effects as a person's clicks; what the outside looks like is
read from the sandbox over HTTP.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderlane.catalog.actions.advance_import import open_import
from orderlane.catalog.actions.save_goods import save_product, save_shipping
from orderlane.catalog.effects.import_goods import import_goods
from orderlane.connectors.http import Http
from orderlane.kernel import clock
from orderlane.kernel.money import Money
from orderlane.members.actions.organizations import create_organization
from orderlane.members.models import Member
from orderlane.payments.effects.connect_account import connect_account, webhook_url
from orderlane.ports.accounts import Environment
from orderlane.stores.effects.connect import connect
from orderlane.stores.models import Store
from orderlane.suppliers.actions.supplier_settings import save_profile, start_trading, switch_auto_order
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope

ACTOR = "seed:demo"
PASSWORD = "orderlane-demo-2026"  # noqa: S105 - the demo says it on the screen


class SeedFailed(RuntimeError):
    """The sandbox is not what the demonstration expects."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs in for an organization of the demonstration."""

    email: str
    name: str
    language: str


RETAILERS = {
    "maison-lumen.myshopify.com": ("Maison Lumen", "FR", Person("lea@maison-lumen.example", "Léa Fontaine", "fr")),
    "northwind-outdoor.myshopify.com": (
        "Northwind Outdoor",
        "US",
        Person("sam@northwind-outdoor.example", "Sam Rivera", "en"),
    ),
}
SUPPLIERS = {
    "atelier-brume": Person("hugo@atelier-brume.example", "Hugo Lemaire", "fr"),
    "cascade-gear": Person("dana@cascade-gear.example", "Dana Whitlock", "en"),
    "porto-cork": Person("ines@porto-cork.example", "Inês Duarte", "en"),
}
# Portland's and Porto's: their countries have several.
ZONES = {"US": "America/Los_Angeles", "PT": "Europe/Lisbon"}
SHIPPING = {
    "atelier-brume": Money(590, "EUR"),
    "cascade-gear": Money(200, "USD"),
    "porto-cork": Money(450, "EUR"),
}
BILLING = {
    "atelier-brume": ("Atelier Brume SARL", "8 quai Saint-Vincent, 69001 Lyon, France"),
    "cascade-gear": ("Cascade Gear LLC", "2210 NW Lovejoy St, Portland OR 97210, USA"),
    "porto-cork": ("Porto Cork Lda", "Rua das Flores 112, 4050-262 Porto, Portugal"),
}


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made: organizations by the sandbox's own keys, and stores by domain."""

    retailers: dict[str, UUID]
    suppliers: dict[str, UUID]
    stores: dict[str, UUID]
    platforms: dict[str, str]
    """Which platform each of the stores runs on."""


def seed(sandbox_url: str, *, now: datetime) -> Seeded:
    """Create and connect everything; needs a running sandbox."""
    outside = Http(sandbox_url).request("GET", "/seed.json", writes=False).json(wrote=False)
    told_stores = {told["domain"]: told for told in outside["shopify"]["stores"]}
    stores: dict[str, UUID] = {}
    suppliers = {}
    for key, goods in outside["shopify"]["suppliers"].items():
        supplier = _organization(goods["name"], OrganizationKind.SUPPLIER, goods["country"], SUPPLIERS[key], now)
        suppliers[key] = supplier.pk
        _set_up_supplier(sandbox_url, outside, key, goods, supplier, told_stores, stores, now)
    retailers = {}
    for domain, (name, country, person) in RETAILERS.items():
        retailer = _organization(name, OrganizationKind.RETAILER, country, person, now)
        retailers[domain] = retailer.pk
        for supplier_id in suppliers.values():
            with acting_for(retailer.pk, ACTOR):
                start_trading(retailer.pk, supplier_id, now=now)
        stores[domain] = _connect_store(retailer.pk, told_stores[domain], now).pk
    return Seeded(retailers, suppliers, stores, dict.fromkeys(stores, "shopify"))


def _organization(name: str, kind: OrganizationKind, country: str, person: Person, now: datetime) -> Organization:
    member = Member.objects.create_user(person.email, PASSWORD, name=person.name, language=person.language)
    with system_scope(ACTOR):
        zone = ZONES.get(country, "")
        return create_organization(name=name, kind=kind, country=country, owner=member, now=now, time_zone=zone)


def _connect_store(organization_id: UUID, told: dict[str, Any], now: datetime) -> Store:
    return connect(
        organization_id=organization_id,
        actor=ACTOR,
        platform="shopify",
        external_id=told["domain"],
        secrets={"access_token": told["access_token"], "webhook_secret": told["webhook_secret"]},
        now=now,
    )


def _set_up_supplier(
    sandbox_url: str,
    outside: dict[str, Any],
    key: str,
    goods: dict[str, Any],
    supplier: Organization,
    told_stores: dict[str, Any],
    stores: dict[str, UUID],
    now: datetime,
) -> None:
    name, address = BILLING[key]
    with acting_for(supplier.pk, ACTOR):
        save_profile(
            supplier.pk,
            now=now,
            website=goods["website"],
            contact_email=SUPPLIERS[key].email,
            terms="",
            billing_name=name,
            billing_address=address,
            vat_registered=key == "atelier-brume",
            vat_basis_points=2000 if key == "atelier-brume" else 0,
        )
        save_shipping(supplier.pk, SHIPPING[key], now=now)
    _connect_accounts(sandbox_url, outside, goods["name"], supplier.pk, now)
    if goods["store"] is None:
        _save_goods_by_hand(supplier.pk, goods, now)
        return
    store = _connect_store(supplier.pk, told_stores[goods["store"]], now)
    stores[goods["store"]] = store.pk
    with acting_for(supplier.pk, ACTOR):
        wanted = open_import(supplier.pk, store.pk, now=now)
    import_goods(wanted.pk, supplier.pk, actor=ACTOR)
    with acting_for(supplier.pk, ACTOR):
        switch_auto_order(supplier.pk, on=goods["auto_order"], order_store_id=store.pk, now=now)


def _save_goods_by_hand(supplier_id: UUID, goods: dict[str, Any], now: datetime) -> None:
    with acting_for(supplier_id, ACTOR):
        for product in goods["products"]:
            for variant in product["variants"]:
                save_product(
                    supplier_id,
                    variant["sku"],
                    price=Money.parse(variant["price"], goods["currency"]),
                    now=now,
                    title=product["title"],
                    variant_title=variant["title"],
                    ean=variant["barcode"],
                    product_url=f"{goods['website']}/products/{variant['sku'].lower()}",
                )


def _connect_accounts(sandbox_url: str, outside: dict[str, Any], name: str, supplier_id: UUID, now: datetime) -> None:
    sandbox = Http(sandbox_url)
    for provider, external_id, secrets in _ACCOUNTS:
        for row in outside[provider]["accounts"]:
            if row["name"] != name:
                continue
            account = connect_account(
                supplier_id=supplier_id,
                actor=ACTOR,
                provider=provider,
                external_id=row[external_id],
                environment=Environment.TEST,
                secrets={ours: row[theirs] for ours, theirs in secrets.items()},
                now=now,
            )
            # What the supplier would do in the provider's own dashboard: name the address of our webhook door.
            told = sandbox.request(
                "POST",
                f"/{provider}/_sandbox/webhooks",
                writes=True,
                json_body={"account": row["key"], "url": webhook_url(account)},
            )
            if told.status >= 400:
                raise SeedFailed(f"the sandbox's {provider} does not take a webhook address: HTTP {told.status}")


# Provider, the field that names the payee, and where our secrets are found in the sandbox's own words.
_ACCOUNTS = (
    (
        "paypal",
        "merchant_id",
        {"client_id": "client_id", "client_secret": "client_secret", "webhook_id": "webhook_id"},
    ),
    ("stripe", "id", {"api_key": "api_key", "webhook_secret": "webhook_secret"}),
)


def main(arguments: list[str]) -> int:
    """Seed the installation from the sandbox named by ORDERLANE_SANDBOX_URL, and print the sign-ins."""
    seed(os.environ["ORDERLANE_SANDBOX_URL"], now=clock.now())
    people = [("retailer", person) for _, _, person in RETAILERS.values()]
    people += [("supplier", person) for person in SUPPLIERS.values()]
    for what, person in people:
        sys.stdout.write(f"  {what:9} {person.email:34} {PASSWORD}   ({person.name})\n")
    return 0
