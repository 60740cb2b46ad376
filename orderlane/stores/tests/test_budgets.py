"""One purse for all workers: what is taken is gone for everybody, and nobody pays from an empty one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from orderlane.kernel import clock
from orderlane.kernel.errors import Unavailable
from orderlane.members.actions.organizations import create_organization
from orderlane.members.models import Member
from orderlane.ports.budgets import BudgetReport, DocumentedLimit, Urgency
from orderlane.ports.stores import StoreIdentity
from orderlane.stores.actions.connect_store import connect_store
from orderlane.stores.budgets import StoreBudgetKeeper, share_used
from orderlane.stores.models import Store, StoreBudget
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope

pytestmark = pytest.mark.django_db(transaction=True)
TEST = "test:budgets"


@pytest.fixture
def store() -> Store:
    owner = Member.objects.create_user("owner@example.com", "not-used-anywhere")
    now = clock.now()
    with system_scope(TEST):
        retailer = create_organization(name="R", kind=OrganizationKind.RETAILER, country="FR", owner=owner, now=now)
    identity = StoreIdentity("one.myshopify.com", "One", "one.example", "EUR")
    with acting_for(retailer.pk, TEST):
        return connect_store(organization_id=retailer.pk, platform="shopify", identity=identity, secrets={}, now=now)


def _keeper(store: Store, urgency: Urgency = Urgency.PROMPT) -> StoreBudgetKeeper:
    return StoreBudgetKeeper(store.organization_id, store.pk, urgency)


def _wait(keeper: StoreBudgetKeeper, cost: float = 1.0) -> float | None:
    """How long the keeper asks to wait; None when it let the call pass."""
    try:
        keeper.take(cost)
    except Unavailable as refused:
        return refused.retry_after if refused.reason == "budget_spent" else -1.0
    return None


def test_until_the_platform_reports_a_limit_there_is_none(store: Store) -> None:
    assert _wait(_keeper(store), 1e9) is None
    with acting_for(store.organization_id, TEST):
        assert not StoreBudget.objects.exists()
        assert share_used(store.pk, clock.now()) is None


def test_what_one_worker_takes_the_other_does_not_have(store: Store) -> None:
    one, other = _keeper(store), _keeper(store)
    one.report(BudgetReport(limit=10, remaining=10, resets_in_seconds=60))
    assert [_wait(each, 5) for each in (one, other)] == [None, None]
    waits = [_wait(each) for each in (one, other)]
    assert all(wait is not None and 50 < wait <= 60 for wait in waits)
    with clock.shifted(timedelta(seconds=61)):
        assert _wait(other) is None


def test_fifty_calls_at_once_get_exactly_what_is_there(store: Store) -> None:
    _keeper(store).report(BudgetReport(limit=30, remaining=30, resets_in_seconds=600))

    def one_call(_: int) -> float | None:
        try:
            return _wait(_keeper(store))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        waits = list(workers.map(one_call, range(50)))
    assert waits.count(None) == 29  # the last is left to those who have begun
    with acting_for(store.organization_id, TEST):
        assert share_used(store.pk, clock.now()) == pytest.approx(29 / 30)


def test_who_has_begun_may_finish(store: Store) -> None:
    begun, late = _keeper(store), _keeper(store)
    begun.report(BudgetReport(limit=150, remaining=8, resets_in_seconds=60))
    assert [_wait(begun), _wait(late)] == [None, None]
    assert _wait(_keeper(store)) is not None
    assert [_wait(late), _wait(begun)] == [None, None]


def test_what_is_routine_stops_while_what_is_prompt_goes_on(store: Store) -> None:
    prompt, routine = _keeper(store), _keeper(store, Urgency.ROUTINE)
    prompt.report(BudgetReport(limit=100, remaining=25, restores_per_second=1))
    assert _wait(routine, 5) == pytest.approx(9, abs=0.5)  # what is missing, and a twentieth more
    assert _wait(prompt, 5) is None


def test_a_refused_call_keeps_everybody_away_until_its_time(store: Store) -> None:
    _keeper(store).exhausted(retry_after=40)
    assert _wait(_keeper(store)) == pytest.approx(40, abs=1)
    with clock.shifted(timedelta(seconds=41)):
        assert [_wait(_keeper(store)) for _ in range(5)] == [None] * 5


def test_the_platform_counts_other_apps_too(store: Store) -> None:
    keeper = _keeper(store)
    keeper.report(BudgetReport(limit=150, remaining=150, resets_in_seconds=30))
    keeper.take()
    keeper.report(BudgetReport(limit=150, remaining=20, resets_in_seconds=30))
    assert _wait(keeper, 21) is not None
    assert _wait(keeper, 20) is None


def test_a_limit_that_only_the_documentation_tells_is_counted_from_the_first_call(store: Store) -> None:
    def keeper(urgency: Urgency = Urgency.PROMPT) -> StoreBudgetKeeper:
        return StoreBudgetKeeper(store.organization_id, store.pk, urgency, DocumentedLimit(calls=20, seconds=60))

    waits = [_wait(keeper()) for _ in range(20)]
    assert waits[:19] == [None] * 19
    assert waits[19] == pytest.approx(60, abs=2)
    assert _wait(keeper(Urgency.ROUTINE)) == pytest.approx(60, abs=2)
    with acting_for(store.organization_id, TEST):
        assert share_used(store.pk, clock.now()) == 1.0
    with clock.shifted(timedelta(seconds=61)):
        assert [_wait(keeper()) for _ in range(20)].count(None) == 19
    with clock.shifted(timedelta(seconds=90)):
        assert _wait(keeper()) == pytest.approx(31, abs=2)


def test_a_refusal_closes_our_own_count_too(store: Store) -> None:
    keeper = StoreBudgetKeeper(store.organization_id, store.pk, documented=DocumentedLimit(calls=20, seconds=60))
    keeper.exhausted(retry_after=40)
    assert _wait(keeper) == pytest.approx(40, abs=1)
    with clock.shifted(timedelta(seconds=41)):
        assert [_wait(keeper) for _ in range(20)].count(None) == 19
