"""What a platform does not have, said once: connectors of such a platform inherit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from orderlane.kernel.errors import Declined
from orderlane.ports.stores import FulfillmentWork, Registration, RequestAnswer


class WithoutRequests:
    """A platform without *Request fulfillment*, so that there is never one to answer."""

    def offer_fulfillment(self, callback_url: str) -> None:
        """Nothing that could lead to us."""

    def requested_work(self) -> Sequence[FulfillmentWork]:
        """Nothing: nobody can request it."""
        return ()

    def answer_request(self, work_external_id: str, answer: RequestAnswer, message: str = "") -> None:
        """Decline: no request can be open."""
        raise Declined("the platform has no fulfillment requests", reason="request_not_open")


class WithLastingSecrets:
    """A platform whose secrets live until the store's owner takes them away, or that we ask for anew ourselves."""

    def renew_secrets(self, now: datetime) -> Mapping[str, str] | None:
        """Nothing to do."""
        return None


class WithWebhooksOfTheApp:
    """A platform where webhooks are set once in the app's own settings, so that nothing of ours stands in a store."""

    def subscribe(self, callback_url: str) -> Sequence[str]:
        """Nothing that we could mend."""
        return ()

    def registrations(self, callback_url: str) -> Sequence[Registration]:
        """Nothing but the app itself."""
        return ()

    def unsubscribe(self, callback_url: str) -> None:
        """Nothing to remove: the app's settings hold for all stores."""

    def withdraw(self, callback_url: str) -> None:
        """Nothing to remove: only the store's owner can remove an app, which ends token and webhooks."""
