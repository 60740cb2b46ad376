"""Apply an uploaded file of listings from where it stands to its end, some rows in each transaction."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from orderlane.catalog.actions.advance_run import begin_run
from orderlane.catalog.actions.apply_file import apply_rows, end_file, pieces_of
from orderlane.catalog.answers import COLUMNS, NEEDED, asked_in
from orderlane.catalog.models import ListingFile
from orderlane.catalog.states import ImportStatus
from orderlane.kernel import clock
from orderlane.kernel.sheet import SheetRow, UnreadableSheet, read_rows
from orderlane.tenants.scope import acting_for

ROWS_AT_ONCE = 500


def work_through_file(file_id: UUID, retailer_id: UUID, *, actor: str) -> None:
    """Apply the rows that are left; safe to call twice, and at once. Only the rows at hand are ever in memory."""
    with acting_for(retailer_id, actor):
        claim = begin_run(ListingFile, file_id, now=clock.now())
    if claim is None:
        return
    try:
        _apply_on(claim, actor)
    except UnreadableSheet as problem:
        with acting_for(retailer_id, actor):
            end_file(claim, ImportStatus.FAILED, problem.reason, now=clock.now())
    else:
        with acting_for(retailer_id, actor):
            end_file(claim, ImportStatus.DONE, now=clock.now())


def _apply_on(claim: ListingFile, actor: str) -> None:
    rows = read_rows(pieces_of(claim, actor), claim.encoding, COLUMNS, NEEDED)
    left = (row for row in rows if row.line > claim.last_line)
    for batch in _batches(left):
        with acting_for(claim.retailer_id, actor):
            apply_rows(claim, [asked_in(row) for row in batch], now=clock.now())


def _batches(rows: Iterator[SheetRow]) -> Iterator[list[SheetRow]]:
    """Cut into batches; the rows before an unreadable place make a batch too, and only then is it told."""
    batch: list[SheetRow] = []
    try:
        for row in rows:
            batch.append(row)
            if len(batch) == ROWS_AT_ONCE:
                yield batch
                batch = []
    except UnreadableSheet:
        if batch:
            yield batch
        raise
    if batch:
        yield batch
