"""Message catalogues: gathered from Python and templates, checked, and compiled, with pip packages alone."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
LANGUAGES = ("fr", "en")
_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")
_BEFORE_SIGN, _AFTER_GUILLEMET = re.compile(r" ([;:!?»])"), re.compile(r"« ")
# Two branches that both translate a sentence can be merged into a text that says it twice, with or without a space.
_TWICE = re.compile(r"(?:\A|(?<=[.!?…]))\s*(\S.{3,}?[.!?…])\s*\1|\A(\S.{3,})\s*\2\Z", re.DOTALL)
# "de Épicerie" is wrong and "d’Maison" too, so that neither word may stand before what is filled in.
_ELIDED = re.compile(r"\b(?:de|la|que) (?:%\(|\{)|[dl]’(?:%\(|\{)", re.IGNORECASE)
_CODE = re.compile(r"[a-z0-9_.:-]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with one message in one language."""

    language: str
    message: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.language}: {self.message!r}: {self.wrong}"


def po_path(language: str, package: Path = PACKAGE) -> Path:
    """Return where ``language``'s messages are kept."""
    return package / "locale" / language / "LC_MESSAGES" / "django.po"


def gather(package: Path = PACKAGE) -> Catalog:
    """Return every message marked for translation in Python files and templates."""
    catalog = Catalog(charset="utf-8")
    for path in _sources(package):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # Django's own translation of template tags into gettext calls; the rest becomes X's. Indentation is
            # dropped because it means something in Python and nothing here.
            text = "\n".join(line.strip() for line in templatize(text).splitlines())
        found = extract("python", io.BytesIO(text.encode("utf-8")), keywords=_KEYWORDS, options={"encoding": "utf-8"})
        for line, messages, comments, context in found:
            place = (str(path.relative_to(package.parent)), line)
            catalog.add(messages, locations=[place], auto_comments=comments, context=context)
    return catalog


def read(language: str, package: Path = PACKAGE) -> Catalog:
    """Return ``language``'s kept catalogue, empty when there is none yet."""
    path = po_path(language, package)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(package: Path = PACKAGE) -> None:
    """Bring every catalogue in line with the sources; English sentences are their own translation."""
    gathered = gather(package)
    for language in LANGUAGES:
        catalog = read(language, package)
        catalog.update(gathered, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        for message in catalog:
            if language == "en":
                _say_in_english(message)
            elif language == "fr":
                _keep_french_signs_together(message)
        path = po_path(language, package)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=120, sort_output=True, omit_header=False, no_location=True)


def check(package: Path = PACKAGE) -> list[Finding]:
    """Return what is missing, empty, doubtful, said twice or has other placeholders than its source."""
    findings = []
    gathered = [message for message in gather(package) if message.id]
    for language in LANGUAGES:
        catalog = read(language, package)
        for wanted in gathered:
            message = catalog.get(wanted.id, wanted.context)
            wrong = _wrong(message)
            if not wrong and message and language == "fr" and any(map(_ELIDED.search, _texts(message))):
                wrong = "needs another word when a name begins with a vowel"
            if wrong:
                findings.append(Finding(language, str(wanted.id), wrong))
    return findings


def compile_catalogs(package: Path = PACKAGE) -> None:
    """Write the binary catalogues Django reads, where they are older than their source."""
    for language in LANGUAGES:
        source = po_path(language, package)
        target = source.with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        fresh = target.with_suffix(".mo.new")
        with fresh.open("wb") as file:
            write_mo(file, read(language, package))
        fresh.replace(target)


def _sources(package: Path) -> Iterator[Path]:
    for path in sorted(package.rglob("*")):
        parts = path.relative_to(package).parts
        if "migrations" in parts or "tests" in parts:
            continue
        if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in parts):
            yield path


def _say_in_english(message: Message) -> None:
    if message.id and not _filled(message):
        single = message.id if isinstance(message.id, str) else message.id[0]
        if not _CODE.fullmatch(single):
            message.string = message.id


def _keep_french_signs_together(message: Message) -> None:
    """French writes a space before these signs, at which a line must not break."""
    if message.id:
        texts = [_AFTER_GUILLEMET.sub("«\u00a0", _BEFORE_SIGN.sub("\u00a0\\1", text)) for text in _texts(message)]
        message.string = texts[0] if isinstance(message.string, str) else tuple(texts)


def _texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def _filled(message: Message) -> bool:
    texts = _texts(message)
    wanted = 1 if isinstance(message.id, str) else 2
    return len(texts) >= wanted and all(text.strip() for text in texts)


def _wrong(message: Message | None) -> str:
    if message is None:
        return "missing; run `make messages`"
    if message.fuzzy:
        return "marked as doubtful (fuzzy)"
    if not _filled(message):
        return "not translated"
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    texts = _texts(message)
    if any(_TWICE.search(text) for text in texts):
        return "says the same sentence twice"
    # In a plural, a form may leave the number out ("one order"); it may not invent a placeholder.
    allowed = {found for source in sources for found in _placeholders(source)}
    for text in texts:
        if not _placeholders(text) <= allowed:
            return "has a placeholder its source does not have"
    if len(sources) == 1 and _placeholders(texts[0]) != allowed:
        return "lacks a placeholder of its source"
    return ""


def _placeholders(text: str) -> set[str]:
    return {match[0] for match in _PLACEHOLDER.finditer(text)}


if __name__ == "__main__":
    update()
