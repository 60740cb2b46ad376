"""The real worker and jobs of one key: a wake-up that comes sooner is not kept waiting, one that fails gives way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection

from orderlane.jobs.queue import enqueue_once, job
from orderlane.kernel import clock
from orderlane.kernel.errors import Unavailable
from orderlane.tenants.scope import system_scope
from tests.faults.children import fork, in_child, wait
from tests.faults.story import drain

ran: list[str] = []


@job("test.look")
def look(answer: str) -> None:
    """Look; while the answer is "busy", fail after somebody else has asked for another look."""
    ran.append(answer)
    if answer == "busy":
        ask("there")
        raise Unavailable("busy", reason="test", retry_after=60)
    if answer == "away":
        raise Unavailable("away", reason="test", retry_after=60)


def ask(answer: str, wait: timedelta | None = None) -> None:
    """Ask for a look, all under one key."""
    with system_scope("test"):
        enqueue_once("test.look", key="look", at=clock.now() + wait if wait else None, answer=answer)


def worked() -> list[str]:
    """Let a worker run what is due; the answers its looks got."""

    def work() -> list[str]:
        drain()
        return ran

    return list(in_child(work))


def left() -> list[tuple[Any, ...]]:
    """Jobs that wait or are stuck."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status, scheduled_at > now(), attempts FROM procrastinate_jobs ORDER BY id")
        return list(cursor.fetchall())


@pytest.fixture(autouse=True)
def _fresh(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_a_failed_job_leaves_the_next_try_to_the_one_that_waits() -> None:
    ask("busy")
    assert worked() == ["busy", "there"]
    assert left() == []


def test_a_failed_job_waits_for_its_next_try_where_nobody_else_does() -> None:
    ask("away")
    worked()
    assert left() == [("todo", True, 1)]


@pytest.mark.parametrize("first", ["planned", "failed"])
def test_a_wake_up_brings_the_one_that_waits_forward(first: str) -> None:
    ask("away", timedelta(hours=1) if first == "planned" else None)
    worked()
    assert [waits for _, waits, _ in left()] == [True]
    ask("there")
    assert [waits for _, waits, _ in left()] == [None]
    assert worked() == ["away"]


def test_a_wake_up_is_not_lost_on_a_job_that_looks_before_there_is_anything_to_see(tmp_path: Path) -> None:
    ask("there")
    asked, looked = tmp_path / "asked", tmp_path / "looked"

    def ask_slowly() -> None:
        with system_scope("test"):
            enqueue_once("test.look", key="look", answer="there")
            asked.touch()
            until(looked)

    asking = fork(ask_slowly)
    until(asked)
    assert worked() == []  # What it is woken for is not committed yet.
    looked.touch()
    assert wait(asking) == 0
    assert worked() == ["there"]


def until(there: Path) -> None:
    """Wait for the other process."""
    deadline = monotonic() + 30
    while not there.exists():
        assert monotonic() < deadline, f"no {there.name}"
        sleep(0.01)


def test_a_wake_up_never_puts_off_one_that_waits() -> None:
    ask("there")
    ask("there", timedelta(hours=1))
    assert worked() == ["there"]
    ask("away", timedelta(minutes=1))
    ask("away", timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at < now() + interval '2 minutes' FROM procrastinate_jobs")
        assert cursor.fetchall() == [(True,)]
