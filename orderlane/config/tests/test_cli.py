"""The command line, the doctor's verdicts, and the guard against calls inside a transaction."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import transaction

from orderlane.config import doctor, environment
from orderlane.config.apps import CallInsideTransaction, refuse_inside_transaction
from orderlane.config.cli import main, parser
from orderlane.config.demo import demo_environment
from orderlane.config.doctor import Verdict
from orderlane.connectors import http


def test_help_names_every_command_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    for command in (
        "demo",
        "up",
        "web",
        "worker",
        "migrate",
        "add-organization",
        "start-trading",
        "reset-link",
        "doctor",
        "manage",
    ):
        assert f"\n    {command} " in printed


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["destroy"])
    assert refused.value.code == 2
    assert "invalid choice: 'destroy'" in capsys.readouterr().err


def test_nothing_listens_beyond_loopback_unless_told() -> None:
    for words in (["up"], ["web"]):
        assert parser().parse_args(words).host == "127.0.0.1"


def test_the_demo_reaches_only_this_machine() -> None:
    demo = demo_environment(Path("/demo"), 8001, 8901)
    addresses = {name: value for name, value in demo.items() if "://" in value}
    assert len(addresses) > 7
    assert all(value.startswith("http://127.0.0.1:") for value in addresses.values())
    assert demo["ORDERLANE_PAYMENT_PAGE_HOSTS"] == "127.0.0.1:8901"


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("https://orders.example", Verdict.OK),
        ("http://127.0.0.1:8000", Verdict.WARN),
        ("http://orders.example", Verdict.FAIL),
        ("orders.example", Verdict.FAIL),
    ],
)
def test_the_doctor_knows_a_good_address(url: str, verdict: Verdict) -> None:
    assert doctor.check_base_url(replace(environment.read(), base_url=url)).verdict is verdict


def test_the_doctor_sees_a_secret_others_can_read(tmp_path: Path) -> None:
    env = replace(environment.read(), home=tmp_path, secret_key="", vault_keys="given")
    path = tmp_path / "secret_key"
    path.write_text("x" * 50)
    path.chmod(0o640)
    first, second = doctor.check_secret_files(env)
    assert (first.verdict, first.next_step) == (Verdict.FAIL, f"chmod 600 {path}")
    assert second.verdict is Verdict.OK
    path.chmod(0o600)
    assert doctor.check_secret_files(env)[0].verdict is Verdict.OK


def _doctor(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ORDERLANE_", "DATABASE_"))}
    command = [sys.executable, "-m", "orderlane.config.cli", "doctor", *words]
    return subprocess.run(
        command, env={**environ, "ORDERLANE_HOME": str(home)}, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_doctor_makes_nothing_where_there_is_nothing(tmp_path: Path) -> None:
    home = tmp_path / "var"
    seen = _doctor(home)
    assert (seen.returncode, seen.stderr) == (1, "")
    assert seen.stdout == (f"There is no installation in {home}. `orderlane up` makes one; --home names another.\n")
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_names_the_demos_installation(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    (demo / "postgres").mkdir(parents=True)
    assert f"orderlane doctor --home {demo}\n" in _doctor(tmp_path).stdout
    looked = _doctor(tmp_path, "--home", str(demo))
    assert looked.stdout.startswith(f"Looking at the installation in {demo}, with its private PostgreSQL.\n")
    assert "not running, so not looked into" in looked.stdout
    assert f"{demo / 'secret_key'} is absent" in looked.stdout
    assert (looked.returncode, looked.stderr) == (0, "")
    assert [path.name for path in tmp_path.rglob("*")] == ["demo", "postgres"]


@pytest.mark.parametrize(
    ("url", "count", "verdict"),
    [
        ("https://orders.example", 0, Verdict.WARN),
        ("https://orders.example", 1, Verdict.OK),
        ("http://127.0.0.1:8000", 0, Verdict.OK),
    ],
)
def test_the_doctor_asks_for_the_proxy_that_ends_tls(url: str, count: int, verdict: Verdict) -> None:
    env = replace(environment.read(), base_url=url, trusted_proxies=count)
    assert doctor.check_proxies(env).verdict is verdict


@pytest.mark.django_db
def test_a_sound_installation_has_nothing_that_failed() -> None:
    findings = doctor.examine(environment.read())
    assert {finding.subject for finding in findings} >= {"python", "database", "role", "migrations", "clock"}
    assert [str(finding) for finding in findings if finding.verdict is Verdict.FAIL] == []


@pytest.mark.django_db(transaction=True)
def test_outside_calls_are_refused_inside_a_transaction_only() -> None:
    assert refuse_inside_transaction in http.guards
    refuse_inside_transaction()
    with transaction.atomic(), pytest.raises(CallInsideTransaction):
        refuse_inside_transaction()
