"""HTTP only: the GraphQL endpoint, the token header, what a call costs, and which of the four kinds an error is."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from orderlane.connectors.http import Http, unclear
from orderlane.connectors.reading import Node
from orderlane.connectors.stores.shopify import documents
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.accounts import Account
from orderlane.ports.budgets import BudgetReport

API_VERSION: Final = "2026-10"
TOKEN_HEADER: Final = "X-Shopify-Access-Token"  # noqa: S105 - the header's name, not a token
PATIENCE_SECONDS: Final = 30.0
"""How long the next page of a read may wait for points. Giving up would throw away the pages already read."""

# https://shopify.dev/docs/api/usage/response-codes
_REFUSED_STATUS: Final[Mapping[int, tuple[str, str]]] = {
    401: ("access_refused", "the access token is not valid"),
    402: ("shop_frozen", "the shop is frozen"),
    403: ("access_refused", "the shop refuses access"),
    404: ("shop_not_found", "there is no such shop"),
    423: ("shop_frozen", "the shop is locked"),
}

# Codes that surely come before anything was executed. Any other code on a write leaves the outcome unknown.
_REFUSED_CODE: Final[Mapping[str, str]] = {
    "ACCESS_DENIED": "missing_scope",
    "SHOP_INACTIVE": "shop_frozen",
    "MAX_COST_EXCEEDED": "query_too_large",
    "MAX_INPUT_SIZE_EXCEEDED": "query_too_large",
    "INVALID_VARIABLE": "bad_request",
    "BAD_REQUEST": "bad_request",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost extension of an answer, in points. ``restore_rate`` is points per second."""

    requested: float
    available: float
    restore_rate: float
    maximum: float

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any]) -> Cost | None:
        """Read ``extensions.cost``; None when it is missing or nonsense."""
        try:
            cost = answer["extensions"]["cost"]
            status = cost["throttleStatus"]
            return cls(
                float(cost["requestedQueryCost"]),
                float(status["currentlyAvailable"]),
                float(status["restoreRate"]),
                float(status["maximumAvailable"]),
            )
        except (KeyError, TypeError, ValueError):
            return None

    @property
    def wait_seconds(self) -> float:
        """Seconds until the bucket holds the requested points."""
        if self.restore_rate <= 0:
            return PATIENCE_SECONDS
        return max(0.0, (self.requested - self.available) / self.restore_rate)


class ShopifyClient:
    """Runs our GraphQL documents on one shop."""

    def __init__(self, account: Account) -> None:
        token = account.secrets.get("access_token", "")
        if not token or not token.isascii() or not token.isprintable():
            raise NeedsAttention("the access token is missing or not a token", reason="access_refused")
        self._http = Http(account.api_url, {TOKEN_HEADER: token})
        self._budget = account.budget

    def read(self, document: str, variables: Mapping[str, Any] | None = None, *, later_page: bool = False) -> Node:
        """Run a query and return its whole ``data``; raises Unavailable or NeedsAttention.

        Partial data (``ACCESS_DENIED`` beside some fields) is refused: a missing address must not pass for
        an empty one. ``later_page`` waits once for points instead of giving up.
        """
        try:
            return self._read(document, variables)
        except Unavailable as error:
            short = error.reason in {"throttled", "budget_spent"}
            if not later_page or not short or (error.retry_after or 0) > PATIENCE_SECONDS:
                raise
            time.sleep(error.retry_after or 0)
            return self._read(document, variables)

    def _read(self, document: str, variables: Mapping[str, Any] | None) -> Node:
        answer = self._call(document, variables or {}, writes=False)
        if answer.get("errors"):
            raise error_from(answer, wrote=False)
        found = answer.get("data")
        if not isinstance(found, dict):
            raise Unavailable("the answer has no data", reason="no_clear_answer")
        return found

    def write(self, document: str, variables: Mapping[str, Any]) -> Node:
        """Run a mutation and return the payload of its only field, ``userErrors`` included.

        Raises OutcomeUnknown whenever the shop may have done it. Errors beside a payload are errors about
        *reading* the outcome, so the payload counts.
        """
        answer = self._call(document, variables, writes=True)
        found = answer.get("data")
        payload = next(iter(found.values()), None) if isinstance(found, dict) else None
        if isinstance(payload, dict):
            return payload
        if answer.get("errors"):
            raise error_from(answer, wrote=True)
        raise OutcomeUnknown("the answer has no payload", reason="no_clear_answer")

    def _call(self, document: str, variables: Mapping[str, Any], *, writes: bool) -> Mapping[str, Any]:
        self._budget.take(documents.COSTS[document])
        try:
            reply = self._http.request(
                "POST",
                f"/admin/api/{API_VERSION}/graphql.json",
                writes=writes,
                json_body={"query": document, "variables": variables},
            )
        except Unavailable as busy:
            if busy.retry_after is not None:
                self._budget.exhausted(busy.retry_after)
            raise
        if reply.status not in (200, 201):
            reason, message = _REFUSED_STATUS.get(reply.status, ("bad_request", f"HTTP {reply.status}"))
            raise NeedsAttention(message, reason=reason, status=reply.status)
        answer = reply.json(wrote=writes)
        if not isinstance(answer, dict):
            raise unclear(writes, "the answer is not an object")
        self._report(answer)
        return answer

    def _report(self, answer: Mapping[str, Any]) -> None:
        """Tell the budget what the shop says is left, and how long to wait when it refused."""
        cost = Cost.from_answer(answer)
        if cost is None:
            return
        self._budget.report(BudgetReport(cost.maximum, cost.available, restores_per_second=cost.restore_rate))
        errors = answer.get("errors")
        if isinstance(errors, list) and any(_code(error) == "THROTTLED" for error in errors):
            self._budget.exhausted(cost.wait_seconds)


