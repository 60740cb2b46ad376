"""How every call to the simulated Stripe is received: key, account, parameters, idempotency, faults, headers."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.core.world import World
from sandbox.stripe.accounts import StripeAccount, by_api_key, by_id, may_act_for
from sandbox.stripe.errors import StripeError, invalid, trouble
from sandbox.stripe.forms import decode
from sandbox.stripe.memory import IdempotencyMemory, Remembered
from sandbox.stripe.params import Fields, read
from sandbox.stripe.shapes import API_VERSION


@dataclass(frozen=True)
class Call:
    """One call: on whose account it works, with which checked parameters and path parts."""

    account: StripeAccount
    caller: StripeAccount
    params: dict[str, Any]
    path: dict[str, str]
    request_id: str
    idempotency_key: str


Work = Callable[[Call], dict[str, Any]]


class Wire:
    """Makes routes out of operations."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._memory = IdempotencyMemory()

    def route(self, method: str, path: str, operation: str, fields: Fields, work: Work) -> Route:
        """A route that authenticates, checks the parameters against `fields`, and does `work` under faults."""

        async def endpoint(request: Request) -> Response:
            request_id = f"req_{self._world.ids.code('stripe-request', 14)}"
            key = request.headers.get("idempotency-key", "") if method == "POST" else ""
            try:
                caller, account = _identify(request)
                if len(key) > 255:
                    raise invalid("Idempotency keys have at most 255 characters", "Idempotency-Key")
                encoded = (await request.body()).decode() if method == "POST" else request.url.query
                call = Call(account, caller, decode(encoded), dict(request.path_params), request_id, key)
            except StripeError as refusal:
                return self._answer(refusal.status, refusal.as_json(), request_id, key)
            except UnicodeDecodeError:
                return self._answer(400, invalid("Invalid request encoding").as_json(), request_id, key)
            fingerprint = hashlib.sha256(f"{method} {request.url.path} {encoded}".encode()).hexdigest()
            return await self._remembering(call, operation, fields, work, fingerprint)

        return Route(path, endpoint, methods=[method])

    async def _remembering(self, call: Call, operation: str, fields: Fields, work: Work, fingerprint: str) -> Response:
        scope = (call.account.id, call.idempotency_key)
        now = self._world.clock.now()
        key = call.idempotency_key
        try:
            known = self._memory.find(scope, fingerprint, now) if key else None
            if key:
                self._memory.begin(scope)
        except StripeError as refusal:
            answer = self._answer(refusal.status, refusal.as_json(), call.request_id, key)
            answer.headers["Stripe-Should-Retry"] = "true" if refusal.status == 409 else "false"
            return answer

        async def perform() -> Response:
            if known is not None:
                answer = self._answer(known.status, json.loads(known.body), call.request_id, key)
                answer.headers["Idempotent-Replayed"] = "true"
                return answer
            return self._execute(call, fields, work, scope, fingerprint)

        def broken(status: int) -> Response:
            return self._answer(status, trouble(status).as_json(), call.request_id, key)

        try:
            answer = await self._world.answer(f"stripe:{call.account.id}", operation, perform, broken)
        finally:
            if key:
                self._memory.end(scope)
        if key and known is None and answer.status_code == 500:
            # Stripe stores a 500 like any first answer: the same key never tells more than that again.
            self._memory.keep(scope, Remembered(fingerprint, 500, bytes(answer.body), now))
        return answer

    def _execute(self, call: Call, fields: Fields, work: Work, scope: tuple[str, str], fingerprint: str) -> Response:
        key, executed = call.idempotency_key, True
        try:
            params = read(fields, call.params)
            body, status = work(Call(call.account, call.caller, params, call.path, call.request_id, key)), 200
        except StripeError as refusal:
            body, status, executed = refusal.as_json(), refusal.status, refusal.executed
        answer = self._answer(status, body, call.request_id, key)
        if key and executed:
            now = self._world.clock.now()
            self._memory.keep(scope, Remembered(fingerprint, status, bytes(answer.body), now))
        return answer

    def _answer(self, status: int, body: dict[str, Any], request_id: str, key: str) -> Response:
        headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
        if key:
            headers |= {"Idempotency-Key": key, "Original-Request": request_id}
        return Response(json.dumps(body), status, headers, "application/json")

    def reset(self) -> None:
        """Forget all keys."""
        self._memory = IdempotencyMemory()


def _identify(request: Request) -> tuple[StripeAccount, StripeAccount]:
    """Whose key it is, and on whose account the call works."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        given = b64decode(given + "==").decode("utf-8", "replace").partition(":")[0]
    if not given:
        raise StripeError(401, "You did not provide an API key.")
    caller = by_api_key(given)
    if caller is None:
        raise StripeError(401, f"Invalid API Key provided: {given[:8]}{'*' * 12}{given[-4:]}")
    wanted = request.headers.get("stripe-account", "")
    if not wanted:
        return caller, caller
    account = by_id(wanted)
    if account is None or not may_act_for(caller, account):
        raise StripeError(
            403,
            f"The provided key '{given[:8]}{'*' * 12}{given[-4:]}' does not have access to account '{wanted}' (or that "
            "account does not exist). Application access may have been revoked.",
            code="account_invalid",
        )
    return caller, account
