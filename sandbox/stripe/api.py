"""The operations of the simulated Stripe."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.stripe import shapes
from sandbox.stripe.accounts import StripeAccount, by_id, may_act_for
from sandbox.stripe.checkout import Charge, Checkout, Intent, Refund, Session
from sandbox.stripe.errors import StripeError, invalid, missing
from sandbox.stripe.events import Announcer, Endpoint, Event
from sandbox.stripe.params import (
    ENDPOINT_CREATE,
    ENDPOINT_LIST,
    EVENT_LIST,
    EXPAND_ONLY,
    REFUND_CREATE,
    REFUND_LIST,
    SESSION_CREATE,
    SESSION_LIST,
)
from sandbox.stripe.shapes import Expand
from sandbox.stripe.wire import Call, Wire

OPERATIONS = [
    "sessions.create",
    "sessions.get",
    "sessions.list",
    "sessions.expire",
    "sessions.lines",
    "intents.get",
    "charges.get",
    "refunds.create",
    "refunds.list",
    "refunds.get",
    "accounts.get",
    "events.list",
    "events.get",
    "endpoints.create",
    "endpoints.list",
]
T = TypeVar("T", Session, Refund, Event, Endpoint)


class Api:
    """Handlers of `/v1`."""

    def __init__(self, wire: Wire, checkout: Checkout, announcer: Announcer, address: str) -> None:
        self._wire = wire
        self._checkout = checkout
        self._announcer = announcer
        self._address = address

    def routes(self) -> list[Route]:
        """All operations."""
        on, session, only = self._wire.route, "/v1/checkout/sessions", EXPAND_ONLY
        return [
            on("POST", session, "sessions.create", SESSION_CREATE, self._create_session),
            on("GET", session, "sessions.list", SESSION_LIST, self._list_sessions),
            on("GET", session + "/{id}", "sessions.get", only, self._get_session),
            on("POST", session + "/{id}/expire", "sessions.expire", only, self._expire_session),
            on("GET", session + "/{id}/line_items", "sessions.lines", ENDPOINT_LIST, self._line_items),
            on("GET", "/v1/payment_intents/{id}", "intents.get", only, self._get_intent),
            on("GET", "/v1/charges/{id}", "charges.get", only, self._get_charge),
            on("POST", "/v1/refunds", "refunds.create", REFUND_CREATE, self._create_refund),
            on("GET", "/v1/refunds", "refunds.list", REFUND_LIST, self._list_refunds),
            on("GET", "/v1/refunds/{id}", "refunds.get", only, self._get_refund),
            on("GET", "/v1/account", "accounts.get", only, self._get_account),
            on("GET", "/v1/accounts/{id}", "accounts.get", only, self._get_account),
            on("GET", "/v1/events", "events.list", EVENT_LIST, self._list_events),
            on("GET", "/v1/events/{id}", "events.get", only, self._get_event),
            on("POST", "/v1/webhook_endpoints", "endpoints.create", ENDPOINT_CREATE, self._create_endpoint),
            on("GET", "/v1/webhook_endpoints", "endpoints.list", ENDPOINT_LIST, self._list_endpoints),
            Route("/v1/{rest:path}", self.unknown, methods=["GET", "POST", "DELETE"]),
        ]

    async def unknown(self, request: Request) -> Response:
        """Stripe's answer to an address it does not have."""
        message = f"Unrecognized request URL ({request.method}: /v1/{request.path_params['rest']})."
        return JSONResponse(StripeError(404, message).as_json(), 404)

    def pay_url(self, session: Session) -> str:
        """The address of the hosted page."""
        return f"{self._address}/pay/{session.id}"

    def announce(self, kind: str, account: StripeAccount, subject: Session | Charge | Refund) -> None:
        """Make an event of something that happened on an account; its body is how the object stands now."""
        if isinstance(subject, Session):
            session, body = subject, shapes.session_json(subject, self.pay_url(subject))
        elif isinstance(subject, Refund):
            session, body = subject.charge.intent.session, shapes.refund_json(subject)
        else:
            session, body = subject.intent.session, shapes.charge_json(subject)
        request: dict[str, str | None] = {"id": None, "idempotency_key": None}
        now = self._checkout.now()
        self._announcer.announce(Event(self._checkout.new_id("evt"), account, kind, session.id, now, body, request))

    def _session_json(self, session: Session, call: Call, prefix: str = "") -> dict[str, Any]:
        paths = call.params.get("expand", [])
        if prefix:
            paths = [path.removeprefix(prefix) if path.startswith(prefix) else f"?{path}" for path in paths]
        return shapes.session_json(session, self.pay_url(session), Expand(paths, shapes.SESSION_PATHS))

    def _create_session(self, call: Call) -> dict[str, Any]:
        Expand(call.params.get("expand", []), shapes.SESSION_PATHS)
        return self._session_json(self._checkout.open(call.account, call.params), call)

    def _get_session(self, call: Call) -> dict[str, Any]:
        return self._session_json(self._checkout.find(call.account, call.path["id"]), call)

    def _expire_session(self, call: Call) -> dict[str, Any]:
        session = self._checkout.find(call.account, call.path["id"])
        self._checkout.expire(session)
        return self._session_json(session, call)

    def _line_items(self, call: Call) -> dict[str, Any]:
        session = self._checkout.find(call.account, call.path["id"])
        body = shapes.session_json(session, self.pay_url(session), Expand(["line_items"], shapes.SESSION_PATHS))
        lines: dict[str, Any] = body["line_items"]
        return lines

    def _list_sessions(self, call: Call) -> dict[str, Any]:
        own = [s for s in self._checkout.sessions.values() if s.account is call.account]
        for session in own:
            self._checkout.expire_if_due(session)
        status, intent = call.params.get("status"), call.params.get("payment_intent")
        found = [
            s
            for s in own
            if (not status or s.status == status) and (not intent or (s.intent is not None and s.intent.id == intent))
        ]
        return _page(found, call.params, "/v1/checkout/sessions", lambda s: self._session_json(s, call, prefix="data."))

    def _intent(self, call: Call, identifier: str) -> Intent:
        intent = self._checkout.intents.get(identifier)
        if intent is None or intent.session.account is not call.account:
            raise missing("payment_intent", identifier, "intent")
        return intent

    def _charge(self, call: Call, identifier: str) -> Charge:
        charge = self._checkout.charges.get(identifier)
        if charge is None or charge.intent.session.account is not call.account:
            raise missing("charge", identifier)
        return charge

    def _get_intent(self, call: Call) -> dict[str, Any]:
        expand = Expand(call.params.get("expand", []), shapes.INTENT_PATHS)
        return shapes.intent_json(self._intent(call, call.path["id"]), expand)

    def _get_charge(self, call: Call) -> dict[str, Any]:
        expand = Expand(call.params.get("expand", []), shapes.CHARGE_PATHS)
        return shapes.charge_json(self._charge(call, call.path["id"]), expand)

    def _create_refund(self, call: Call) -> dict[str, Any]:
        params = call.params
        expand = Expand(params.get("expand", []), shapes.REFUND_PATHS)
        if "charge" in params:
            charge: Charge | None = self._charge(call, params["charge"])
        elif "payment_intent" in params:
            charge = self._intent(call, params["payment_intent"]).latest
        else:
            raise invalid("One of the following params should be provided: charge, payment_intent.", "charge")
        if charge is None:
            message = f"The PaymentIntent ({params['payment_intent']}) does not have a successful charge to refund."
            raise invalid(message, "payment_intent", executed=True)
        refund = self._checkout.refund(
            charge, params.get("amount"), params.get("reason", ""), params.get("metadata", {})
        )
        return shapes.refund_json(refund, expand)

    def _list_refunds(self, call: Call) -> dict[str, Any]:
        charge, intent = call.params.get("charge"), call.params.get("payment_intent")
        found = [
            refund
            for refund in self._checkout.refunds.values()
            if refund.charge.intent.session.account is call.account
            and (not charge or refund.charge.id == charge)
            and (not intent or refund.charge.intent.id == intent)
        ]
        return _page(found, call.params, "/v1/refunds", shapes.refund_json)

    def _get_refund(self, call: Call) -> dict[str, Any]:
        refund = self._checkout.refunds.get(call.path["id"])
        if refund is None or refund.charge.intent.session.account is not call.account:
            raise missing("refund", call.path["id"])
        return shapes.refund_json(refund, Expand(call.params.get("expand", []), shapes.REFUND_PATHS))

    def _get_account(self, call: Call) -> dict[str, Any]:
        wanted = call.path.get("id", call.account.id)
        account = by_id(wanted)
        if account is None or not (account is call.account or may_act_for(call.caller, account)):
            raise StripeError(
                403, f"The provided key does not have access to account '{wanted}'.", code="account_invalid"
            )
        return shapes.account_json(account)

    def _list_events(self, call: Call) -> dict[str, Any]:
        params = call.params
        kinds = params.get("types") or ([params["type"]] if "type" in params else [])
        found = [
            event
            for event in self._announcer.events
            if event.account is call.account
            and (not kinds or event.kind in kinds)
            and ("delivery_success" not in params or (event.pending == 0) is params["delivery_success"])
        ]
        return _page(found, params, "/v1/events", lambda event: event.as_json())

    def _get_event(self, call: Call) -> dict[str, Any]:
        for event in self._announcer.events:
            if event.id == call.path["id"] and event.account is call.account:
                return event.as_json()
        raise missing("event", call.path["id"])

    def _create_endpoint(self, call: Call) -> dict[str, Any]:
        params = call.params
        if not params["url"].startswith(("http://", "https://")):
            raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid")
        endpoint = Endpoint(
            id=self._checkout.new_id("we"),
            account=call.account,
            url=params["url"],
            secrets=[self._checkout.new_id("whsec")],
            enabled_events=params["enabled_events"],
            connect=params.get("connect", False),
            created=self._checkout.now(),
            description=params.get("description"),
            metadata=params.get("metadata", {}),
        )
        self._announcer.endpoints[endpoint.id] = endpoint
        return _endpoint_json(endpoint) | {"secret": endpoint.secrets[0]}

    def _list_endpoints(self, call: Call) -> dict[str, Any]:
        own = [e for e in self._announcer.endpoints.values() if e.account is call.account and e.url]
        return _page(own, call.params, "/v1/webhook_endpoints", _endpoint_json)


