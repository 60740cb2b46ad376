"""Two nets keep tenants apart; each is proven to hold alone, for every tenant table there is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, models, transaction

from orderlane.kernel.ids import new_id
from orderlane.purchasing.models import PurchaseOrder
from orderlane.tenants.models import TenantModel
from orderlane.tenants.row_security import tenant_models
from orderlane.tenants.scope import TENANT_ROLE, NoScope, ScopeConflict, acting_for, current, is_open, system_scope
from orderlane.tenants.tests.population import populate

MODELS = sorted(tenant_models(), key=lambda model: model._meta.label)
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
pytestmark = pytest.mark.django_db(transaction=True)

# A business card that every organization may read, and goods that partners read; nobody else's may be written.
SHARED_READS = {"SupplierProfile", "Product", "ProductClue", "ShippingProfile", "PaymentAccount"}


def _ids(model: type[TenantModel]) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id FROM "{model._meta.db_table}"')  # noqa: S608 - a table of ours
        return {row[0] for row in cursor.fetchall()}


def _parties(row: TenantModel) -> set[UUID | None]:
    return {getattr(row, f"{field}_id") for field in row.tenant_fields}


def test_there_are_tenant_tables() -> None:
    assert len(MODELS) >= 20


@every_model
def test_a_query_outside_a_scope_raises(model: type[TenantModel]) -> None:
    for query in (model.objects.all, model.objects.count, lambda: model.objects.filter(pk=new_id())):
        with pytest.raises(NoScope):
            query()
    with pytest.raises(NoScope):
        model.locked(pk=new_id())


@pytest.mark.parametrize("seed", range(4))
def test_the_manager_alone_and_the_row_policy_alone_show_the_same_rows(seed: int) -> None:
    people = populate(seed)
    assert sum(people.counts.values()) >= len(MODELS)
    different = []
    for organization in people.organizations:
        for model in MODELS:
            with system_scope("test"):
                # The policy of this role lets everything through: only the manager's condition is left.
                everything = set(model.objects.values_list("pk", flat=True))
                by_manager = set(model.objects.filter(model.visible_to(organization.pk)).values_list("pk", flat=True))
            assert everything == _as_system(model)
            with acting_for(organization.pk, "test"):
                by_policy = _ids(model)
                through_both = set(model.objects.values_list("pk", flat=True))
            if not by_manager == by_policy == through_both:
                different.append(f"{organization} {model.__name__}: {by_manager} {by_policy} {through_both}")
    assert not different, "\n".join(different)


def _as_system(model: type[TenantModel]) -> set[UUID]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE orderlane_system")
        return _ids(model)


def test_raw_sql_without_a_tenant_sees_nothing_in_any_table() -> None:
    people = populate()
    for model in MODELS:
        assert people.counts[model] > 0, model
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {TENANT_ROLE}")
            seen = _ids(model)
        # A supplier's business card is for everybody who is somebody here; it holds nothing of a customer.
        assert not seen or model.__name__ == "SupplierProfile", model


def test_the_owner_of_the_tables_sees_nothing_either() -> None:
    """Policies are forced: forgetting to take a role shows no rows instead of all of them."""
    populate()
    for model in MODELS:
        assert _ids(model) == set(), model


def test_raw_sql_of_one_tenant_sees_no_row_of_another() -> None:
    people = populate(3)
    for organization in people.organizations:
        for model in MODELS:
            with system_scope("test"):
                parties = {row.pk: _parties(row) for row in model.objects.all()}
            with acting_for(organization.pk, "test"):
                foreign = [pk for pk in _ids(model) if organization.pk not in parties[pk]]
            assert not foreign or model.__name__ in SHARED_READS, f"{organization} reads {model.__name__}"


def test_raw_sql_cannot_write_for_another_tenant() -> None:
    people = populate()
    for model in MODELS:
        with system_scope("test"):
            row = next(iter(model.objects.all()))
            stranger = next(each for each in people.organizations if each.pk not in _parties(row))
        _assert_refused(stranger.pk, model, *_as_copy(row))
        with acting_for(stranger.pk, "test"), connection.cursor() as cursor:
            table, column = model._meta.db_table, f"{model.tenant_fields[0]}_id"
            if getattr(model, "append_only", False):
                continue
            cursor.execute(f'UPDATE "{table}" SET "{column}" = "{column}" WHERE id = %s', [row.pk])  # noqa: S608
            assert cursor.rowcount == 0, model
            cursor.execute(f'DELETE FROM "{table}" WHERE id = %s', [row.pk])  # noqa: S608
            assert cursor.rowcount == 0, model


def test_a_tenant_cannot_give_its_row_to_another() -> None:
    people = populate()
    for model in MODELS:
        if getattr(model, "append_only", False):
            continue
        column = f"{model.tenant_fields[0]}_id"
        with system_scope("test"):
            row = next(iter(model.objects.all()))
        owner = getattr(row, column)
        strangers = [each.pk for each in people.organizations if each.pk not in _parties(row)]
        statement = f'UPDATE "{model._meta.db_table}" SET "{column}" = %s WHERE id = %s'  # noqa: S608
        _assert_refused(owner, model, statement, [strangers[0], row.pk], moves_own=len(model.tenant_fields) == 1)


def _as_copy(row: TenantModel) -> tuple[str, list[Any]]:
    """An INSERT of the same row under a new id, in raw SQL."""
    fields = row._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = [
        new_id() if field.primary_key else field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in fields
    ]
    marks = ", ".join(["%s"] * len(values))
    return f'INSERT INTO "{row._meta.db_table}" ({columns}) VALUES ({marks})', values  # noqa: S608


def _assert_refused(
    actor: UUID, model: type[TenantModel], statement: str, values: list[Any], *, moves_own: bool = True
) -> None:
    """The database refuses the statement because of its policies and of nothing else."""
    if not moves_own:
        # A row two organizations share stays visible to the other one: giving a side away is the domain's to refuse.
        return
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        acting_for(actor, "test"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
    assert not is_open(), model


@every_model
def test_every_tenant_table_has_forced_policies(model: type[TenantModel]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table]
        )
        assert cursor.fetchone() == (True, True)
        cursor.execute(
            "SELECT policyname, roles::text, qual, with_check FROM pg_policies WHERE tablename = %s",
            [model._meta.db_table],
        )
        policies = {row[0]: row[1:] for row in cursor.fetchall()}
    assert set(policies) == {"tenant", "tenant_reads", "system"}
    roles, sees, writes = policies["tenant"]
    assert roles == "{orderlane_tenant}"
    assert "orderlane.tenant" in sees
    assert "orderlane.tenant" in writes


def test_every_table_with_an_organization_is_a_tenant_table() -> None:
    """A new table that names an organization must take part, or be named here with its reason."""
    known = {model._meta.db_table for model in MODELS}
    open_to_sign_in = {"members_membership"}  # what a scope is derived from
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint "
            "WHERE contype = 'f' AND confrelid = 'tenants_organization'::regclass"
        )
        tables = {row[0] for row in cursor.fetchall()}
    assert tables - known == open_to_sign_in


def test_the_roles_own_nothing_and_bypass_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin FROM pg_roles "
            "WHERE rolname IN ('orderlane_tenant', 'orderlane_system') ORDER BY 1"
        )
        assert cursor.fetchall() == [
            ("orderlane_system", False, False, False),
            ("orderlane_tenant", False, False, False),
        ]
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) LIKE 'orderlane\\_%'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


def test_scopes_of_two_tenants_do_not_nest() -> None:
    first, second = populate().retailers
    with acting_for(first.pk, "test"):
        with pytest.raises(ScopeConflict), acting_for(second.pk, "test"):
            pass
        with pytest.raises(ScopeConflict), system_scope("test"):
            pass
        with acting_for(first.pk, "somebody else") as joined:
            assert joined.actor == "test"
    with system_scope("test"), pytest.raises(ScopeConflict), acting_for(first.pk, "test"):
        pass


def test_a_scope_leaves_nothing_on_its_connection() -> None:
    first = populate().retailers[0]

    def left_behind() -> tuple[str, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, coalesce(current_setting('orderlane.tenant', true), '')")
            row: tuple[str, str] = cursor.fetchone()
            return row

    before = left_behind()
    with acting_for(first.pk, "test"):
        assert left_behind() == (TENANT_ROLE, str(first.pk))
    assert left_behind() == (before[0], "")
    with pytest.raises(ZeroDivisionError), acting_for(first.pk, "test"):
        raise ZeroDivisionError
    assert left_behind() == (before[0], "")
    assert not is_open()
    with pytest.raises(NoScope):
        current()


def test_a_supplier_reads_a_purchase_order_only_once_it_is_released() -> None:
    people = populate()
    with system_scope("test"):
        po = next(iter(PurchaseOrder.objects.all()))
        PurchaseOrder.objects.filter(pk=po.pk).update(released_at=None)
    parts = [
        model
        for model in MODELS
        if any(field.name == "purchase_order" and field.is_relation for field in model._meta.fields)
    ]
    for released in (False, True):
        if released:
            with system_scope("test"):
                PurchaseOrder.objects.filter(pk=po.pk).update(released_at=po.created_at)
        with acting_for(po.supplier_id, "test"):
            assert PurchaseOrder.objects.filter(pk=po.pk).exists() is released
            assert (po.pk in _ids(PurchaseOrder)) is released
            for model in parts:
                if model.__name__ in {"LedgerEntry", "PaymentClaim"}:
                    continue  # amounts only, no customer; a claim exists before the money does
                assert model.objects.filter(models.Q(("purchase_order_id", po.pk))).exists() is released, model
    assert people.counts[PurchaseOrder] > 0
