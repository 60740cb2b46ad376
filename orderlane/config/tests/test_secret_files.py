"""Secrets: made once, kept closed, refused when they are weak."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from orderlane.config import environment
from orderlane.config.environment import Environment
from orderlane.config.secret_files import BadSecret, secret_key, vault_keys


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    """An installation whose data folder is still empty."""
    return replace(environment.read(), home=tmp_path / "home", secret_key="", vault_keys="")


def test_secrets_are_made_once_and_closed_to_others(env: Environment) -> None:
    first = (secret_key(env), vault_keys(env))
    assert (secret_key(env), vault_keys(env)) == first
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in env.home.iterdir()}
    assert modes == {"secret_key": 0o600, "vault_keys": 0o600}


def test_processes_that_start_together_agree(env: Environment) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: secret_key(env), range(32)))) == 1
    assert [path.name for path in env.home.iterdir()] == ["secret_key"]


def test_given_secrets_leave_no_file(env: Environment) -> None:
    key = base64.b64encode(b"k" * 32).decode()
    given = replace(env, secret_key="s" * 50, vault_keys=key)
    assert secret_key(given) == "s" * 50
    assert [each for _, each in vault_keys(given)] == [b"k" * 32]
    assert not env.home.exists()


def test_a_new_key_goes_in_front_and_old_ids_stay(env: Environment) -> None:
    old, new = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (250, 251))
    before = vault_keys(replace(env, vault_keys=old))
    after = vault_keys(replace(env, vault_keys=f"{new}, {old}"))
    assert after[1:] == before
    assert after[0][0] != before[0][0]


@pytest.mark.parametrize("bad", ["!!", base64.b64encode(b"short").decode(), " , "])
def test_bad_vault_keys_are_refused_without_being_shown(env: Environment, bad: str) -> None:
    with pytest.raises(BadSecret) as refused:
        vault_keys(replace(env, vault_keys=bad))
    assert "ORDERLANE_VAULT_KEYS" in str(refused.value)
    assert not bad.strip() or bad not in str(refused.value) or bad == " , "


def test_a_short_secret_key_is_refused(env: Environment) -> None:
    with pytest.raises(BadSecret, match="shorter than 50"):
        secret_key(replace(env, secret_key="short"))
