"""Rows of every tenant table for two retailers and two suppliers, made from the models: none can be forgotten."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models

from orderlane.kernel import clock
from orderlane.kernel.ids import new_id
from orderlane.members.models import Member
from orderlane.tenants.models import Organization, TenantModel
from orderlane.tenants.row_security import tenant_models
from orderlane.tenants.scope import system_scope

_SOMETIMES_EMPTY = {"released_at", "captured_at"}
"""What decides whether the second party may see a row; left empty at random."""


@dataclass(frozen=True)
class Population:
    """The organizations, and how many rows each table got."""

    retailers: list[Organization]
    suppliers: list[Organization]
    counts: dict[type[TenantModel], int]

    @property
    def organizations(self) -> list[Organization]:
        """All four."""
        return [*self.retailers, *self.suppliers]


def populate(seed: int = 1) -> Population:
    """Fill every tenant table for each pair of a retailer and a supplier; what may be empty is so by chance."""
    luck = random.Random(seed)
    now = clock.now()
    retailers, suppliers = (
        [Organization.objects.create(kind=kind, name=f"{kind} {n}", country="FR", created_at=now) for n in (1, 2)]
        for kind in ("retailer", "supplier")
    )
    member = Member.objects.create_user(f"somebody-{seed}@example.com", "not-used-anywhere")
    counts = dict.fromkeys(tenant_models(), 0)
    with system_scope("test:populate"):
        for retailer, supplier in itertools.product(retailers, suppliers):
            if luck.random() < 0.2:
                continue
            made: dict[type[models.Model], models.Model] = {Member: member}
            for model in _parents_first(tenant_models()):
                row = _row(model, retailer, supplier, made, luck)
                counts[model] += len(model.objects.bulk_create([row], ignore_conflicts=True))
                # One row per supplier may be all there can be: then the first one is the parent.
                made[model] = model.objects.filter(pk=row.pk).first() or model.objects.get(
                    **{f"{model.tenant_fields[0]}_id": getattr(row, f"{model.tenant_fields[0]}_id")}
                )
    return Population(retailers, suppliers, counts)


def _parents_first(waiting: list[type[TenantModel]]) -> list[type[TenantModel]]:
    ordered: list[type[TenantModel]] = []
    while len(ordered) < len(waiting):
        for model in waiting:
            parents = {field.related_model for field in _parents(model)}
            if model not in ordered and not (parents & set(waiting)) - set(ordered):
                ordered.append(model)
    return ordered


def _parents(model: type[TenantModel]) -> list[models.ForeignKey[Any, Any]]:
    return [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]


def _row(
    model: type[TenantModel],
    retailer: Organization,
    supplier: Organization,
    made: dict[type[models.Model], models.Model],
    luck: random.Random,
) -> TenantModel:
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            if field.related_model is Organization:
                parties = {
                    "retailer": retailer,
                    "supplier": supplier,
                    "organization": luck.choice([retailer, supplier]),
                }
                missing = field.null and luck.random() < 0.3
                values[field.name] = None if missing else parties[field.name]
            else:
                values[field.name] = made[field.related_model]
        elif not field.primary_key and not field.has_default():
            values[field.name] = _value(field, luck)
    return model(id=new_id(), **values)


def _value(field: models.Field[Any, Any], luck: random.Random) -> Any:
    if field.name == "currency":
        return "USD"
    if field.null and (field.name not in _SOMETIMES_EMPTY or luck.random() < 0.5):
        return None
    if isinstance(field, models.DateTimeField):
        return clock.now() - timedelta(seconds=luck.randrange(10_000))
    if isinstance(field, models.BooleanField):
        return True
    if (
        isinstance(field, models.PositiveIntegerField | models.PositiveSmallIntegerField)
        or field.name == "amount_minor"
    ):
        return 1
    if isinstance(field, models.IntegerField | models.FloatField):
        return 0
    if isinstance(field, models.UUIDField):
        return new_id()
    if isinstance(field, models.BinaryField):
        return b"body"
    if isinstance(field, models.JSONField):
        return {}
    if field.choices:
        return next(iter(field.choices))[0]
    return new_id().hex[: field.max_length or 32][-(field.max_length or 32) :]
