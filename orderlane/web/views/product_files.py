"""Answers about listings by spreadsheet: download what is filtered, upload, and read what became of each row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orderlane.catalog.actions.apply_file import MOST_BYTES, store_file
from orderlane.catalog.answers import DOWNLOADED_AS, said_by
from orderlane.catalog.models import Listing, ListingFile, ListingFileRow
from orderlane.catalog.queries import WantedListings, last_file, listings_in
from orderlane.catalog.states import ImportStatus, RowOutcome
from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.kernel.sheet import safe_cell
from orderlane.tenants.models import OrganizationKind
from orderlane.web.live import render_live
from orderlane.web.pages.products import FilePage, FileReport, ListingRow, RefusedRow
from orderlane.web.present.products import listing_rows, row_reasons
from orderlane.web.refusals import words_for
from orderlane.web.uploads import is_too_large
from orderlane.web.views.products import wanted_from
from orderlane.web.visit import Visit, page

MEGABYTE = 1024 * 1024
AT_ONCE = 250
MOST_SHOWN = 100


@require_GET
@page(OrganizationKind.RETAILER)
def product_file(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """How it works, and how far the last file is applied."""
    wanted = wanted_from(request.GET)
    file = last_file(visit.organization_id)
    shown = FilePage(
        filters=_address_of(wanted),
        narrowed=bool(wanted.query or wanted.store_id or wanted.supplier_id),
        most_megabytes=MOST_BYTES // MEGABYTE,
        may_write=visit.may_write,
        report=_report(file) if file else None,
    )
    return render_live(request, "web/product_file.html", "web/product_file_report.html", {"page": shown})


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def upload_products(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Store a file and have it applied in the background; the page shows how far it is."""
    sent = request.FILES.get("file")
    if is_too_large(request):
        text = _("The file is larger than %(most)d MB. Nothing was read from it. Split it into several files.")
        messages.error(request, text % {"most": MOST_BYTES // MEGABYTE})
    elif not isinstance(sent, UploadedFile):
        messages.error(request, _("No file was chosen. Choose the CSV file that you want to upload."))
    else:
        try:
            store_file(visit.organization_id, sent.name or "", sent.chunks(MEGABYTE), now=clock.now())
        except Refused as refusal:
            messages.error(request, words_for(refusal))
    return redirect("product_file")


@require_GET
@page(OrganizationKind.RETAILER)
def download_products(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """What is filtered, with suggestions, as a file that can be uploaded again."""
    wanted = wanted_from(request.GET)
    language = get_language() or "en"

    def lines() -> Iterator[list[str]]:
        yield COLUMNS
        last: UUID | None = None
        while True:
            with override(language), visit.scope():
                batch = _batch(wanted, last)
                cells = [_cells(row) for row in listing_rows(batch, now=clock.now(), supplier_id=wanted.supplier_id)]
            yield from cells
            if len(batch) < AT_ONCE:
                return
            last = batch[-1].pk

    return _csv("products.csv", lines())


@require_GET
@page(OrganizationKind.RETAILER)
def download_report(request: HttpRequest, visit: Visit, file_id: UUID) -> HttpResponseBase:
    """Every row of a file: its line, what it is, what became of it and why."""
    file = ListingFile.objects.get(pk=file_id)
    language = get_language() or "en"

    def lines() -> Iterator[list[str]]:
        yield ["line", "listing", "what", "outcome", "why"]
        line = 0
        while True:
            with override(language), visit.scope():
                reasons = row_reasons()
                rows = ListingFileRow.objects.filter(file=file, line__gt=line).order_by("line")
                batch = list(rows[: AT_ONCE * 4])
            for row in batch:
                why = reasons.get(row.reason, row.reason)
                yield [str(row.line), str(row.listing_id or ""), row.what, row.outcome, why]
            if not batch:
                return
            line = batch[-1].line

    return _csv("products-report.csv", lines())


COLUMNS = [
    "listing", "store", "title", "variant", "sku", "price", "currency", "status", "supplier", "supplier_sku",
    "cost", "cost_currency", "stock", "waiting_orders", "suggested_supplier", "suggested_sku", "suggested_because",
    DOWNLOADED_AS,
]  # fmt: skip


def _cells(row: ListingRow) -> list[str]:
    product = row.product
    best = row.suggestions[0] if row.suggestions else None
    supplier, sku = (product.supplier, product.sku) if product else ("", "")
    return [
        row.id, row.store_name, row.title, row.variant, row.sku,
        row.price.format_plain() if row.price else "", row.price.currency if row.price else "",
        "unmatched" if row.waits else "own" if row.own_goods else "matched",
        supplier, sku,
        product.price.format_plain() if product else "", product.price.currency if product else "",
        str(product.stock) if product and product.stock is not None else "",
        str(row.waiting.count) if row.waits else "",
        best.supplier if best else "", best.sku if best else "", str(best.why) if best else "",
        said_by(own=row.own_goods, sku=sku, supplier=supplier),
    ]  # fmt: skip


def _batch(wanted: WantedListings, last: UUID | None) -> list[Listing]:
    rows = listings_in(wanted).select_related("store", "product__supplier").order_by("pk")
    return list((rows.filter(pk__gt=last) if last else rows)[:AT_ONCE])


def _csv(name: str, lines: Iterator[list[str]]) -> StreamingHttpResponse:
    """A file that is written while it is read, so that it is never in memory as a whole."""

    def pieces() -> Iterator[str]:
        # Excel reads UTF-8 only with this mark in front.
        yield "\ufeff"
        for cells in lines:
            text = StringIO()
            csv.writer(text).writerow([safe_cell(cell) for cell in cells])
            yield text.getvalue()

    response = StreamingHttpResponse(pieces(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _report(file: ListingFile) -> FileReport:
    reasons = row_reasons()
    refused = ListingFileRow.objects.filter(file=file, outcome=RowOutcome.REFUSED).order_by("line")[:MOST_SHOWN]
    return FileReport(
        id=str(file.pk),
        name=file.name,
        status=file.status,
        at=file.ended_at or file.requested_at,
        read_count=file.read_count,
        changed_count=file.changed_count,
        same_count=file.same_count,
        refused_count=file.refused_count,
        percent=min(99, file.last_line * 100 // max(1, file.line_count)),
        problem=_problem(file) if file.status == ImportStatus.FAILED else "",
        refused=[RefusedRow(row.line, row.what, reasons.get(row.reason, row.reason)) for row in refused],
    )


def _problem(file: ListingFile) -> str:
    why = words_for(Refused(reason=file.reason))
    where = _("The last row that was read is on line %(line)d.") % {"line": file.last_line} if file.last_line else ""
    return f"{why} {where}".strip()


def _address_of(wanted: WantedListings) -> str:
    told = {"tab": wanted.tab, "q": wanted.query, "store": wanted.store_id, "supplier": wanted.supplier_id}
    return urlencode({name: value for name, value in told.items() if value})
