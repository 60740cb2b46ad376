"""Seed the demonstration: two retailers, three suppliers, their stores and accounts, all connected for real.

Everything goes through the same actions and effects as a person's clicks; what the outside looks like is
read from the sandbox over HTTP.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orderlane.catalog.actions.advance_import import open_import
from orderlane.catalog.actions.save_goods import save_product, save_shipping
from orderlane.catalog.effects.import_goods import import_goods
from orderlane.config.demo_outside import read_outside
from orderlane.config.demo_people import BILLING, PASSWORD, RETAILERS, SHIPPING, SUPPLIERS, ZONES, Person
from orderlane.config.demo_stores import (
    SeedFailed,
    ToldStore,
    connect_told,
    tell_common_doors,
    told_stores,
    told_suppliers,
)
from orderlane.connectors.http import Http
from orderlane.kernel import clock
from orderlane.kernel.money import Money
from orderlane.members.actions.organizations import create_organization
from orderlane.members.models import Member
from orderlane.payments.effects.connect_account import connect_account, webhook_url
from orderlane.ports import registry
from orderlane.ports.accounts import Environment
from orderlane.suppliers.actions.supplier_settings import save_profile, start_trading, switch_auto_order
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope

ACTOR = "seed:demo"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made: organizations by the sandbox's own keys, and stores by domain."""

    retailers: dict[str, UUID]
    suppliers: dict[str, UUID]
    stores: dict[str, UUID]
    platforms: dict[str, str]
    """Which platform each of the stores runs on."""


def seed(sandbox_url: str, *, now: datetime, platforms: Collection[str] = ()) -> Seeded:
    """Create and connect everything (or what runs on these platforms alone); needs a running sandbox."""
    outside = read_outside(sandbox_url)
    platforms = platforms or registry.stores().keys()
    told = told_stores(outside, platforms)
    tell_common_doors(sandbox_url, told.values())
    stores: dict[str, UUID] = {}
    suppliers = {}
    for key, goods in told_suppliers(outside, platforms).items():
        supplier = _organization(goods["name"], OrganizationKind.SUPPLIER, goods["country"], SUPPLIERS[key], now)
        suppliers[key] = supplier.pk
        store = told[goods["store"]] if goods["store"] else None
        store_id = _set_up_supplier(sandbox_url, outside, key, goods, supplier, store, now)
        if store is not None and store_id is not None:
            stores[store.external_id] = store_id
    retailers = {}
    for domains, name, country, person in RETAILERS:
        retailer = _organization(name, OrganizationKind.RETAILER, country, person, now)
        for supplier_id in suppliers.values():
            with acting_for(retailer.pk, ACTOR):
                start_trading(retailer.pk, supplier_id, now=now)
        for domain in told.keys() & domains:
            retailers[domain] = retailer.pk
            stores[domain] = connect_told(told[domain], retailer.pk, actor=ACTOR, now=now).pk
    return Seeded(retailers, suppliers, stores, {key: each.platform for key, each in told.items()})


def _organization(name: str, kind: OrganizationKind, country: str, person: Person, now: datetime) -> Organization:
    member = Member.objects.create_user(person.email, PASSWORD, name=person.name, language=person.language)
    with system_scope(ACTOR):
        zone = ZONES.get(country, "")
        return create_organization(name=name, kind=kind, country=country, owner=member, now=now, time_zone=zone)


def _set_up_supplier(
    sandbox_url: str,
    outside: dict[str, Any],
    key: str,
    goods: dict[str, Any],
    supplier: Organization,
    told: ToldStore | None,
    now: datetime,
) -> UUID | None:
    """Everything a supplier does before it takes orders; returns its connected store, if it has one."""
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
    if told is None:
        _save_goods_by_hand(supplier.pk, goods, now)
        return None
    store = connect_told(told, supplier.pk, actor=ACTOR, now=now)
    with acting_for(supplier.pk, ACTOR):
        wanted = open_import(supplier.pk, store.pk, now=now)
    import_goods(wanted.pk, supplier.pk, actor=ACTOR)
    with acting_for(supplier.pk, ACTOR):
        switch_auto_order(supplier.pk, on=goods["auto_order"], order_store_id=store.pk, now=now)
    return store.pk


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
    people = [("retailer", person) for *_, person in RETAILERS]
    people += [("supplier", person) for person in SUPPLIERS.values()]
    for what, person in people:
        sys.stdout.write(f"  {what:9} {person.email:34} {PASSWORD}   ({person.name})\n")
    return 0
