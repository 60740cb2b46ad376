"""The first net alone, along relations: with row-level security out of the way, no step leads to another tenant."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, models

from orderlane.kernel.ids import new_id, new_secret
from orderlane.orders.models import Order, OrderLine
from orderlane.tenants.models import TenantModel
from orderlane.tenants.row_security import tenant_models
from orderlane.tenants.scope import SYSTEM_ROLE, NoScope, acting_for, system_scope
from orderlane.tenants.tests.population import populate

pytestmark = pytest.mark.django_db(transaction=True)

RELATIONS: list[tuple[type[TenantModel], Any]] = [
    (model, field)
    for model in tenant_models()
    for field in model._meta.concrete_fields
    if isinstance(field, models.ForeignKey) and issubclass(field.related_model, TenantModel)
]


def _switch_row_security_off() -> None:
    """The policies of this role let every row through; what is left is the scope, and the managers that read it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {SYSTEM_ROLE}")


def _rows(model: type[TenantModel]) -> list[Any]:
    with system_scope("test"):
        return list(model.objects.all())


def _visible(model: type[TenantModel], organization_id: UUID) -> set[UUID]:
    with acting_for(organization_id, "test"):
        return set(model.objects.values_list("pk", flat=True))


def test_a_relation_leads_to_a_visible_row_or_to_none_at_all() -> None:
    people = populate(2)
    refused: Counter[str] = Counter()
    for organization in people.organizations:
        for model, field in RELATIONS:
            target = field.related_model
            visible = _visible(target, organization.pk)
            rows = _rows(model)
            with acting_for(organization.pk, "test"):
                _switch_row_security_off()
                for row in rows:
                    wanted = getattr(row, field.attname)
                    if wanted is None:
                        continue
                    if wanted in visible:
                        assert getattr(row, field.name).pk == wanted
                    else:
                        with pytest.raises(target.DoesNotExist):
                            getattr(row, field.name)
                        refused[f"{model.__name__}.{field.name}"] += 1
    assert set(refused) == {f"{model.__name__}.{field.name}" for model, field in RELATIONS}


def test_a_foreign_row_in_hand_can_neither_be_read_again_nor_saved() -> None:
    people = populate()
    for model in tenant_models():
        row = _rows(model)[0]
        strangers = [each for each in people.organizations if row.pk not in _visible(model, each.pk)]
        if not strangers:
            assert model.__name__ == "SupplierProfile"  # a business card: readable by all, written by RLS's leave only
            continue
        with acting_for(strangers[0].pk, "test"):
            _switch_row_security_off()
            with pytest.raises(ObjectDoesNotExist):
                row.refresh_from_db()
            with pytest.raises(DatabaseError):
                row.save(update_fields=[model.tenant_fields[0]])


def test_prefetching_finds_nothing_of_another_tenant() -> None:
    people = populate()
    first, second = people.retailers
    with system_scope("test"):
        lines = list(OrderLine.objects.filter(retailer=first))
    assert lines
    with acting_for(second.pk, "test"):
        _switch_row_security_off()
        models.prefetch_related_objects(lines, "order")
        for line in lines:
            with pytest.raises(Order.DoesNotExist):
                _ = line.order


def test_a_relation_outside_any_scope_raises() -> None:
    populate()
    line = _rows(OrderLine)[0]
    with pytest.raises(NoScope):
        _ = line.order


def test_what_django_does_with_a_base_manager_still_works() -> None:
    """Insert, read again, save, full save, and a delete that cascades, all by the tenant itself."""
    people = populate()
    retailer = people.retailers[0]
    with acting_for(retailer.pk, "test"):
        line = OrderLine.objects.all()[0]
        order = line.order
        order.pk, order.external_id, order.tracking_token = new_id(), "another", new_secret()
        order.save(force_insert=True)
        line.pk, line.order = new_id(), order
        line.save(force_insert=True)
        order.customer_name = "Somebody Else"
        order.save()
        line.title = "Renamed"
        line.save(update_fields=["title"])
        order.refresh_from_db()
        line.refresh_from_db()
        assert (order.customer_name, line.title, line.order.pk) == ("Somebody Else", "Renamed", order.pk)
        deleted, _ = order.delete()
        assert deleted == 2
        assert not OrderLine.objects.filter(pk=line.pk).exists()
