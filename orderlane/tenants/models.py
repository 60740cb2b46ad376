"""Organizations, and the base of every row that belongs to one."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar, cast
from uuid import UUID

from django.db import models
from django.db.models import Q

from orderlane.kernel.ids import new_id
from orderlane.tenants.scope import current

Row = TypeVar("Row", bound=models.Model)


class OrganizationKind(models.TextChoices):
    """What an organization does here."""

    RETAILER = "retailer"
    SUPPLIER = "supplier"


class Organization(models.Model):
    """A retailer or a supplier: the tenant that every other row hangs from.

    Not itself scoped: sign-in must find it before any scope exists. It holds a name and settings, no secrets.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=OrganizationKind.choices)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True)
    time_zone = models.CharField(max_length=40, blank=True)
    """IANA name; empty means the zone that goes without saying in its country."""
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=OrganizationKind.values), name="organization_kind")]

    def __str__(self) -> str:
        return self.name


class ScopedManager(models.Manager[Row]):
    """Answers only inside a scope, and only with rows that the scope may see."""

    def get_queryset(self) -> models.QuerySet[Row]:
        """Filter by the current tenant; raise NoScope outside a scope."""
        scope = current()
        rows = super().get_queryset()
        if scope.organization_id is None:
            return rows
        model = cast("type[TenantModel]", self.model)
        return rows.filter(model.visible_to(scope.organization_id))


class TenantModel(models.Model):
    """Base of every tenant table: a time-ordered id, a scoped manager, and a row-level policy.

    ``tenant_fields`` names the foreign keys to the organizations a row belongs to. A row is visible to
    each of them unless :meth:`visible_to` and ``row_policy`` narrow it (both nets must say the same).
    """

    tenant_fields: ClassVar[tuple[str, ...]] = ()
    row_policy: ClassVar[str] = ""
    """SQL condition for row-level security; empty means: one of the tenant fields is the current tenant."""
    read_policy: ClassVar[str] = ""
    """Further rows that may be read, never written."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, organization_id: UUID) -> Q:
        """The same condition as the row-level policy, for the scoped manager."""
        condition = Q()
        for field in cls.tenant_fields:
            condition |= Q(**{f"{field}_id": organization_id})
        return condition

    @classmethod
    def locked(cls, **lookup: Any) -> Self:
        """Fetch one visible row and hold its lock until the scope ends; raises DoesNotExist."""
        row: Self = cls.objects.select_for_update(of=("self",)).get(**lookup)
        return row


# Following a relation (``line.product``), ``save``, ``refresh_from_db`` and cascades use a model's base manager, which
# Django leaves unscoped unless it is named. Named here and not in Meta, whose options would go into migrations.
TenantModel._meta.base_manager_name = "objects"
