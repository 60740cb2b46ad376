"""The documents agree with the code they speak of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orderlane.config.wiring import PLATFORMS
from orderlane.ports.capabilities import StoreCapability
from tests.architecture import connectors, documents, glossary
from tests.architecture.sources import PRODUCT, ROOT

OPERATE = ROOT / "docs/how-to/operate.md"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_states_are_those_of_the_code() -> None:
    again = "a table has changed: python -m tests.architecture.documents"
    assert documents.written_states() == documents.states_block(), again


def test_the_permissions_are_those_of_the_code() -> None:
    assert documents.written_scopes() == documents.scopes_block(), "python -m tests.architecture.documents"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_document_names_is_there(path: Path) -> None:
    assert list(documents.missing_targets(path)) == []


def test_a_name_that_is_gone_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("`orderlane/gone.py`, `tests/architecture/documents.py::gone`, [a link](gone.md)", encoding="utf-8")
    assert len(list(documents.missing_targets(page))) == 3


def test_the_platforms_are_those_of_the_code() -> None:
    again = "a connector has changed: python -m tests.architecture.documents"
    assert connectors.PAGE.read_text(encoding="utf-8") == connectors.page(), again
    assert set(connectors.CAPABILITIES) == set(StoreCapability)


def test_every_setting_is_explained() -> None:
    read = set(re.findall(r'"((?:ORDERLANE|DATABASE)_[A-Z_]+)"', (PRODUCT / "config/environment.py").read_text()))
    read |= {f"ORDERLANE_{platform.upper()}_URL" for platform in PLATFORMS}
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/how-to/operate.md").read_text(), re.MULTILINE))
    assert read
    assert explained == read


def test_every_setting_of_a_platform_is_explained() -> None:
    read = set(re.findall(r'"\{prefix\}_([A-Z_]+)"', (PRODUCT / "config/environment.py").read_text())) - {"URL"}
    explained = re.findall(r"^\| `ORDERLANE_<PLATFORM>_([A-Z_]+)` \|", OPERATE.read_text(), re.MULTILINE)
    assert read
    assert set(explained) == read


def test_a_platform_with_an_install_flow_has_its_callback_explained() -> None:
    told = documents.ACCOUNTS.read_text(encoding="utf-8")
    named = told[told.index("as its callback") :].split("\n\n")[0]
    assert set(re.findall(r"`([a-z]+)`", named)) == {
        name for name, wired in PLATFORMS.items() if wired.store.install_flow is not None
    }


def test_every_scheduled_job_is_among_the_sweeps() -> None:
    sources = [path.read_text(encoding="utf-8") for path in PRODUCT.rglob("*.py")]
    scheduled = {name for source in sources for name in re.findall(r'@periodic\("([a-z_.]+)"', source)}
    told = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert scheduled
    assert {name for name in scheduled if f"`{name}`" not in told} == set()


def test_words_the_code_must_not_use_are_in_the_glossary() -> None:
    rows = documents.glossary_rows((ROOT / "docs/glossary.md").read_text(encoding="utf-8"))
    never = {word.strip().replace("-", "") for words in rows.values() for word in words.split(",")}
    assert set(glossary.INSTEAD) <= {word.split(" ")[0] for word in never}
