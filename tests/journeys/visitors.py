"""People at the pages: the test client signed in as somebody, and everything that must not have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from orderlane.members.models import Member, Membership, Role
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.models import Shipment
from orderlane.tenants.models import TenantModel
from orderlane.tenants.scope import system_scope
from tests.journeys.world import ACTOR, BOWL, BRUME, CANDLE, LUMEN, World

LEA, SAM, DANA = "lea@maison-lumen.example", "sam@northwind-outdoor.example", "dana@cascade-gear.example"


def visitor(email: str = "", *, language: str = "en") -> Client:
    """A browser, signed in when ``email`` is given, that asks for pages in ``language``."""
    client = Client(headers={"accept-language": language})
    client.cookies["orderlane_language"] = language
    if email:
        member = Member.objects.get(email=email)
        Member.objects.filter(pk=member.pk).update(language=language)
        client.force_login(member)
    return client


@contextmanager
def read_only_member(world: World, domain: str) -> Iterator[str]:
    """E-mail address of somebody who may only look, and only while inside, behind a store."""
    email = f"reader@{domain.split('.')[0]}.example"
    member = Member.objects.create_user(email, "a reader's long password", name="A reader", language="en")
    with system_scope(ACTOR):
        Membership.objects.create(organization_id=world.retailer(domain), member=member, role=Role.READ_ONLY)
    yield email
    with system_scope(ACTOR):
        member.delete()


def everything() -> dict[str, Any]:
    """All rows of all tenants, and what waits in the queue; equal before and after means that nothing happened."""
    models = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    with system_scope(ACTOR):
        found: dict[str, Any] = {
            model.__name__: [repr(row) for row in model._default_manager.order_by("pk").values()] for model in models
        }
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        found["jobs"] = cursor.fetchone()
    return found


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to a daily page."""

    method: str
    path: str
    form: Mapping[str, object]

    def by(self, client: Client) -> HttpResponse:
        """Send it."""
        answer = client.get(self.path) if self.method == "GET" else client.post(self.path, self.form)
        assert isinstance(answer, HttpResponse)
        return answer


@dataclass(frozen=True, slots=True)
class Desk:
    """Rows of one retailer at every stage: unpaid, quoted, being paid, shipped."""

    unpaid: PurchaseOrder
    line: str
    quote: str
    open_payment: str
    shipped: PurchaseOrder
    parcel: str

    def looks(self) -> list[Ask]:
        """What only looks, and which a read-only member may do too."""
        return [
            Ask("GET", f"/orders/{self.unpaid.number}", {}),
            Ask("GET", f"/orders/{self.shipped.number}", {}),
            Ask("GET", f"/payments/{self.open_payment}", {}),
            Ask("GET", f"/payments/{self.open_payment}/return", {}),
            Ask("POST", "/orders/export", {"purchase_order": [self.unpaid.number]}),
        ]

    def acts(self) -> list[Ask]:
        """What would change something, or is a step on the way to it."""
        order, parcel = f"/orders/{self.shipped.number}", f"/orders/{self.shipped.number}/parcels/{self.parcel}"
        tracking = {"number": "1Z999AA10123456784", "carrier": "UPS"}
        return [
            Ask("POST", "/orders/archive", {"purchase_order": [self.unpaid.number]}),
            Ask("POST", f"{order}/tracking", tracking),
            Ask("POST", f"/orders/{self.unpaid.number}/tracking", tracking),
            Ask("POST", f"/orders/{self.unpaid.number}/ordered", {"supplier_number": "1"}),
            Ask("POST", f"{order}/forward", {}),
            Ask("POST", f"{order}/tracking-link", {}),
            Ask("POST", f"{order}/tracking-link/withdraw", {}),
            Ask("POST", parcel, tracking),
            Ask("POST", f"{parcel}/push", {}),
            Ask("POST", f"{parcel}/leave", {}),
            Ask("POST", f"{order}/cancel", {"words": "no"}),
            Ask("POST", f"{order}/ordered/undo", {}),
            Ask("POST", "/checkout", {"purchase_order": [self.unpaid.number]}),
            Ask("POST", "/checkout", {"product": [self.line]}),
            Ask("GET", f"/checkout/{self.quote}", {}),
            Ask("POST", f"/checkout/{self.quote}/again", {}),
            Ask("POST", f"/checkout/{self.quote}/pay", {"provider": "stripe"}),
            Ask("POST", f"/payments/{self.open_payment}/check", {}),
            Ask("POST", f"/payments/{self.open_payment}/cancel", {}),
            Ask("POST", f"/payments/{self.open_payment}/release", {}),
            Ask("POST", f"/payments/{self.open_payment}/settled", {}),
        ]


def lumen_desk(world: World) -> Desk:
    """Maison Lumen's desk with something at every stage."""
    _, unpaid = world.ordered(LUMEN, {CANDLE: 2, BOWL: 1})
    _, quoted = world.ordered(LUMEN, {CANDLE: 1})
    _, paying = world.ordered(LUMEN, {BOWL: 1})
    _, shipped = world.ordered(LUMEN, {CANDLE: 1})
    quote = world.quote([quoted])
    payment = world.start([paying], "stripe")
    world.pay([shipped], "stripe")
    [placed] = world.placed(shipped)
    world.act(BRUME, placed["order_id"], "ship", company="Colissimo", number="6A12345678901")
    world.settle()
    with system_scope(ACTOR):
        line = unpaid.lines.order_by("id").first()
        parcel = Shipment.objects.get(purchase_order=shipped)
    assert line is not None
    return Desk(unpaid, str(line.pk), str(quote.pk), str(payment.pk), world.fresh(shipped), str(parcel.pk))
