"""Begin, continue and end the import of a store's earlier orders."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.audit.transitions import move
from orderlane.jobs.queue import enqueue_once
from orderlane.kernel.errors import Refused
from orderlane.kernel.ids import new_id
from orderlane.orders.models import OrderImport
from orderlane.orders.states import ORDER_IMPORT, ImportStatus
from orderlane.stores.models import Store


class ImportRunning(Refused):
    """The store's earlier orders are already being read."""

    reason = "import_running"


def begin_import(store: Store, *, since: datetime, now: datetime) -> OrderImport:
    """Start reading a store's orders changed since a moment; raises ImportRunning while another import is under way."""
    started = OrderImport(
        id=new_id(),
        retailer_id=store.organization_id,
        store=store,
        since=since,
        started_at=now,
        progress_at=now,
    )
    OrderImport.objects.bulk_create([started], ignore_conflicts=True)
    if not OrderImport.objects.filter(pk=started.pk).exists():
        raise ImportRunning("this store's earlier orders are already being read")
    record("order_import.begun", started, now=now, detail={"since": since.isoformat()})
    _wake(started)
    return started


def note_page(import_id: UUID, *, cursor: str, seen: int, received: int, next_cursor: str, now: datetime) -> None:
    """Note the page at ``cursor`` as read, once; the last one ends the import.

    A stopped import keeps its count and goes no further, and a page that somebody else has noted counts once.
    """
    row = OrderImport.locked(pk=import_id)
    if row.status != ImportStatus.RUNNING or row.cursor != cursor:
        return
    row.seen_count += seen
    row.received_count += received
    row.cursor, row.progress_at = next_cursor, now
    row.save(update_fields=["seen_count", "received_count", "cursor", "progress_at"])
    if next_cursor:
        _wake(row)
    else:
        move(row, "status", ORDER_IMPORT, ImportStatus.DONE, now=now)


def fail_import(import_id: UUID, reason: str, *, now: datetime) -> None:
    """End an import that the store refuses, with the reason."""
    row = OrderImport.locked(pk=import_id)
    if row.status == ImportStatus.RUNNING:
        move(row, "status", ORDER_IMPORT, ImportStatus.FAILED, now=now, reason=reason)


def stop_import(import_id: UUID, *, now: datetime) -> None:
    """A member has seen enough; what came in stays."""
    row = OrderImport.locked(pk=import_id)
    move(row, "status", ORDER_IMPORT, ImportStatus.STOPPED, now=now)


def continue_import(import_id: UUID, *, now: datetime) -> None:
    """Go on where a stopped or failed import ended."""
    row = OrderImport.locked(pk=import_id)
    move(row, "status", ORDER_IMPORT, ImportStatus.RUNNING, now=now, progress_at=now)
    _wake(row)


def _wake(row: OrderImport) -> None:
    enqueue_once(
        "orders.import_page", key=f"import:{row.pk}:{row.cursor}"[:200], import_id=row.pk, retailer_id=row.retailer_id
    )
