"""Which errors are tried again and when; a wake-up belongs to its transaction."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from procrastinate.jobs import Job

from orderlane.jobs.queue import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, MAX_ATTEMPTS, BackOff, enqueue, enqueue_once
from orderlane.kernel.errors import Refused, Unavailable
from orderlane.tenants.scope import system_scope


def _decided(problem: BaseException, attempts: int) -> Any:
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="test", attempts=attempts)
    return BackOff().get_retry_decision(exception=problem, job=job)


def test_a_refusal_is_never_tried_again() -> None:
    assert _decided(Refused("no"), 0) is None


@pytest.mark.parametrize(("problem", "most"), [(Unavailable("busy"), MAX_ATTEMPTS), (ValueError("a surprise"), 4)])
def test_tries_are_limited(problem: Exception, most: int) -> None:
    assert all(_decided(problem, attempts) is not None for attempts in range(most))
    assert _decided(problem, most) is None


@pytest.mark.django_db(transaction=True)
def test_a_wake_up_vanishes_with_its_transaction() -> None:
    def fail() -> None:
        with system_scope("test"):
            enqueue("test.vanishes", thing=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _waiting("test.vanishes") == 0
    with system_scope("test"):
        enqueue("test.vanishes", thing=1)
    assert _waiting("test.vanishes") == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_waits_once_and_does_not_spoil_the_transaction() -> None:
    with system_scope("test"):
        for _ in range(3):
            enqueue_once("test.once", key="only", thing=1)
        enqueue_once("test.once", key="another", thing=1)
    assert _waiting("test.once") == 2


def test_waits_stay_within_their_bounds() -> None:
    assert 0 < FIRST_WAIT_SECONDS < LONGEST_WAIT_SECONDS


def _waiting(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'", [name])
        return int(cursor.fetchone()[0])
