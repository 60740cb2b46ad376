"""A file of answers about listings: stored in pieces, applied some rows at a time, each row whole or not at all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from orderlane.audit.record import record
from orderlane.catalog.actions.advance_run import LEASE, advance_run, end_run
from orderlane.catalog.actions.answer_listing import decide
from orderlane.catalog.answers import COLUMNS, NEEDED, Asked, Offer, Problem, judge
from orderlane.catalog.models import Listing, ListingFile, ListingFilePart, ListingFileRow, Product
from orderlane.catalog.states import ImportStatus, RowOutcome
from orderlane.jobs.queue import enqueue
from orderlane.kernel.errors import Refused
from orderlane.kernel.sheet import EncodingProbe, read_rows
from orderlane.tenants.scope import acting_for, current

MOST_BYTES = 64 * 1024 * 1024
"""200,000 rows as they are downloaded take about 40 million."""
KEPT = timedelta(days=30)
"""How long the report of a file is kept."""


class FileUnderWay(Refused):
    """Another file of this retailer is being applied; two at once would answer the same listings in turns."""

    reason = "file_under_way"


class FileRefused(Refused):
    """The file is empty, or larger than MOST_BYTES."""

    reason = "file_too_large"


@transaction.atomic
def store_file(retailer_id: UUID, name: str, pieces: Iterable[bytes], *, now: datetime) -> ListingFile:
    """Store an uploaded file and have it applied in the background; raises FileUnderWay, FileRefused, UnreadableSheet.

    Columns and encoding are looked at now, so that a file that is none is refused while the person still looks.
    """
    ListingFile.objects.filter(retailer_id=retailer_id, ended_at__lt=now - KEPT).delete()
    file = _opened(retailer_id, name, now)
    probe, size = EncodingProbe(), 0
    for position, piece in enumerate(pieces):
        size += len(piece)
        if size > MOST_BYTES:
            raise FileRefused("too large")
        probe.feed(piece)
        file.line_count += piece.count(b"\n")
        ListingFilePart.objects.create(retailer_id=retailer_id, file=file, position=position, content=piece)
    if not size:
        raise FileRefused("empty", reason="file_empty")
    file.encoding = probe.encoding()
    file.save(update_fields=["encoding", "line_count"])
    next(read_rows(pieces_of(file, current().actor), file.encoding, COLUMNS, NEEDED), None)
    record("listing_file.stored", file, now=now, detail={"bytes": size})
    enqueue("catalog.apply_file", file_id=file.pk, retailer_id=retailer_id)
    return file


def _opened(retailer_id: UUID, name: str, now: datetime) -> ListingFile:
    try:
        with transaction.atomic():
            file: ListingFile = ListingFile.objects.create(
                retailer_id=retailer_id, name=name[:120], line_count=0, requested_at=now, due_at=now + LEASE
            )
    except IntegrityError as other:
        raise FileUnderWay("a file is being applied already") from other
    return file


def pieces_of(file: ListingFile, actor: str) -> Iterator[bytes]:
    """The content of a file, a piece at a time, each read in a scope of its own unless one is open."""
    with acting_for(file.retailer_id, actor):
        ids = list(ListingFilePart.objects.filter(file=file).order_by("position").values_list("pk", flat=True))
    for pk in ids:
        with acting_for(file.retailer_id, actor):
            content = ListingFilePart.objects.values_list("content", flat=True).get(pk=pk)
        yield bytes(content)


def apply_rows(claim: ListingFile, batch: Sequence[Asked], *, now: datetime) -> None:
    """Apply some rows, in the order of their lines, and write down what became of each.

    Raises MovedMeanwhile when another worker has taken over; nothing is applied then.
    """
    after, until = claim.last_line, batch[-1].line
    advance_run(claim, now=now, last_line=until)
    listings = _locked({asked.listing_id for asked in batch if asked.listing_id is not None})
    offers = _offers({asked.sku for asked in batch if asked.sku})
    before = ListingFileRow.objects.filter(file=claim, listing_id__in=listings).exclude(outcome=RowOutcome.REFUSED)
    answered = {pk: line for pk, line in before.values_list("listing_id", "line") if pk is not None}
    rows = []
    for asked in batch:
        outcome, reason = _apply(asked, listings, answered, offers, now)
        rows.append(
            ListingFileRow(
                retailer_id=claim.retailer_id, file=claim, line=asked.line, what=asked.what,
                listing_id=asked.listing_id, outcome=outcome, reason=reason,
            )
        )  # fmt: skip
        if outcome != RowOutcome.REFUSED and asked.listing_id is not None:
            answered.setdefault(asked.listing_id, asked.line)
    ListingFileRow.objects.bulk_create(rows)
    counts = Counter(row.outcome for row in rows)
    advance_run(
        claim,
        now=now,
        read_count=F("read_count") + len(rows),
        changed_count=F("changed_count") + counts[RowOutcome.CHANGED],
        same_count=F("same_count") + counts[RowOutcome.SAME],
        refused_count=F("refused_count") + counts[RowOutcome.REFUSED],
    )
    claim.last_line = until
    if counts[RowOutcome.CHANGED]:
        enqueue("purchasing.follow_file", file_id=claim.pk, retailer_id=claim.retailer_id, after=after, until=until)


def _apply(
    asked: Asked,
    listings: Mapping[UUID, Listing],
    answered: Mapping[UUID, int],
    offers: Mapping[str, Sequence[Offer[Product]]],
    now: datetime,
) -> tuple[RowOutcome, str]:
    """Apply one row: what became of it, and why it was refused."""
    if asked.problem:
        return RowOutcome.REFUSED, asked.problem
    listing = listings.get(asked.listing_id) if asked.listing_id is not None else None
    if listing is None:
        # Another organization's id is answered like one that does not exist.
        return RowOutcome.REFUSED, Problem.UNKNOWN_LISTING
    if asked.says_nothing:
        return RowOutcome.SAME, ""
    answer = judge(asked, answered_on=answered.get(listing.pk), offers=offers)
    if isinstance(answer, Problem):
        return RowOutcome.REFUSED, answer
    if answer is not None and listing.product_id == answer.pk:
        # What the SKU has found is no answer of a person only because it was downloaded and sent back.
        return RowOutcome.SAME, ""
    return (RowOutcome.CHANGED if decide(listing, answer, now=now) else RowOutcome.SAME), ""


def _locked(ids: set[UUID]) -> dict[UUID, Listing]:
    rows = Listing.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("id")
    return {listing.pk: listing for listing in rows}


def _offers(skus: set[str]) -> dict[str, list[Offer[Product]]]:
    found: dict[str, list[Offer[Product]]] = defaultdict(list)
    for product in Product.objects.filter(sku__in=skus, active=True).select_related("supplier").order_by("id"):
        found[product.sku].append(Offer(product, product.supplier.name))
    return found


def end_file(claim: ListingFile, status: ImportStatus, reason: str = "", *, now: datetime) -> None:
    """It was read to its end, or cannot be read on; its pieces are not needed any more."""
    end_run(claim, status, reason, now=now)
    ListingFilePart.objects.filter(file=claim).delete()
