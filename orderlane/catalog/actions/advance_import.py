"""The import of a supplier's goods, page by page."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from orderlane.audit.record import record
from orderlane.catalog.actions.advance_run import LEASE, MOST_TRIES, advance_run, end_run, postpone_run
from orderlane.catalog.actions.save_goods import save_product
from orderlane.catalog.models import GoodsImport
from orderlane.catalog.states import ImportStatus
from orderlane.jobs.queue import enqueue
from orderlane.kernel.errors import Refused, Unavailable
from orderlane.ports.stores import GoodsPage

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 5, 300


class ImportUnderWay(Refused):
    """The goods of this supplier are being read already; two at once would only be in each other's way."""

    reason = "import_under_way"


def request_import(supplier_id: UUID, store_id: UUID, *, now: datetime) -> GoodsImport:
    """Have the goods of a store read in the background; raises ImportUnderWay when that is going on already."""
    wanted = open_import(supplier_id, store_id, now=now)
    enqueue("catalog.import_goods", import_id=wanted.pk, supplier_id=supplier_id)
    return wanted


def open_import(supplier_id: UUID, store_id: UUID, *, now: datetime) -> GoodsImport:
    """Write the import down without waking its job, for a caller that runs it itself; raises ImportUnderWay."""
    try:
        with transaction.atomic():
            wanted: GoodsImport = GoodsImport.objects.create(
                supplier_id=supplier_id, store_id=store_id, requested_at=now, due_at=now + LEASE
            )
    except IntegrityError as other:
        raise ImportUnderWay("the goods are being read already") from other
    record("import.requested", wanted, now=now, detail={"store": str(store_id)})
    return wanted


def save_page(claim: GoodsImport, page: GoodsPage, *, now: datetime) -> None:
    """Create or update one product per SKU of a page; goods without a SKU are left out, and counted.

    Raises MovedMeanwhile when another worker has taken over; nothing is saved then.
    """
    named = [good for good in page.goods if good.sku]
    advance_run(
        claim,
        now=now,
        read_count=F("read_count") + len(named),
        left_out_count=F("left_out_count") + len(page.goods) - len(named),
        cursor=page.next_cursor,
    )
    for good in named:
        save_product(
            claim.supplier_id,
            good.sku[:100],
            price=good.price,
            now=now,
            title=good.title[:300],
            variant_title=good.variant_title[:300],
            ean=good.ean[:14],
            picture_url=good.picture_url[:500],
            product_url=good.product_url[:500],
            external_variant_id=good.variant_id,
            stock_count=good.stock,
            active=True,
        )


def postpone_import(claim: GoodsImport, problem: Unavailable, *, now: datetime) -> None:
    """Read on later, where it stopped; after too many tries without a page, give up."""
    tries = GoodsImport.objects.get(pk=claim.pk).tries_count
    if tries >= MOST_TRIES:
        end_run(claim, ImportStatus.FAILED, "import_given_up", now=now)
        return
    wait = problem.retry_after or min(FIRST_WAIT_SECONDS * 2**tries, LONGEST_WAIT_SECONDS)
    due_at = now + timedelta(seconds=wait)
    postpone_run(claim, problem.reason, until=due_at, now=now)
    enqueue("catalog.import_goods", at=due_at, import_id=claim.pk, supplier_id=claim.supplier_id)
