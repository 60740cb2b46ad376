"""The REST interface of the simulated PayPal."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.core.world import World
from sandbox.paypal.accounts import BusinessAccount, by_client
from sandbox.paypal.checks import check_money, check_order
from sandbox.paypal.errors import PayPalError, error_body, refused
from sandbox.paypal.events import Announcer
from sandbox.paypal.memory import RequestMemory
from sandbox.paypal.orders import Capture, Orders
from sandbox.paypal.shapes import Shapes

OPERATIONS = [
    "token",
    "userinfo",
    "orders.create",
    "orders.get",
    "orders.capture",
    "captures.get",
    "captures.refund",
    "refunds.get",
    "webhooks.create",
    "webhooks.list",
    "webhooks.verify",
]
_SCOPE = "https://uri.paypal.com/services/payments/payment openid https://uri.paypal.com/services/paypalattributes"


@dataclass(frozen=True)
class Call:
    """One authenticated call: who calls, the parsed body (None when empty), and the headers that matter."""

    account: BusinessAccount
    request: Request
    raw: bytes
    body: Any
    request_id: str
    whole: bool


Work = Callable[[Call], Response]


class Api:
    """Handlers of the documented operations; all refusals have PayPal's error body."""

    def __init__(self, world: World, orders: Orders, shapes: Shapes, announcer: Announcer) -> None:
        self._world = world
        self._orders = orders
        self._shapes = shapes
        self._announcer = announcer
        self._tokens: dict[str, tuple[BusinessAccount, datetime]] = {}
        self._memory = RequestMemory()

    def routes(self) -> list[Route]:
        """The operations of Orders v2 and Payments v2 we know, and the token."""
        capture = "/v2/checkout/orders/{id}/capture"
        refund = "/v2/payments/captures/{id}/refund"
        return [
            Route("/v1/oauth2/token", self.token, methods=["POST"]),
            self.route("GET", "/v1/identity/oauth2/userinfo", "userinfo", self._userinfo),
            self.route("POST", "/v2/checkout/orders", "orders.create", self._create),
            self.route("GET", "/v2/checkout/orders/{id}", "orders.get", self._get_order),
            self.route("POST", capture, "orders.capture", self._capture),
            self.route("GET", "/v2/payments/captures/{id}", "captures.get", self._get_capture),
            self.route("POST", refund, "captures.refund", self._refund),
            self.route("GET", "/v2/payments/refunds/{id}", "refunds.get", self._get_refund),
        ]

    def route(self, method: str, path: str, operation: str, work: Work) -> Route:
        """A route that authenticates, reads the body, and does `work` under faults."""

        async def endpoint(request: Request) -> Response:
            account = self._bearer(request)
            raw = await request.body()

            async def answer() -> Response:
                try:
                    if account is None:
                        raise PayPalError(401)
                    return self._guarded(account, request, raw, operation, work)
                except PayPalError as problem:
                    return self.problem(problem)

            system = f"paypal:{account.merchant_id}" if account else "paypal"
            return await self._exclusively(account, request, operation, system, answer)

        return Route(path, endpoint, methods=[method])

    async def _exclusively(
        self,
        account: BusinessAccount | None,
        request: Request,
        operation: str,
        system: str,
        answer: Callable[[], Awaitable[Response]],
    ) -> Response:
        # Of two simultaneous calls with one key the second may fail rather than wait:
        # https://developer.paypal.com/reference/guidelines/idempotency
        scope = (account.key if account else "", operation, request.headers.get("paypal-request-id", ""))
        if not self._memory.begin(scope):
            return self.problem(refused("PREVIOUS_REQUEST_IN_PROGRESS"))
        try:
            return await self._world.answer(system, operation, answer, self.trouble)
        finally:
            self._memory.end(scope)

    def _guarded(self, account: BusinessAccount, request: Request, raw: bytes, operation: str, work: Work) -> Response:
        body = None
        if raw.strip():
            try:
                body = json.loads(raw)
            except ValueError:
                raise refused("MALFORMED_REQUEST_JSON", "/") from None
        key = request.headers.get("paypal-request-id", "")
        if len(key) > 108:
            raise refused("INVALID_STRING_LENGTH", "PayPal-Request-Id", key)
        whole = request.headers.get("prefer", "").replace(" ", "") == "return=representation"
        return work(Call(account, request, raw, body, f"{operation}:{key}" if key else "", whole))

    def problem(self, problem: PayPalError) -> Response:
        """A refusal as an answer."""
        debug_id = self._debug_id()
        return JSONResponse(problem.as_json(debug_id), problem.status, {"Paypal-Debug-Id": debug_id})

    def trouble(self, status: int) -> Response:
        """An error of PayPal's own making, for the fault switches."""
        debug_id = self._debug_id()
        return JSONResponse(error_body(status, debug_id, []), status, {"Paypal-Debug-Id": debug_id})

    def _debug_id(self) -> str:
        return self._world.ids.code("paypal-debug", 13).lower()

    async def token(self, request: Request) -> Response:
        """Exchange client id and secret for a bearer token."""
        form = await request.form()

        async def answer() -> Response:
            account = by_client(*_basic(request.headers.get("authorization", "")))
            if account is None:
                refusal = {"error": "invalid_client", "error_description": "Client Authentication failed"}
                return JSONResponse(refusal, 401)
            if form.get("grant_type") != "client_credentials":
                refusal = {"error": "unsupported_grant_type", "error_description": "Grant Type is NULL"}
                return JSONResponse(refusal, 400)
            token = "A21AA" + self._world.ids.uuid("paypal-token").replace("-", "")
            seconds = self._orders.lifetimes.token
            self._tokens[token] = (account, self._world.clock.now() + timedelta(seconds=seconds))
            body = {
                "scope": _SCOPE,
                "access_token": token,
                "token_type": "Bearer",
                "app_id": "APP-80W284485P519543T",
                "expires_in": int(seconds),
                "nonce": self._world.clock.now().isoformat(),
            }
            return JSONResponse(body)

        return await self._world.answer("paypal", "token", answer, self.trouble)

    def _bearer(self, request: Request) -> BusinessAccount | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = self._tokens.get(token)
        if scheme.lower() != "bearer" or known is None or known[1] <= self._world.clock.now():
            return None
        return known[0]

    def _userinfo(self, call: Call) -> Response:
        body = {"user_id": f"https://www.paypal.com/webapps/auth/identity/user/{call.account.merchant_id}"}
        body |= {"payer_id": call.account.merchant_id, "name": call.account.name, "verified_account": "true"}
        return JSONResponse(body)

    def _create(self, call: Call) -> Response:
        scope, now = (call.account.key, "orders", call.request_id), self._world.clock.now()
        known = self._memory.find(scope, now)
        if known is not None:
            # A repeat is answered with the order as it stands now, and 200 where the first answer was 201.
            return JSONResponse(self._shapes.order(self._orders.find(call.account, known), call.whole), 200)
        check_order(call.body)
        order = self._orders.open(call.account, call.body)
        self._memory.keep(scope, order.id, now, self._orders.lifetimes.order_key)
        return JSONResponse(self._shapes.order(order, call.whole), 201)

    def _get_order(self, call: Call) -> Response:
        return JSONResponse(self._shapes.order(self._orders.find(call.account, call.request.path_params["id"])))

    def _capture(self, call: Call) -> Response:
        order = self._orders.find(call.account, call.request.path_params["id"])
        scope, now = (call.account.key, f"capture:{order.id}", call.request_id), self._world.clock.now()
        if self._memory.find(scope, now) is not None:
            return JSONResponse(self._shapes.order(order), 200)
        self._orders.capture(order, self._shapes.payer_link(order))
        self._memory.keep(scope, order.id, now, self._orders.lifetimes.order_key)
        body = self._shapes.order(order)
        if not call.whole:
            body = {k: body[k] for k in ("id", "status", "payment_source", "purchase_units", "payer", "links")}
        return JSONResponse(body, 201)

    def _captured(self, call: Call) -> Capture:
        capture = self._orders.captures.get(call.request.path_params["id"])
        if capture is None or self._orders.by_id[capture.order_id].account is not call.account:
            raise refused("INVALID_RESOURCE_ID")
        return capture

    def _get_capture(self, call: Call) -> Response:
        return JSONResponse(self._shapes.capture(self._captured(call)))

    def _refund(self, call: Call) -> Response:
        capture = self._captured(call)
        scope, now = (call.account.key, f"refund:{capture.id}", call.request_id), self._world.clock.now()
        known = self._memory.find(scope, now)
        if known is not None:
            return JSONResponse(self._shapes.refund(self._orders.refunds[known], call.whole), 200)
        body = call.body or {}
        if not isinstance(body, dict):
            raise refused("MALFORMED_REQUEST_JSON", "/")
        findings = check_money(body["amount"], "/amount") if "amount" in body else []
        if findings:
            raise PayPalError(400, findings)
        texts = {k: str(body[k]) for k in ("note_to_payer", "invoice_id", "custom_id") if body.get(k)}
        refund = self._orders.refund(capture, body.get("amount"), **texts)
        self._memory.keep(scope, refund.id, now, self._orders.lifetimes.refund_key)
        return JSONResponse(self._shapes.refund(refund, call.whole), 201)

    def _get_refund(self, call: Call) -> Response:
        refund = self._orders.refunds.get(call.request.path_params["id"])
        if refund is None or self._owner(refund.capture_id) is not call.account:
            raise refused("INVALID_RESOURCE_ID")
        return JSONResponse(self._shapes.refund(refund))

    def _owner(self, capture_id: str) -> BusinessAccount:
        return self._orders.by_id[self._orders.captures[capture_id].order_id].account

    def reset(self) -> None:
        """Forget tokens and keys."""
        self._tokens.clear()
        self._memory = RequestMemory()


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (user, password) if scheme.lower() == "basic" else ("", "")
