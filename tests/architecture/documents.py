"""What the documents say about the code, read from the code: the states page is written from the tables themselves.

``python -m tests.architecture.documents`` writes the tables into ``docs/architecture.md`` after one has changed.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from orderlane.connectors.stores.shopify import scopes
from orderlane.kernel.states import Transitions
from tests.architecture import connectors, graphs
from tests.architecture.sources import PRODUCT, ROOT

ARCHITECTURE = ROOT / "docs" / "architecture.md"
ACCOUNTS = ROOT / "docs" / "how-to" / "connect-real-accounts.md"
SCOPES_BEGIN, SCOPES_END = "<!-- scopes: written by tests/architecture/documents.py -->", "<!-- end of scopes -->"
BEGIN, END = "<!-- states: written by tests/architecture/documents.py -->", "<!-- end of states -->"
_PATH = re.compile(r"`((?:orderlane|sandbox|tests|docs|bin)/[\w./-]*[\w/])(?:::(\w+))?`")
_LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
_ROW = re.compile(r"^\| (?!use )([^|]+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)


def states_block() -> str:
    """Every table of every room, as Markdown."""
    parts = [BEGIN]
    for path in sorted(PRODUCT.glob("*/states.py")):
        if path.parent.name == "kernel":
            continue
        module = importlib.import_module(f"orderlane.{path.parent.name}.states")
        parts += [_axis(path.parent.name, name, table) for name, table in graphs.tables(module)]
    return "\n\n".join([*parts, END])


def written_states() -> str:
    """The block as it stands in the document."""
    text = ARCHITECTURE.read_text(encoding="utf-8")
    return text[text.index(BEGIN) : text.index(END) + len(END)]


def scopes_block() -> str:
    """Which permissions a shop of each role has to give, as Markdown."""
    rows = ["| the shop of | scopes |", "| --- | --- |"]
    for role, needed in (("a retailer", scopes.RETAILER), ("a supplier", scopes.SUPPLIER)):
        rows.append(f"| {role} | {', '.join(f'`{scope}`' for scope in sorted(needed))} |")
    return "\n   ".join([SCOPES_BEGIN, "", *rows, "", SCOPES_END]).replace("\n   \n", "\n\n")


def written_scopes() -> str:
    """The block as it stands in the document."""
    text = ACCOUNTS.read_text(encoding="utf-8")
    return text[text.index(SCOPES_BEGIN) : text.index(SCOPES_END) + len(SCOPES_END)]


def missing_targets(path: Path) -> Iterator[str]:
    """Files, test names and links that a document names and that are not there."""
    text = path.read_text(encoding="utf-8")
    for match in _PATH.finditer(text):
        target = ROOT / match[1]
        if not target.exists():
            yield f"{path.name} names {match[1]}, which does not exist"
        elif match[2] and f"def {match[2]}(" not in target.read_text(encoding="utf-8"):
            yield f"{path.name} names {match[2]}, which is not in {match[1]}"
    for match in _LINK.finditer(text):
        if not (path.parent / match[1]).exists():
            yield f"{path.name} links to {match[1]}, which does not exist"


def glossary_rows(text: str) -> Mapping[str, str]:
    """The words of the glossary, each with the words that must not stand for it."""
    return {match[1].strip(): match[2].strip() for match in _ROW.finditer(text) if not match[1].startswith("---")}


def _axis(room: str, name: str, table: Transitions) -> str:  # type: ignore[type-arg]  # of any status
    rows = [f"**`orderlane/{room}/states.py`: {name}**", ""]
    rows += ["| from | may move to |", "| --- | --- |"]
    for state, moves in table.moves.items():
        shown = f"{state} (first)" if state == table.initial else str(state)
        rows.append(f"| {shown} | {', '.join(str(to) for to in type(state) if to in moves) or '(final)'} |")
    return "\n".join(rows)


def main() -> None:
    """Write the tables into the document, and the page of the platforms."""
    text = ARCHITECTURE.read_text(encoding="utf-8")
    ARCHITECTURE.write_text(text.replace(written_states(), states_block()), encoding="utf-8")
    text = ACCOUNTS.read_text(encoding="utf-8")
    ACCOUNTS.write_text(text.replace(written_scopes(), scopes_block()), encoding="utf-8")
    connectors.main()


if __name__ == "__main__":
    main()
