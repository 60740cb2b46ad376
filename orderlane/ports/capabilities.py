"""What a platform may be able to do as a retailer's store, in words its connector declares."""

from __future__ import annotations

from enum import StrEnum


class StoreCapability(StrEnum):
    """What a platform can do as a retailer's store; the table in the documentation is made from these."""

    MANAGES_WEBHOOKS = "manages_webhooks"
    """We create, check and remove the webhooks by API; otherwise the operator sets them once in the app's settings."""
    COMMON_WEBHOOK_DOOR = "common_webhook_door"
    """All stores of an app send to one address; the message names the store."""
    SIGNED_WEBHOOK_BODY = "signed_webhook_body"
    """Every webhook is refused unless its proof covers every byte; otherwise some proof covers less than that."""
    DATED_WEBHOOKS = "dated_webhooks"
    """A webhook says when it was sent or happened, so that an old one is refused; otherwise only its id tells it."""
    PARTIAL_FULFILLMENT = "partial_fulfillment"
    """The platform itself records which lines and quantities have shipped."""
    SEVERAL_PARCELS = "several_parcels"
    """The platform itself records several parcels; otherwise all tracking numbers share one field."""
    REQUEST_FULFILLMENT = "request_fulfillment"
    """The platform has a *Request fulfillment* that leads to us."""
    EXPIRING_SECRETS = "expiring_secrets"
    """:meth:`StoreConnector.renew_secrets` must be called from time to time."""
