"""The world of the page tests: everything connected for real, one order at its supplier, one that waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from orderlane.audit.models import AuditEntry
from orderlane.members.models import Member, Membership, Role
from orderlane.purchasing.models import PurchaseOrder
from orderlane.tenants.models import Organization
from orderlane.tenants.scope import system_scope
from tests.journeys.conftest import Journeys
from tests.journeys.world import BOWL, CANDLE, LUMEN, World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
OWN_GOODS = "ML-CARTE"


@dataclass
class Desk:
    """The world, who looks at it, and what is in it."""

    world: World
    retailer: Organization
    supplier: Organization
    delivered: PurchaseOrder

    def client(self, email: str, language: str = "en") -> Client:
        """A browser in which somebody has signed in."""
        member = Member.objects.get(email=email)
        Member.objects.filter(pk=member.pk).update(language=language)
        client = Client()
        client.force_login(Member.objects.get(pk=member.pk), backend=BACKEND)
        return client

    def history(self) -> int:
        """How many acts were ever recorded: an act that did nothing recorded nothing."""
        with system_scope("test:pages"):
            return AuditEntry.objects.count()

    def fresh(self, po: PurchaseOrder) -> PurchaseOrder:
        """A purchase order as it stands now."""
        return self.world.fresh(po)

    def rows(self, model: Any, **lookup: Any) -> list[Any]:
        """Rows of any organization."""
        with system_scope("test:pages"):
            return list(model.objects.filter(**lookup).order_by("pk"))


LEA, SAM = "lea@maison-lumen.example", "sam@northwind-outdoor.example"
HUGO, DANA, INES = "hugo@atelier-brume.example", "dana@cascade-gear.example", "ines@porto-cork.example"
LOOKER = {"retailer": "looker@maison-lumen.example", "supplier": "looker@atelier-brume.example"}


@pytest.fixture(scope="session")
def own_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Journeys]:
    """A world apart from the journeys', because these tests disconnect stores and change prices."""
    keeper = Journeys("pages")
    with django_db_blocker.unblock():
        yield keeper
        keeper.close()


@pytest.fixture
def desk(own_world: Journeys) -> Iterator[Desk]:
    with own_world.visit() as world:
        retailer = Organization.objects.get(name="Maison Lumen")
        supplier = Organization.objects.get(name="Atelier Brume")
        if not Member.objects.filter(email=LOOKER["retailer"]).exists():
            _prepare(world, retailer, supplier)
        with system_scope("test:pages"):
            delivered = PurchaseOrder.objects.filter(supplier=supplier, forwarding_state="delivered").earliest("number")
        yield Desk(world, retailer, supplier, delivered)


def _prepare(world: World, retailer: Organization, supplier: Organization) -> None:
    for organization, email in ((retailer, LOOKER["retailer"]), (supplier, LOOKER["supplier"])):
        looker = Member.objects.create_user(email, "only-looks-at-things", name="Looker")
        Membership.objects.create(organization=organization, member=looker, role=Role.READ_ONLY)
    _order, po = world.ordered(LUMEN, {CANDLE: 3, BOWL: 1})
    world.pay([po])
    world.buy(LUMEN, {OWN_GOODS: 1})
    world.settle()
