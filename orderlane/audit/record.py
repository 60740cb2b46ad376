"""Writing the audit row of an act, in the act's own transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.models import AuditEntry
from orderlane.tenants.models import Organization, TenantModel
from orderlane.tenants.scope import current


def record(
    action: str,
    about: TenantModel | Organization,
    *,
    now: datetime,
    old: str = "",
    new: str = "",
    reason: str = "",
    detail: dict[str, object] | None = None,
) -> None:
    """Append one audit row about ``about``; ``detail`` holds ids, numbers and amounts, no personal data."""
    retailer_id, supplier_id = _parties(about)
    AuditEntry.objects.create(
        retailer_id=retailer_id,
        supplier_id=supplier_id,
        actor=current().actor,
        action=action,
        about_type=about._meta.model_name or "",
        about_id=about.pk,
        old=old,
        new=new,
        reason=reason[:80],
        detail=detail or {},
        at=now,
    )


def _parties(about: TenantModel | Organization) -> tuple[UUID | None, UUID | None]:
    """Both sides of a shared row read its history; a row of one organization belongs to that one alone."""
    if isinstance(about, Organization):
        return about.pk, None
    if "organization" in about.tenant_fields:
        return getattr(about, "organization_id", None), None
    return getattr(about, "retailer_id", None), getattr(about, "supplier_id", None)
