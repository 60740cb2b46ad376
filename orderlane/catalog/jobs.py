"""Jobs of the catalog room."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from orderlane.catalog.actions.advance_import import ImportUnderWay, request_import
from orderlane.catalog.effects.import_goods import import_goods
from orderlane.catalog.effects.work_through_file import work_through_file
from orderlane.catalog.models import GoodsImport, ListingFile
from orderlane.catalog.states import UNDER_WAY
from orderlane.jobs.queue import enqueue_once, job, periodic
from orderlane.kernel import clock
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.suppliers.models import SupplierProfile
from orderlane.tenants.scope import acting_for, system_scope

_ACTOR = "job:catalog"


@job("catalog.import_goods")
def run_import(import_id: str, supplier_id: str) -> None:
    """Read the goods of a supplier's store, or read on."""
    import_goods(UUID(import_id), UUID(supplier_id), actor=_ACTOR)


@job("catalog.apply_file")
def apply_file(file_id: str, retailer_id: str) -> None:
    """Apply the rows of an uploaded file of listings, or the rows that are left."""
    work_through_file(UUID(file_id), UUID(retailer_id), actor=_ACTOR)


@periodic("catalog.read_all_goods", "41 */4 * * *")
def read_all_goods() -> None:
    """Bring price and stock up to date from every store that takes a supplier's orders by itself."""
    with system_scope(_ACTOR):
        profiles = SupplierProfile.objects.filter(
            auto_order=True, order_store_id__in=Store.objects.filter(status=StoreStatus.CONNECTED).values("pk")
        )
        wanted = [(each.supplier_id, each.order_store_id) for each in profiles]
    for supplier_id, store_id in wanted:
        with acting_for(supplier_id, _ACTOR), suppress(ImportUnderWay):
            if store_id is not None:
                request_import(supplier_id, store_id, now=clock.now())


@periodic("catalog.sweep", "* * * * *")
def sweep() -> None:
    """Wake imports and files whose job was lost or whose worker died."""
    with system_scope(_ACTOR):
        now = clock.now()
        imports, files = (
            list(model.objects.filter(status__in=UNDER_WAY, due_at__lte=now).values_list("pk", owner))
            for model, owner in ((GoodsImport, "supplier_id"), (ListingFile, "retailer_id"))
        )
    for import_id, supplier_id in imports:
        enqueue_once("catalog.import_goods", key=f"import:{import_id}", import_id=import_id, supplier_id=supplier_id)
    for file_id, retailer_id in files:
        enqueue_once("catalog.apply_file", key=f"file:{file_id}", file_id=file_id, retailer_id=retailer_id)
