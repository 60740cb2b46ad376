"""The wish to cancel what a supplier already has, as both sides see it."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.models import CancellationRequest
from orderlane.shipping.states import CancellationStatus
from orderlane.web.pages.order import CancellationBox


def cancellation_boxes(po: PurchaseOrder, *, may_answer: bool = False) -> list[CancellationBox]:
    """Every request of a purchase order, newest first; with the address of the answer where it may be given."""
    rows = CancellationRequest.objects.filter(purchase_order=po).order_by("-asked_at", "-id")
    return [_box(po, row, may_answer=may_answer) for row in rows]


def _box(po: PurchaseOrder, row: CancellationRequest, *, may_answer: bool) -> CancellationBox:
    open_here = may_answer and row.status == CancellationStatus.ASKED
    return CancellationBox(
        asked_at=row.asked_at,
        status=row.status,
        message=row.message,
        answer=row.answer,
        answered_at=row.answered_at,
        answer_url=_address(po, row.pk) if open_here else "",
    )


def _address(po: PurchaseOrder, request_id: UUID) -> str:
    return reverse("supplier_cancellation", args=[po.number, request_id])
