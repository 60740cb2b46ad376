"""Jobs of the catalog room."""

from __future__ import annotations

from uuid import UUID

from orderlane.catalog.effects.import_goods import import_goods
from orderlane.catalog.models import GoodsImport
from orderlane.catalog.states import UNDER_WAY
from orderlane.jobs.queue import enqueue_once, job, periodic
from orderlane.kernel import clock
from orderlane.tenants.scope import system_scope

_ACTOR = "job:catalog"


@job("catalog.import_goods")
def run_import(import_id: str, supplier_id: str) -> None:
    """Read the goods of a supplier's store, or read on."""
    import_goods(UUID(import_id), UUID(supplier_id), actor=_ACTOR)


@periodic("catalog.sweep", "* * * * *")
def sweep() -> None:
    """Wake imports whose job was lost or whose worker died."""
    with system_scope(_ACTOR):
        due = GoodsImport.objects.filter(status__in=UNDER_WAY, due_at__lte=clock.now())
        waiting = list(due.values_list("pk", "supplier_id"))
    for import_id, supplier_id in waiting:
        enqueue_once("catalog.import_goods", key=f"import:{import_id}", import_id=import_id, supplier_id=supplier_id)
