"""Stripe's refusals: {"error": {type, code, message, param}}."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class StripeError(Exception):
    """A refusal; `executed` ones came from inside the operation, so an idempotency key remembers them."""

    status: int
    message: str
    kind: str = "invalid_request_error"
    code: str = ""
    param: str = ""
    executed: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The body Stripe would send."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code:
            error |= {
                "code": self.code,
                "doc_url": f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}",
            }
        if self.param:
            error["param"] = self.param
        return {"error": error | self.more}


def missing(kind: str, identifier: str, param: str = "id") -> StripeError:
    """There is no such object on this account."""
    return StripeError(404, f"No such {kind}: '{identifier}'", code="resource_missing", param=param)


def invalid(message: str, param: str = "", code: str = "", executed: bool = False) -> StripeError:
    """A 400 about one parameter."""
    return StripeError(400, message, code=code, param=param, executed=executed)


def trouble(status: int) -> StripeError:
    """An error of Stripe's own making."""
    if status == 429:
        return StripeError(429, "Request rate limit exceeded.", code="rate_limit")
    return StripeError(status, "An unknown error occurred", kind="api_error")
