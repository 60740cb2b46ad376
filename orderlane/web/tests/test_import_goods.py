"""A supplier has its store's goods read: in the background, once at a time, on to the end or to a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from orderlane.audit.models import AuditEntry
from orderlane.audit.transitions import MovedMeanwhile
from orderlane.catalog.actions.advance_import import request_import, save_page
from orderlane.catalog.actions.advance_run import LEASE, MOST_TRIES, begin_run
from orderlane.catalog.models import GoodsImport, Product
from orderlane.kernel import clock
from orderlane.kernel.money import Money
from orderlane.ports.stores import ChannelGood, GoodsPage
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for, system_scope
from orderlane.web.tests.conftest import HUGO, LEA, LOOKER, Desk
from tests.journeys.world import BRUME

PRODUCTS, IMPORT = "/supplier/products", "/supplier/products/import"
GOODS = "productVariants"


@pytest.fixture
def desk(desk: Desk) -> Iterator[Desk]:
    """The world with the goods of Atelier Brume not read yet; it is left without an import and its jobs."""
    _forget_imports()
    yield desk
    desk.world.sandbox.world.faults.clear()
    _forget_imports()


def _forget_imports() -> None:
    with system_scope("test:pages"):
        GoodsImport.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'catalog.import_goods'")


def _page(client: Client) -> str:
    return " ".join(client.get(PRODUCTS).content.decode().split())


def _only(desk: Desk) -> GoodsImport:
    found: list[GoodsImport] = desk.rows(GoodsImport)
    assert len(found) == 1
    return found[0]


def _calls(desk: Desk) -> int:
    return len(desk.world.sandbox.world.journal.entries(kind="fault.fired"))


def _reseal(desk: Desk, **changes: str) -> None:
    [store] = desk.rows(Store, external_id=BRUME)
    with acting_for(desk.supplier.pk, "test:pages"):
        store.seal({**store.unseal(), **changes})
        store.save()


def test_goods_are_read_by_a_job_and_the_page_tells_how_far_it_is(desk: Desk) -> None:
    client = desk.client(HUGO)
    assert 'id="import"' in _page(client)
    # Whatever is asked of the store fails: the request asks nothing.
    desk.world.fault(f"shopify:{BRUME}", GOODS, "503", count=None)
    assert client.post(IMPORT).status_code == 302
    assert _calls(desk) == 0
    desk.world.sandbox.world.faults.clear()
    waiting = _page(client)
    assert "Atelier Brume is being read" in waiting
    assert 'hx-trigger="every 3s"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    looking_again = client.get(PRODUCTS, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in looking_again
    desk.world.settle()
    assert client.get(PRODUCTS, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    done = _only(desk)
    count = len(desk.rows(Product, supplier=desk.supplier))
    assert (done.status, done.read_count, done.left_out_count) == ("done", count, 0)
    page = _page(client)
    assert f"{count} products were read from Atelier Brume" in page
    assert "http-equiv" not in page
    assert "every 3s" not in page
    moves = [(row.action, row.new) for row in desk.rows(AuditEntry, about_id=done.pk)]
    assert moves == [("import.requested", ""), ("status.moved", "running"), ("status.moved", "done")]


def test_two_imports_never_run_at_once(desk: Desk) -> None:
    client = desk.client(HUGO)
    client.post(IMPORT)
    before = desk.history()
    again = client.post(IMPORT, follow=True)
    assert "being read already" in " ".join(str(message) for message in again.context["messages"])
    assert desk.history() == before
    assert _only(desk).status == "waiting"
    desk.world.settle()
    client.post(IMPORT)
    assert [row.status for row in desk.rows(GoodsImport)] == ["done", "waiting"]
    desk.world.settle()


def test_a_store_that_does_not_answer_is_read_on_later(desk: Desk) -> None:
    client = desk.client(HUGO)
    client.post(IMPORT)
    desk.world.fault(f"shopify:{BRUME}", GOODS, "503", count=None, seconds=1)
    desk.world.settle()
    paused = _only(desk)
    assert (paused.status, paused.fence) == ("waiting", 1)
    assert paused.due_at is not None
    assert "tried again by itself" in _page(client)
    desk.world.sandbox.world.faults.clear()
    desk.world.advance(timedelta(minutes=1))
    desk.world.settle()
    assert (_only(desk).status, _only(desk).reason) == ("done", "")


def test_a_store_that_never_answers_is_given_up_with_a_button(desk: Desk) -> None:
    client = desk.client(HUGO)
    client.post(IMPORT)
    desk.world.fault(f"shopify:{BRUME}", GOODS, "503", count=None, seconds=1)
    for _ in range(MOST_TRIES):
        desk.world.settle()
        desk.world.advance(timedelta(minutes=6))
    assert (_only(desk).status, _only(desk).reason) == ("failed", "import_given_up")
    page = _page(client)
    assert "Atelier Brume could not be read to the end" in page
    button = "Try again</button>"
    assert button in page
    assert button not in _page(desk.client(LOOKER["supplier"]))


@pytest.mark.parametrize(("language", "why"), [("en", "refused our credentials"), ("fr", "a refusé nos identifiants")])
def test_refused_keys_end_it_at_once_and_the_button_begins_anew(desk: Desk, language: str, why: str) -> None:
    [store] = desk.rows(Store, external_id=BRUME)
    with acting_for(desk.supplier.pk, "test:pages"):
        token = store.unseal()["access_token"]
    _reseal(desk, access_token="wrong")
    client = desk.client(HUGO, language)
    try:
        client.post(IMPORT)
        desk.world.settle()
        assert (_only(desk).status, _only(desk).reason) == ("failed", "access_refused")
        assert why in _page(client)
    finally:
        _reseal(desk, access_token=token)
    client.post(IMPORT)
    desk.world.settle()
    assert [row.status for row in desk.rows(GoodsImport)] == ["failed", "done"]


def test_a_dead_workers_import_is_taken_over_and_its_late_page_refused(desk: Desk) -> None:
    [store] = desk.rows(Store, external_id=BRUME)
    with acting_for(desk.supplier.pk, "test:pages"):
        wanted = request_import(desk.supplier.pk, store.pk, now=clock.now())
        dead = begin_run(GoodsImport, wanted.pk, now=clock.now())
        assert dead is not None
        assert begin_run(GoodsImport, wanted.pk, now=clock.now()) is None, "somebody else is at it"
    desk.world.settle()
    assert _only(desk).status == "running"
    desk.world.advance(LEASE + timedelta(seconds=1))
    desk.world.sweep("catalog.sweep")
    assert (_only(desk).status, _only(desk).fence) == ("done", 2)
    late = GoodsPage([_good("LATE")])
    with pytest.raises(MovedMeanwhile), acting_for(desk.supplier.pk, "test:pages"):
        save_page(dead, late, now=clock.now())
    assert desk.rows(Product, sku="LATE") == []


def test_it_reads_on_where_it_stopped_and_counts_what_has_no_sku(desk: Desk) -> None:
    [store] = desk.rows(Store, external_id=BRUME)
    with acting_for(desk.supplier.pk, "test:pages"):
        wanted = request_import(desk.supplier.pk, store.pk, now=clock.now())
        claim = begin_run(GoodsImport, wanted.pk, now=clock.now())
        assert claim is not None
        save_page(claim, GoodsPage([_good("PAGE-1"), _good("")], "next page"), now=clock.now())
    halfway: Any = _only(desk)
    assert (halfway.read_count, halfway.left_out_count, halfway.cursor) == (1, 1, "next page")
    page = _page(desk.client(HUGO))
    assert "1 product read from Atelier Brume so far" in page
    with system_scope("test:pages"):
        Product.objects.filter(sku="PAGE-1").delete()


@pytest.mark.parametrize(("email", "status"), [(LEA, 404), (LOOKER["supplier"], 403)])
def test_who_may_not_imports_nothing(desk: Desk, email: str, status: int) -> None:
    before = desk.history()
    assert desk.client(email).post(IMPORT).status_code == status
    assert desk.rows(GoodsImport) == []
    assert desk.history() == before


def _good(sku: str) -> ChannelGood:
    return ChannelGood(
        variant_id=f"gid://shopify/ProductVariant/{sku}", sku=sku, title=sku, variant_title="", price=Money(100, "EUR")
    )
