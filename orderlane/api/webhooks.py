"""The webhook door: verify, store, answer. Nothing is understood here, and nobody outside is called.

Platforms allow as little as 1,250 ms and count refusals against the whole app, so a message is answered
200 as soon as it is committed, whatever it says. Only a signature that does not hold is answered 401.
"""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orderlane.inbox.actions.store_message import store_message
from orderlane.kernel import clock
from orderlane.kernel.errors import OutsideError
from orderlane.payments.connections import account_of as payment_account_of
from orderlane.payments.connections import payment_connector
from orderlane.ports import registry
from orderlane.ports.accounts import ForgedWebhook, UnreadableWebhook, WebhookEvent
from orderlane.ports.payments import PaymentConnector
from orderlane.ports.stores import StoreConnector
from orderlane.stores.actions.note_store_state import heard_lately, note_heard
from orderlane.stores.connections import account_of as store_account_of
from orderlane.stores.models import Store
from orderlane.suppliers.models import PaymentAccount
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope

MAX_BODY_BYTES = 5 * 1024 * 1024
"""A larger body is answered 413; no platform's order comes near it."""


@csrf_exempt
@require_POST
def store_webhook(request: HttpRequest, store_id: UUID) -> HttpResponse:
    """A message from a connected store."""
    with system_scope("webhook:door"):
        store = Store.objects.filter(pk=store_id).select_related("organization").first()
        account = store_account_of(store) if store else None
    if store is None or account is None:
        return _answer(404)
    connector = registry.stores()[store.platform](account)
    supplier = store.organization.kind == OrganizationKind.SUPPLIER
    answer = _receive(request, connector, store.organization_id, store_id, store.platform, supplier=supplier)
    now = clock.now()
    if answer.status_code == HTTPStatus.OK and not heard_lately(store, now=now):
        with acting_for(store.organization_id, f"webhook:{store.platform}"):
            note_heard(store.pk, now=now)
    return answer


@csrf_exempt
@require_POST
def payment_webhook(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """A message from a payment provider about a supplier's account."""
    with system_scope("webhook:door"):
        row = PaymentAccount.objects.filter(pk=account_id).first()
        account = payment_account_of(row) if row else None
    if row is None or account is None:
        return _answer(404)
    connector = payment_connector(row.provider, account)
    return _receive(request, connector, row.supplier_id, account_id, row.provider, supplier=True)


def _receive(
    request: HttpRequest,
    connector: StoreConnector | PaymentConnector,
    organization_id: UUID,
    connection_id: UUID,
    source: str,
    *,
    supplier: bool,
) -> HttpResponse:
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
        return _answer(413)
    now = clock.now()
    unreadable = ""
    try:
        body = request.body
        event = connector.verify_webhook(dict(request.headers.items()), body, now)
    except RequestDataTooBig:
        return _answer(413)
    except ForgedWebhook:
        return _answer(401)
    except OutsideError:
        # The provider's certificate could not be fetched: nothing is known to be forged, so it may come again.
        return _answer(503)
    except UnreadableWebhook as problem:
        unreadable = problem.reason
        event = WebhookEvent(f"unreadable:{hashlib.sha256(body).hexdigest()}", "unreadable")
    with acting_for(organization_id, f"webhook:{source}"):
        store_message(
            organization_id=organization_id,
            connection_id=connection_id,
            source=source,
            event=event,
            body=body,
            job_name=job_for(event.topic, is_store=source in registry.stores(), supplier=supplier),
            now=now,
            unreadable=unreadable,
        )
    return _answer(200)


def job_for(topic: str, *, is_store: bool, supplier: bool) -> str:
    """Which job understands a message, from who sent it and what it is about."""
    if not is_store:
        return "payments.receive_message"
    if topic == "app/uninstalled":
        return "stores.receive_uninstall"
    if supplier:
        return "shipping.receive_message"
    if topic.startswith("fulfillment_order"):
        return "shipping.receive_request"
    return "orders.receive_message"


def _answer(status: int) -> HttpResponse:
    return HttpResponse(status=status)
