"""Both languages are complete, and the check notices when they are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from orderlane.config import catalogs
from orderlane.config.wiring import wiring

TEMPLATE = (
    "{% load i18n %}\n  <p>\n {% translate 'Pay now' %}</p>"
    "{% blocktranslate count n=n %}one {{ n }}{% plural %}all {{ n }}{% endblocktranslate %}"
)
CODE = (
    'from django.utils.translation import gettext as _, pgettext\nx = _("Hello %(name)s") + pgettext("order", "paid")\n'
)


def test_both_languages_are_complete() -> None:
    found = [str(each) for each in catalogs.check()]
    assert not found, "\n" + "\n".join(found)


def test_what_connectors_declare_can_be_translated() -> None:
    wired = wiring()
    declared = {
        text
        for fields in (
            *(store.credential_fields for store in wired.stores.values()),
            *(provider.credential_fields for provider in wired.payments.values()),
        )
        for field in fields
        for text in (field.label, field.hint)
        if text
    }
    unknown = declared - {message.id for message in catalogs.read("fr") if message.id}
    assert not unknown, "mark it with gettext_noop of orderlane/ports/accounts.py, then: make messages"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package with one template and one module."""
    root = tmp_path / "shopfront"
    (root / "templates").mkdir(parents=True)
    (root / "templates" / "a.html").write_text(TEMPLATE, encoding="utf-8")
    (root / "code.py").write_text(CODE, encoding="utf-8")
    return root


def test_messages_are_gathered_from_templates_and_code(package: Path) -> None:
    found = {(message.id, message.context) for message in catalogs.gather(package) if message.id}
    assert found == {
        ("Pay now", None),
        (("one %(n)s", "all %(n)s"), None),
        ("Hello %(name)s", None),
        ("paid", "order"),
    }


def test_english_sentences_translate_themselves_and_french_waits(package: Path) -> None:
    catalogs.update(package)
    english = {message.id: message.string for message in catalogs.read("en", package) if message.id}
    assert english["Hello %(name)s"] == "Hello %(name)s"
    # "paid" reads like a code, so a person has to write its English.
    assert english["paid"] == ""
    wrong = [str(each) for each in catalogs.check(package)]
    assert "fr: 'Pay now': not translated" in wrong
    assert "en: 'paid': not translated" in wrong


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ('msgid "Hello %(name)s"\nmsgstr "Bonjour"', "lacks a placeholder of its source"),
        ('msgid "Hello %(name)s"\nmsgstr "Bonjour %(nom)s"', "has a placeholder its source does not have"),
        ('#, fuzzy\nmsgid "Hello %(name)s"\nmsgstr "Bonjour %(name)s"', "marked as doubtful (fuzzy)"),
        (
            'msgid "Hello %(name)s"\nmsgstr "Bonjour %(name)s. Entrez donc. "\n"Entrez donc."',
            "says the same sentence twice",
        ),
        ('msgid "Hello %(name)s"\nmsgstr "Bonjour %(name)s"\n"Bonjour %(name)s"', "says the same sentence twice"),
        ('msgid "Hello %(name)s"\nmsgstr "Bonjour de %(name)s"', "needs another word when a name begins with a vowel"),
        ('msgid "Other"\nmsgstr "Autre"', "missing; run `make messages`"),
    ],
)
def test_bad_translations_are_found(package: Path, entry: str, wrong: str) -> None:
    path = catalogs.po_path("fr", package)
    path.parent.mkdir(parents=True)
    path.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n' + entry + "\n", encoding="utf-8"
    )
    assert f"fr: 'Hello %(name)s': {wrong}" in [str(each) for each in catalogs.check(package)]


def test_compiled_catalogs_are_what_gettext_reads(package: Path) -> None:
    import gettext

    catalogs.update(package)
    path = catalogs.po_path("fr", package)
    with path.open("rb") as file:
        kept = read_po(file, locale="fr")
    assert kept.get("Pay now") is not None
    path.write_text(path.read_text().replace('msgid "Pay now"\nmsgstr ""', 'msgid "Pay now"\nmsgstr "Payer"'))
    catalogs.compile_catalogs(package)
    with path.with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Pay now") == "Payer"
