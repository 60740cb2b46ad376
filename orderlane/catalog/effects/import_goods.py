"""Bring a supplier's goods in from its connected store."""

from __future__ import annotations

from uuid import UUID

from orderlane.catalog.actions.save_goods import save_product
from orderlane.kernel import clock
from orderlane.ports.stores import GoodsPage
from orderlane.stores.connections import channel_of
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for


def import_goods(supplier_id: UUID, store_id: UUID, *, actor: str) -> int:
    """Create or update one product per SKU of the store; returns how many. Goods without a SKU are left out.

    A page is saved as soon as it was read, so that a lost connection loses nothing already read.
    """
    with acting_for(supplier_id, actor):
        channel = channel_of(Store.objects.get(pk=store_id))
    count, cursor = 0, ""
    while True:
        page = channel.list_goods(cursor)
        count += _save(supplier_id, page, actor)
        cursor = page.next_cursor
        if not cursor:
            return count


def _save(supplier_id: UUID, page: GoodsPage, actor: str) -> int:
    named = [good for good in page.goods if good.sku]
    with acting_for(supplier_id, actor):
        for good in named:
            save_product(
                supplier_id,
                good.sku[:100],
                price=good.price,
                now=clock.now(),
                title=good.title[:300],
                variant_title=good.variant_title[:300],
                ean=good.ean[:14],
                picture_url=good.picture_url[:500],
                product_url=good.product_url[:500],
                external_variant_id=good.variant_id,
                active=True,
            )
    return len(named)
