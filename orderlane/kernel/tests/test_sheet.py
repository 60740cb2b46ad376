"""Files of rows as people's programs write them: every separator, every usual encoding, cut anywhere."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlane.kernel.sheet import (
    FORMULA_SIGNS,
    LONGEST_CELL,
    LONGEST_LINE,
    EncodingProbe,
    SheetRow,
    UnreadableSheet,
    is_formula,
    plain_cell,
    read_rows,
    safe_cell,
)

COLUMNS, NEEDED = frozenset({"listing", "supplier_sku", "title"}), frozenset({"listing", "supplier_sku"})
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
LATIN = st.text("abcdéèàçßœ€ 0123;,\t|\"'\n-_", max_size=12)


def _read(content: bytes, size: int = 65536) -> list[SheetRow]:
    probe = EncodingProbe()
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    for piece in pieces:
        probe.feed(piece)
    return list(read_rows(pieces, probe.encoding(), COLUMNS, NEEDED))


def _written(rows: list[list[str]], separator: str) -> str:
    text = StringIO()
    csv.writer(text, delimiter=separator).writerows([["Listing", " supplier_sku ", "title", "other"], *rows])
    return text.getvalue()


@given(
    rows=st.lists(st.tuples(LATIN, LATIN, LATIN), max_size=6),
    separator=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(ENCODINGS),
    size=st.integers(1, 40),
)
def test_every_separator_and_encoding_gives_the_same_rows(
    rows: list[tuple[str, str, str]], separator: str, encoding: str, size: int
) -> None:
    # The letter that only Windows-1252 and not UTF-8 writes in one byte makes the encodings tell apart.
    content = _written([[*row, "é"] for row in rows], separator).encode(encoding)
    read = _read(content, size)
    wanted = [tuple(cell.strip() for cell in row) for row in rows]
    # A row of which only the column nobody asked for is filled is still a row.
    assert [(r.cells["listing"], r.cells["supplier_sku"], r.cells["title"]) for r in read] == [
        tuple(cell.replace("\r\n", "\n") for cell in row) for row in wanted
    ]
    assert all(row.problem == "" for row in read)


def test_the_line_of_a_row_is_where_it_begins() -> None:
    content = b'sep=;\nlisting;supplier_sku;title\r\n1;A;"two\r\nlines"\r\n\r\n;;\r\n2;B;last'
    assert [(row.line, row.cells["listing"]) for row in _read(content)] == [(3, "1"), (7, "2")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "sheet_columns"),
        (b"title,sku\nx,y\n", "sheet_columns"),
        (b"listing,supplier_sku,listing\n1,2,3\n", "sheet_columns_twice"),
        (b'listing,supplier_sku\n1,"' + b"x" * 300_000, "sheet_broken_quotes"),
        (b'listing,supplier_sku\n1,"' + b"x\n" * 300_000, "sheet_broken_quotes"),
        (b"listing,supplier_sku\n1,\x81\n", "sheet_not_text"),
        ("listing,supplier_sku\n1,2\n".encode("utf-16")[:-1], "sheet_not_text"),
        (b"%PDF-1.7\x00\x01\xff" + bytes(range(256)) * 50, "sheet_not_text"),
    ],
)
def test_what_is_no_sheet_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableSheet) as refusal:
        _read(content)
    assert refusal.value.reason == reason


def test_only_the_rows_at_hand_are_ever_read() -> None:
    taken = 0

    def pieces() -> Iterator[bytes]:
        nonlocal taken
        yield b"listing,supplier_sku\n"
        for _ in range(1000):
            taken += 1
            yield b"1,A\n" * 100

    rows = read_rows(pieces(), "utf-8", COLUMNS, NEEDED)
    for _ in range(150):
        next(rows)
    assert taken == 2
    assert LONGEST_LINE < 1_000_000


def test_rows_of_another_shape_are_told_apart() -> None:
    content = f"listing,supplier_sku\n1,A,extra\n2,{'x' * (LONGEST_CELL + 1)}\n3\n4,D,,\n".encode()
    assert [(row.line, row.problem) for row in _read(content)] == [
        (2, "row_too_wide"), (3, "row_cell"), (4, ""), (5, ""),
    ]  # fmt: skip


@given(st.text(max_size=20))
def test_a_cell_is_never_run_and_comes_back_as_it_was(text: str) -> None:
    assert not is_formula(safe_cell(text))
    assert plain_cell(safe_cell(text.strip())) == plain_cell(text.strip())


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_formulas_are_known_by_their_first_sign(sign: str) -> None:
    assert is_formula(f"{sign}cmd|' /C calc'!A0")
    assert safe_cell(f"{sign}1") == f"'{sign}1"


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_a_refusal(content: bytes) -> None:
    try:
        rows = _read(b"listing,supplier_sku\n" + content, 7)
    except UnreadableSheet:
        return
    assert all(set(row.cells) <= COLUMNS for row in rows)