def _endpoint_json(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "object": "webhook_endpoint",
        "api_version": shapes.API_VERSION,
        "application": None,
        "created": endpoint.created,
        "description": endpoint.description,
        "enabled_events": endpoint.enabled_events,
        "livemode": False,
        "metadata": endpoint.metadata,
        "status": "enabled",
        "url": endpoint.url,
    }


def _page(
    entries: Sequence[T], params: dict[str, Any], url: str, written: Callable[[T], dict[str, Any]]
) -> dict[str, Any]:
    """One page, newest first; raises StripeError for a cursor that is not in the list."""
    newest = list(entries)[::-1]
    window = params.get("created", {})
    tests: dict[str, Callable[[int, int], bool]] = {
        "gt": lambda at, bound: at > bound,
        "gte": lambda at, bound: at >= bound,
        "lt": lambda at, bound: at < bound,
        "lte": lambda at, bound: at <= bound,
    }
    newest = [e for e in newest if all(tests[name](e.created, bound) for name, bound in window.items())]
    limit = params.get("limit", 10)
    order = [entry.id for entry in newest]
    for name in ("starting_after", "ending_before"):
        if name in params and params[name] not in order:
            raise missing("object", params[name], name)
    if "ending_before" in params:
        before = newest[: order.index(params["ending_before"])]
        shown, more = before[-limit:], len(before) > limit
    else:
        after = newest[order.index(params["starting_after"]) + 1 :] if "starting_after" in params else newest
        shown, more = after[:limit], len(after) > limit
    return shapes.list_json([written(entry) for entry in shown], url, more)
