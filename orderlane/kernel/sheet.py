"""Files of rows that people make with a spreadsheet: any separator, the usual encodings, never a formula. Pure."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from orderlane.kernel.errors import Refused

SEPARATORS = ";,\t|"
LONGEST_LINE = 200_000
"""Characters. A quote that is never closed would otherwise take the whole file for one cell."""
LONGEST_CELL = 2_000
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class UnreadableSheet(Refused):
    """The file as a whole cannot be read as rows; ``reason`` says why, ``line`` from where on."""

    reason = "sheet_not_text"

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(f"{reason} at line {line}", reason=reason, line=line)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: on which line of the file it begins, and its cells by column, in plain text.

    ``problem`` says why it cannot be used, and is empty for a good row.
    """

    line: int
    cells: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def is_formula(text: str) -> bool:
    """Whether a spreadsheet program would run the cell."""
    return text.startswith(FORMULA_SIGNS)


def safe_cell(text: str) -> str:
    """Put an apostrophe before what Excel or LibreOffice would run (names and titles come from strangers)."""
    return f"'{text}" if is_formula(text) else text


def plain_cell(text: str) -> str:
    """The text that was meant: without spaces around it, and without the apostrophe of :func:`safe_cell`."""
    text = text.strip()
    return text[1:] if text.startswith("'") and is_formula(text[1:]) else text


class EncodingProbe:
    """Finds the encoding of a file while its pieces pass by, in constant memory."""

    def __init__(self) -> None:
        self._head = b""
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()

    def feed(self, piece: bytes) -> None:
        """Look at the next piece."""
        self._head += piece[: 4 - len(self._head)]
        if self._utf8 is not None:
            try:
                self._utf8.decode(piece)
            except UnicodeDecodeError:
                self._utf8 = None

    def encoding(self) -> str:
        """UTF-16 by its mark or by its zeros, else UTF-8 if all of it is, else Windows-1252 (Excel's, in the West)."""
        for mark, name in (
            (codecs.BOM_UTF8, "utf-8-sig"),
            (codecs.BOM_UTF16_LE, "utf-16"),
            (codecs.BOM_UTF16_BE, "utf-16"),
        ):
            if self._head.startswith(mark):
                return name
        if len(self._head) > 1 and 0 in self._head[:2]:
            return "utf-16-be" if self._head[0] == 0 else "utf-16-le"
        if self._utf8 is not None:
            try:
                self._utf8.decode(b"", final=True)
            except UnicodeDecodeError:
                return "cp1252"
            return "utf-8"
        return "cp1252"


def read_rows(
    pieces: Iterable[bytes], encoding: str, columns: frozenset[str], needed: frozenset[str]
) -> Iterator[SheetRow]:
    """Read a file piece by piece; its first row names the columns, of which only ``columns`` are kept.

    The separator is the one that makes most of these columns. Empty rows are passed over. Raises UnreadableSheet.
    """
    lines = _lines(pieces, encoding)
    first = next(lines, "")
    skipped = 1
    if first.lower().startswith("sep="):
        first, skipped = next(lines, ""), 2
    separator = max(SEPARATORS, key=lambda sign: len(columns & set(_names(first, sign))))
    names = _names(first, separator)
    if not needed <= set(names):
        raise UnreadableSheet("sheet_columns", skipped)
    if any(names.count(name) > 1 for name in columns):
        raise UnreadableSheet("sheet_columns_twice", skipped)
    reader = csv.reader(lines, delimiter=separator)
    line = skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row(line, cells, names, columns)
            line = skipped + reader.line_num + 1
    except csv.Error as broken:
        raise UnreadableSheet("sheet_broken_quotes", line) from broken


def _row(line: int, cells: list[str], names: list[str], columns: frozenset[str]) -> SheetRow:
    kept = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name in columns}
    if any(cell.strip() for cell in cells[len(names) :]):
        return SheetRow(line, kept, "row_too_wide")
    if any(len(cell) > LONGEST_CELL or "\x00" in cell for cell in kept.values()):
        return SheetRow(line, {name: cell.replace("\x00", "")[:100] for name, cell in kept.items()}, "row_cell")
    return SheetRow(line, kept)


def _names(line: str, separator: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []
    return [cell.strip().strip("\ufeff").casefold() for cell in cells]


def _lines(pieces: Iterable[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    rest, count = "", 1
    for piece in _and_end(pieces):
        try:
            rest += decoder.decode(piece or b"", final=piece is None)
        except UnicodeDecodeError as wrong:
            raise UnreadableSheet("sheet_not_text", count) from wrong
        *whole, rest = rest.split("\n")
        for line in whole:
            yield f"{line}\n"
            count += 1
        if len(rest) > LONGEST_LINE:
            raise UnreadableSheet("sheet_broken_quotes", count)
    if rest:
        yield rest


def _and_end(pieces: Iterable[bytes]) -> Iterator[bytes | None]:
    yield from pieces
    yield None