def made(payload: Node, key: str, *, refused: OutsideError) -> Node:
    """Return the thing a mutation made or changed; raise ``refused``, or something more precise, when it says no.

    A thing with an id exists whatever else the payload says. Neither thing nor error: we do not know.
    """
    thing = payload.get(key)
    if isinstance(thing, dict) and isinstance(thing.get("id"), str) and thing["id"]:
        return thing
    errors = payload.get("userErrors")
    if not isinstance(errors, list) or not errors or not all(isinstance(error, dict) for error in errors):
        raise OutcomeUnknown("neither a result nor an error", reason="no_clear_answer")
    codes = {str(error.get("code") or "") for error in errors}
    messages = [str(error.get("message") or "") for error in errors]
    if any(message.startswith("Too many attempts") for message in messages):
        # Development stores take five new orders a minute; said in a user error, without a code.
        raise Unavailable("too many orders a minute", reason="throttled", retry_after=60.0)
    if "INVENTORY_CLAIM_FAILED" in codes:
        raise Declined("not enough stock", reason="out_of_stock")
    if "SHOP_DORMANT" in codes:
        raise NeedsAttention("the shop is dormant", reason="shop_frozen")
    refused.params["said"] = "; ".join(messages)[:500]
    raise refused


def error_from(answer: Mapping[str, Any], *, wrote: bool) -> OutsideError:
    """Say which kind of error an answer's ``errors`` are (https://shopify.dev/docs/api/admin-graphql#status_and_error_codes)."""
    errors = answer["errors"]
    if not isinstance(errors, list):
        return unclear(wrote, "errors without a list")
    codes = [_code(error) for error in errors]
    if "THROTTLED" in codes:
        cost = Cost.from_answer(answer)
        return Unavailable("throttled", reason="throttled", retry_after=cost.wait_seconds if cost else None)
    refused = [code for code in codes if code in _REFUSED_CODE]
    # A write refused in part may still have happened in part.
    if refused and (not wrote or len(refused) == len(codes)):
        where = _path(errors[codes.index(refused[0])])
        return NeedsAttention(f"{refused[0]} {where}", reason=_REFUSED_CODE[refused[0]], field=where)
    # Without "data" and without a code of the platform's own, the request never began to be executed:
    # https://spec.graphql.org/October2021/#sec-Errors (request errors). Our document or variables are wrong.
    if "data" not in answer and not any(code.isupper() for code in codes):
        return NeedsAttention(f"the request is not valid: {codes}", reason="bad_request")
    return unclear(wrote, f"errors: {codes}")


def _code(error: object) -> str:
    """The error's code, cleaned for a log line; old shards send the word Throttled without a code."""
    if not isinstance(error, dict):
        return "UNREADABLE"
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    if isinstance(code, str) and code:
        return code[:60]
    return "THROTTLED" if error.get("message") == "Throttled" else ""


def _path(error: Mapping[str, Any]) -> str:
    path: Sequence[object] = error["path"] if isinstance(error.get("path"), list) else ()
    return ".".join(str(step) for step in path)[:120]
