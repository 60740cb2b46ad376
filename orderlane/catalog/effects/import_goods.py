"""Bring a supplier's goods in from its connected store."""

from __future__ import annotations

from uuid import UUID

from orderlane.catalog.actions.advance_import import postpone_import, save_page
from orderlane.catalog.actions.advance_run import begin_run, end_run
from orderlane.catalog.models import GoodsImport
from orderlane.catalog.states import ImportStatus
from orderlane.kernel import clock
from orderlane.kernel.errors import OutsideError, Unavailable
from orderlane.ports.budgets import Urgency
from orderlane.stores.connections import channel_of
from orderlane.stores.effects.lost_access import renewing_secrets
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for


def import_goods(import_id: UUID, supplier_id: UUID, *, actor: str) -> None:
    """Read the store's goods from where the import stands to the end; safe to call twice, and at once.

    A page is saved as soon as it was read, so that a lost connection loses nothing already read. What goes wrong
    outside is written into the import, with the time of the next try where there is one.
    """
    with acting_for(supplier_id, actor):
        claim = begin_run(GoodsImport, import_id, now=clock.now())
    if claim is None:
        return
    try:
        _read_on(claim, actor)
    except Unavailable as problem:
        with acting_for(supplier_id, actor):
            postpone_import(claim, problem, now=clock.now())
    except OutsideError as problem:
        with acting_for(supplier_id, actor):
            end_run(claim, ImportStatus.FAILED, problem.reason, now=clock.now())
    else:
        with acting_for(supplier_id, actor):
            end_run(claim, ImportStatus.DONE, now=clock.now())


def _read_on(claim: GoodsImport, actor: str) -> None:
    with acting_for(claim.supplier_id, actor):
        store = Store.objects.get(pk=claim.store_id)
        channel = channel_of(store, Urgency.ROUTINE)
    cursor = claim.cursor
    while True:
        with renewing_secrets(store, actor=actor):
            page = channel.list_goods(cursor)
        with acting_for(claim.supplier_id, actor):
            save_page(claim, page, now=clock.now())
        cursor = page.next_cursor
        if not cursor:
            return
