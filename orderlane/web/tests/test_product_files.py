"""Answers by spreadsheet: what is downloaded can be uploaded, each row counts for itself, and nothing twice."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from orderlane.audit.transitions import MovedMeanwhile
from orderlane.catalog.actions.advance_run import LEASE, begin_run
from orderlane.catalog.actions.apply_file import apply_rows, store_file
from orderlane.catalog.answers import Asked
from orderlane.catalog.models import Listing, ListingFile, ListingFilePart, ListingFileRow, Product
from orderlane.kernel import clock
from orderlane.kernel.ids import new_id
from orderlane.orders.models import OrderLine
from orderlane.purchasing.models import PurchaseOrder
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for, system_scope
from orderlane.web.tests.conftest import HUGO, LEA, LOOKER, Desk
from tests.journeys.world import BOWL, CANDLE, LUMEN

FILE, UPLOAD, DOWNLOAD = "/products/file", "/products/file/upload", "/products/file/download"
RENAMED = "ML-FIGUIER"


@pytest.fixture
def listings(desk: Desk) -> Iterator[list[Listing]]:
    """Four listings that nobody has answered for; the first of them waits with an order."""
    desk.world.buy(LUMEN, {RENAMED: 1})
    desk.world.settle()
    [sold] = desk.rows(Listing, sku=RENAMED)
    with acting_for(desk.retailer.pk, "test:pages"):
        made = [
            Listing.objects.create(
                retailer=desk.retailer, store_id=sold.store_id, variant_id=f"file-{n}", title=f"=Row {n}", sku=f"F-{n}"
            )
            for n in range(3)
        ]
    yield [sold, *made]
    with acting_for(desk.retailer.pk, "test:pages"):
        ListingFile.objects.all().delete()
        Listing.objects.filter(pk__in=[row.pk for row in made]).delete()
        Listing.objects.filter(pk=sold.pk).update(product=None, own_goods=False, decided=False)
        OrderLine.objects.filter(variant_id=sold.variant_id).update(quantity=0)
        PurchaseOrder.objects.filter(lines__order_line__variant_id=sold.variant_id).update(hold="no_lines")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'catalog.apply_file' AND status = 'todo'")


def _download(client: Client, filters: str) -> list[dict[str, str]]:
    answer = client.get(f"{DOWNLOAD}?{filters}")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # it streams
    return list(csv.DictReader(StringIO(content)))


def _sheet(rows: list[dict[str, str]], separator: str = ",", encoding: str = "utf-8-sig") -> SimpleUploadedFile:
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("answers.csv", text.getvalue().encode(encoding))


def _upload(desk: Desk, sheet: SimpleUploadedFile, email: str = LEA) -> str:
    answer = desk.client(email).post(UPLOAD, {"file": sheet}, follow=True)
    desk.world.settle()
    return " ".join(str(message) for message in answer.context["messages"])


def _last(desk: Desk) -> ListingFile:
    found: list[ListingFile] = sorted(desk.rows(ListingFile), key=lambda row: row.requested_at)
    return found[-1]


def _counts(file: ListingFile) -> tuple[str, int, int, int, int]:
    return file.status, file.read_count, file.changed_count, file.same_count, file.refused_count


@pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16")])
def test_a_downloaded_list_comes_back_with_answers_and_the_orders_follow(
    desk: Desk, listings: list[Listing], separator: str, encoding: str
) -> None:
    rows = _download(desk.client(LEA), "tab=unmatched")
    mine = {row["listing"]: row for row in rows}
    sold = mine[str(listings[0].pk)]
    assert (sold["waiting_orders"], sold["suggested_sku"]) == ("1", CANDLE)
    assert mine[str(listings[1].pk)]["title"] == "'=Row 0"
    sold["supplier_sku"] = sold["suggested_sku"]
    mine[str(listings[1].pk)]["status"] = "own"
    assert _upload(desk, _sheet(rows, separator, encoding)) == ""
    assert _counts(_last(desk)) == ("done", len(rows), 2, len(rows) - 2, 0)
    bought = desk.rows(PurchaseOrder, lines__order_line__variant_id=listings[0].variant_id)
    assert bought[-1].payable
    assert desk.rows(Listing, pk=listings[1].pk)[0].own_goods
    assert desk.rows(ListingFilePart) == []
    before = desk.history()
    _upload(desk, _sheet(rows, separator, encoding))
    assert _counts(_last(desk)) == ("done", len(rows), 0, len(rows), 0)
    # Storing and ending a file are acts; its rows changed nothing.
    assert desk.history() == before + 3


def test_each_row_counts_for_itself_and_says_why_it_was_refused(desk: Desk, listings: list[Listing]) -> None:
    ids = [str(row.pk) for row in listings]
    rows = [
        {"listing": ids[0], "supplier_sku": CANDLE, "status": ""},
        {"listing": ids[0], "supplier_sku": BOWL, "status": ""},
        {"listing": ids[1], "supplier_sku": '=HYPERLINK("http://x")', "status": ""},
        {"listing": ids[1], "supplier_sku": "NO-SUCH", "status": ""},
        {"listing": ids[1], "supplier_sku": CANDLE, "status": "own"},
        {"listing": str(new_id()), "supplier_sku": CANDLE, "status": ""},
        {"listing": "nonsense", "supplier_sku": CANDLE, "status": ""},
        {"listing": ids[2], "supplier_sku": "", "status": ""},
        {"listing": ids[3], "supplier_sku": "", "status": "Own"},
    ]
    _upload(desk, _sheet(rows))
    file = _last(desk)
    assert _counts(file) == ("done", 9, 2, 1, 6)
    refused = {row.line: row.reason for row in desk.rows(ListingFileRow, file=file, outcome="refused")}
    assert refused == {
        3: "row_duplicate", 4: "row_formula", 5: "row_unknown_sku", 6: "row_contradiction",
        7: "row_unknown_listing", 8: "row_unknown_listing",
    }  # fmt: skip
    [candle] = desk.rows(Product, sku=CANDLE)
    assert desk.rows(Listing, pk=ids[0])[0].product_id == candle.pk
    assert [row.decided for row in desk.rows(Listing, pk__in=ids[1:3])] == [False, False]
    page = " ".join(desk.client(LEA, "fr").get(FILE).content.decode().split())
    assert "Une cellule commence comme une formule" in page
    report = desk.client(LEA).get(f"/products/file/{file.pk}/report")
    lines = b"".join(report.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 10
    assert lines[3].startswith(f"4,{ids[1]},")
    assert "begins like a formula" in lines[3]


def test_a_row_left_as_it_was_downloaded_undoes_nothing_answered_since(desk: Desk, listings: list[Listing]) -> None:
    client = desk.client(LEA)
    posted = {"store": str(listings[1].store_id), "variant": listings[1].variant_id}
    client.post("/products/match", posted | {"product": "own"})
    rows = [row for row in _download(client, "tab=own") if row["listing"] == str(listings[1].pk)]
    assert [row["downloaded_as"] for row in rows] == ["own"]
    [bowl] = desk.rows(Product, sku=BOWL)
    client.post("/products/match", posted | {"product": str(bowl.pk)})
    _upload(desk, _sheet(rows))
    assert _counts(_last(desk)) == ("done", 1, 0, 1, 0)
    assert desk.rows(Listing, pk=listings[1].pk)[0].product_id == bowl.pk


def test_another_retailers_listing_is_like_an_absent_one(desk: Desk, listings: list[Listing]) -> None:
    with system_scope("test:pages"):
        store = Store.objects.filter(organization__kind="retailer").exclude(organization=desk.retailer).earliest("pk")
        other = Listing.objects.create(retailer_id=store.organization_id, store=store, variant_id=str(new_id()))
    _upload(desk, _sheet([{"listing": str(other.pk), "supplier_sku": "", "status": "own"}]))
    assert [row.reason for row in desk.rows(ListingFileRow, file=_last(desk))] == ["row_unknown_listing"]
    assert not desk.rows(Listing, pk=other.pk)[0].decided


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "file is empty"),
        (b"title;price\nx;1\n", "are missing in the first line"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x81", "The file is no text"),
    ],
)
def test_what_is_no_list_is_refused_at_once(desk: Desk, listings: list[Listing], content: bytes, words: str) -> None:
    before = desk.history()
    said = _upload(desk, SimpleUploadedFile("answers.csv", content))
    assert words in said
    assert (desk.rows(ListingFile), desk.history()) == ([], before)


def test_a_file_beyond_the_limit_is_dropped_while_it_arrives(
    desk: Desk, listings: list[Listing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderlane.web.uploads.MOST_BYTES", 1000)
    said = _upload(desk, SimpleUploadedFile("answers.csv", b"listing,supplier_sku\n" * 100))
    assert "The file is larger than" in said
    assert desk.rows(ListingFile) == []


def test_a_quote_never_closed_ends_the_file_and_keeps_the_rows_before(desk: Desk, listings: list[Listing]) -> None:
    good = f"listing,supplier_sku,status\n{listings[1].pk},,own\n"
    bad = f'{listings[2].pk},"' + "x\n" * 200_000
    _upload(desk, SimpleUploadedFile("answers.csv", (good + bad).encode()))
    file = _last(desk)
    assert (file.status, file.reason) == ("failed", "sheet_broken_quotes")
    page = desk.client(LEA).get(FILE).content.decode()
    assert "a quote is not closed" in page
    assert file.last_line == 2
    assert "The last row that was read is on line 2." in page
    assert desk.rows(Listing, pk=listings[1].pk)[0].own_goods


def test_one_file_at_once_and_a_dead_workers_is_taken_over(desk: Desk, listings: list[Listing]) -> None:
    content = f"listing,supplier_sku,status\n{listings[1].pk},,own\n{listings[2].pk},,own\n".encode()
    with acting_for(desk.retailer.pk, "test:pages"):
        file = store_file(desk.retailer.pk, "a.csv", [content[:30], content[30:]], now=clock.now())
        dead = begin_run(ListingFile, file.pk, now=clock.now())
        assert dead is not None
        apply_rows(dead, [Asked(2, listings[1].pk, own=True)], now=clock.now())
    page = desk.client(LEA).get(FILE).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    again = desk.client(LEA).post(UPLOAD, {"file": SimpleUploadedFile("b.csv", content)}, follow=True)
    assert "being applied already" in " ".join(str(message) for message in again.context["messages"])
    desk.world.settle()
    desk.world.advance(LEASE * 2)
    desk.world.sweep("catalog.sweep")
    assert _counts(_last(desk)) == ("done", 2, 2, 0, 0)
    late = [Asked(3, listings[3].pk, own=True)]
    with pytest.raises(MovedMeanwhile), acting_for(desk.retailer.pk, "test:pages"):
        apply_rows(dead, late, now=clock.now())
    assert not desk.rows(Listing, pk=listings[3].pk)[0].own_goods


def test_who_only_looks_downloads_and_uploads_nothing(desk: Desk, listings: list[Listing]) -> None:
    assert _download(desk.client(LOOKER["retailer"]), "tab=unmatched")
    before = desk.history()
    sheet = f"listing,supplier_sku,status\n{listings[1].pk},,own\n".encode()
    for email, status in ((LOOKER["retailer"], 403), (HUGO, 404)):
        sent = {"file": SimpleUploadedFile("answers.csv", sheet)}
        assert desk.client(email).post(UPLOAD, sent).status_code == status
    assert desk.client(HUGO).get(DOWNLOAD).status_code == 404
    assert desk.client(LEA).get(f"/products/file/{new_id()}/report").status_code == 404
    assert (desk.rows(ListingFile), desk.history()) == ([], before)
