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
from orderlane.ports.budgets import BudgetReport, Urgency
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
    assert waits.count(None) == 30
    with acting_for(store.organization_id, TEST):
        assert share_used(store.pk, clock.now()) == 1.0


def test_what_is_routine_stops_while_what_is_prompt_goes_on(store: Store) -> None:
    prompt, routine = _keeper(store), _keeper(store, Urgency.ROUTINE)
    prompt.report(BudgetReport(limit=100, remaining=25, restores_per_second=1))
    assert _wait(routine, 5) is None
    assert _wait(routine, 5) == pytest.approx(5, abs=0.5)
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
