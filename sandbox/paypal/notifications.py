"""The webhook part of PayPal's REST interface: subscribe, list, verify, and the certificate itself."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.core.world import World
from sandbox.paypal.api import Api, Call
from sandbox.paypal.errors import refused
from sandbox.paypal.events import EVENT_TYPES, Announcer, Subscription
from sandbox.paypal.signing import ALGORITHM, message, signer


class Notifications:
    """Handlers below /v1/notifications."""

    def __init__(self, world: World, api: Api, announcer: Announcer, address: str) -> None:
        self._world = world
        self._api = api
        self._announcer = announcer
        self._address = address

    def routes(self) -> list[Route]:
        """The operations, and the address of the signing certificate."""
        base = "/v1/notifications"
        return [
            self._api.route("POST", f"{base}/webhooks", "webhooks.create", self._subscribe),
            self._api.route("GET", f"{base}/webhooks", "webhooks.list", self._list),
            self._api.route("POST", f"{base}/verify-webhook-signature", "webhooks.verify", self._verify),
            Route(base + "/certs/{name}", self.certificate),
        ]

    async def certificate(self, request: Request) -> Response:
        """The certificate that signed, followed by its issuer."""
        if request.path_params["name"] != signer().certificate_name:
            return PlainTextResponse("Not Found", 404)
        return Response(signer().chain_pem, media_type="application/x-pem-file")

    def _subscribe(self, call: Call) -> Response:
        body = call.body if isinstance(call.body, dict) else {}
        url, types = body.get("url"), body.get("event_types")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise refused("INVALID_PARAMETER_SYNTAX" if url else "MISSING_REQUIRED_PARAMETER", "url")
        if not isinstance(types, list) or not types:
            raise refused("MISSING_REQUIRED_PARAMETER", "event_types")
        names = tuple(str(entry.get("name", "")) if isinstance(entry, dict) else "" for entry in types)
        if any(name != "*" and name not in EVENT_TYPES for name in names):
            raise refused("INVALID_PARAMETER_VALUE", "event_types", ", ".join(names))
        own = [s for s in self._announcer.subscriptions.values() if s.account is call.account and s.url]
        if len(own) >= 10 or any(s.url == url for s in own):
            raise refused("INVALID_PARAMETER_VALUE", "url", url)
        subscription = Subscription(self._world.ids.code("paypal-webhook"), call.account, url, names)
        self._announcer.subscriptions[subscription.id] = subscription
        return JSONResponse(self._shape(subscription), 201)

    def _list(self, call: Call) -> Response:
        own = [s for s in self._announcer.subscriptions.values() if s.account is call.account and s.url]
        return JSONResponse({"webhooks": [self._shape(subscription) for subscription in own]})

    def _shape(self, subscription: Subscription) -> dict[str, Any]:
        own = f"{self._address}/v1/notifications/webhooks/{subscription.id}"
        return {
            "id": subscription.id,
            "url": subscription.url,
            "event_types": [{"name": name, "status": "ENABLED"} for name in subscription.event_types],
            "links": [{"href": own, "rel": "self", "method": "GET"}],
        }

    def _verify(self, call: Call) -> Response:
        # Verified are the very bytes we sent: cut the event out of the raw request instead of re-writing it.
        body = call.body if isinstance(call.body, dict) else {}
        names = ("auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time", "webhook_id")
        missing = [name for name in (*names, "webhook_event") if not body.get(name)]
        if missing:
            raise refused("MISSING_REQUIRED_PARAMETER", missing[0])
        subscription = self._announcer.subscriptions.get(body["webhook_id"])
        event = _raw_member(call.raw, "webhook_event")
        good = (
            subscription is not None
            and subscription.account is call.account
            and body["auth_algo"] == ALGORITHM
            and str(body["cert_url"]).endswith(f"/{signer().certificate_name}")
            and signer().signed(
                message(body["transmission_id"], body["transmission_time"], body["webhook_id"], event),
                str(body["transmission_sig"]),
            )
        )
        return JSONResponse({"verification_status": "SUCCESS" if good else "FAILURE"})


def _raw_member(raw: bytes, wanted: str) -> bytes:
    """The bytes of one member of a JSON object, exactly as they were sent."""
    text, decoder = raw.decode(), json.JSONDecoder()
    at = text.index("{") + 1
    while True:
        at = _past(text, at, ", \t\r\n")
        if text[at] == "}":
            return b""
        name, at = decoder.raw_decode(text, at)
        at = _past(text, at, ": \t\r\n")
        _, end = decoder.raw_decode(text, at)
        if name == wanted:
            return text[at:end].encode()
        at = end


def _past(text: str, at: int, skipped: str) -> int:
    while text[at] in skipped:
        at += 1
    return at
