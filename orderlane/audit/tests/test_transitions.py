"""A status moves by its table, once, with an audit row; and history stays as it was written."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from orderlane.audit.models import AuditEntry
from orderlane.audit.transitions import IllegalTransition, MovedMeanwhile, move
from orderlane.kernel import clock
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import PAYMENT, PaymentState
from orderlane.tenants.scope import acting_for, system_scope
from orderlane.tenants.tests.population import populate

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def po() -> PurchaseOrder:
    """Any unpaid purchase order."""
    populate()
    with system_scope("test"):
        found: PurchaseOrder = PurchaseOrder.objects.order_by("id")[0]
    return found


def test_a_move_writes_the_row_and_who_moved_it(po: PurchaseOrder) -> None:
    with acting_for(po.retailer_id, "member:somebody"):
        move(po, "payment_state", PAYMENT, PaymentState.PAYING, now=clock.now(), reason="because")
        entry = AuditEntry.objects.get(about_id=po.pk, action="payment_state.moved")
        assert PurchaseOrder.objects.get(pk=po.pk).payment_state == PaymentState.PAYING
    assert (entry.actor, entry.old, entry.new, entry.reason) == ("member:somebody", "unpaid", "paying", "because")
    assert (entry.retailer_id, entry.supplier_id) == (po.retailer_id, po.supplier_id)


def test_a_move_the_table_forbids_changes_nothing(po: PurchaseOrder) -> None:
    with pytest.raises(IllegalTransition), acting_for(po.retailer_id, "test"):
        move(po, "payment_state", PAYMENT, PaymentState.PAID, now=clock.now())
    with acting_for(po.retailer_id, "test"):
        assert PurchaseOrder.objects.get(pk=po.pk).payment_state == PaymentState.UNPAID
        assert not AuditEntry.objects.filter(about_id=po.pk).exists()


def test_a_row_that_moved_meanwhile_is_not_moved_again(po: PurchaseOrder) -> None:
    with acting_for(po.retailer_id, "test"):
        stale = PurchaseOrder.objects.get(pk=po.pk)
        move(po, "payment_state", PAYMENT, PaymentState.PAYING, now=clock.now())
        with pytest.raises(MovedMeanwhile):
            move(stale, "payment_state", PAYMENT, PaymentState.PAYING, now=clock.now())
        with pytest.raises(MovedMeanwhile):
            move(po, "payment_state", PAYMENT, PaymentState.UNPAID, now=clock.now(), only_if={"forwarding_fence": 7})
        assert AuditEntry.objects.filter(about_id=po.pk).count() == 1


@pytest.mark.parametrize("statement", ["UPDATE audit_auditentry SET actor = 'x'", "DELETE FROM audit_auditentry"])
@pytest.mark.parametrize("role", ["orderlane_tenant", "orderlane_system", "the owner"])
def test_nobody_rewrites_history(po: PurchaseOrder, statement: str, role: str) -> None:
    with acting_for(po.retailer_id, "test"):
        move(po, "payment_state", PAYMENT, PaymentState.PAYING, now=clock.now())
    before = _history()
    if role == "the owner":
        # Sees no row to change; the trigger stands behind that for whoever lifts the policies.
        with connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount == 0
    else:
        scope = acting_for(po.retailer_id, "test") if role == "orderlane_tenant" else system_scope("test")
        with pytest.raises(DatabaseError, match="permission denied"), scope, connection.cursor() as cursor:
            cursor.execute(statement)
    assert _history() == before


def _history() -> list[tuple[object, ...]]:
    with system_scope("test"):
        return list(AuditEntry.objects.order_by("id").values_list("id", "actor", "action", "old", "new"))
