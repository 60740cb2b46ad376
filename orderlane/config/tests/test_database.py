"""Which database the settings name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orderlane.config import environment
from orderlane.config.database import BadDatabaseUrl, django_databases


def settings(url: str, home: Path = Path("/nowhere")) -> dict[str, Any]:
    """Return Django's settings for one ``DATABASE_URL``."""
    return django_databases(replace(environment.read(), database_url=url, home=home))["default"]


def test_without_an_address_nothing_is_started(tmp_path: Path) -> None:
    chosen = settings("", tmp_path / "home")
    assert (chosen["ENGINE"], chosen["NAME"], chosen["USER"]) == (
        "orderlane.config.embedded_backend",
        "orderlane",
        "orderlane",
    )
    assert not (tmp_path / "home").exists()


def test_an_address_is_read_whole() -> None:
    chosen = settings("postgresql://o%40l:p%2Fw@db.example:6432/orders?sslmode=require")
    wanted = {"HOST": "db.example", "PORT": "6432", "NAME": "orders", "USER": "o@l", "PASSWORD": "p/w"}
    assert {name: chosen[name] for name in wanted} == wanted
    assert chosen["OPTIONS"]["sslmode"] == "require"
    assert "statement_timeout=30000" in chosen["OPTIONS"]["options"]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgres://u@%2Ftmp%2FSocket/d", "/tmp/Socket"),  # noqa: S108 - an example, nothing is written
        ("postgres://u@/d?host=/tmp/Socket", "/tmp/Socket"),  # noqa: S108 - as above
        ("postgres://u@[::1]:5432/d", "::1"),
    ],
)
def test_hosts_of_every_kind(url: str, host: str) -> None:
    assert settings(url)["HOST"] == host


@pytest.mark.parametrize("url", ["mysql://u@h/d", "postgres://u@h", "postgres://u@h:port/d", "nonsense"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadDatabaseUrl, match="DATABASE_URL"):
        settings(url)
