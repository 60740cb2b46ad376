"""PayPal's refusals: names, issues and the fixed texts of its published descriptions."""

from dataclasses import dataclass, field
from typing import Any

_NAMES = {
    400: ("INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."),
    401: (
        "AUTHENTICATION_FAILURE",
        "Authentication failed due to missing authorization header, or invalid authentication credentials.",
    ),
    403: ("NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    409: ("RESOURCE_CONFLICT", "The server has detected a conflict while processing this request."),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business validation.",
    ),
    429: ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error has occurred."),
    503: ("SERVICE_UNAVAILABLE", "Service Unavailable."),
}

ISSUES: dict[str, tuple[int, str]] = {
    "INVALID_ARRAY_MAX_ITEMS": (400, "The number of items in an array parameter is too large."),
    "INVALID_ARRAY_MIN_ITEMS": (400, "The number of items in an array parameter is too small."),
    "INVALID_PARAMETER_SYNTAX": (400, "The value of a field does not conform to the expected format."),
    "INVALID_PARAMETER_VALUE": (400, "A parameter value is not valid."),
    "INVALID_STRING_LENGTH": (400, "The value of a field is either too short or too long"),
    "MALFORMED_REQUEST_JSON": (400, "The request JSON is not well formed."),
    "MISSING_REQUIRED_PARAMETER": (400, "A required parameter is missing."),
    "NOT_SUPPORTED": (400, "This field is not currently supported."),
    "INVALID_RESOURCE_ID": (
        404,
        "Specified resource ID does not exist. Please check the resource ID and try again.",
    ),
    "PREVIOUS_REQUEST_IN_PROGRESS": (
        409,
        "A previous request on this resource is currently in progress. Please wait for sometime and try again. It is "
        "best to space out the initial and the subsequent request(s) to avoid receiving this error.",
    ),
    "AMOUNT_MISMATCH": (
        422,
        "Should equal item_total + tax_total + shipping + handling + insurance - shipping_discount - discount.",
    ),
    "CANNOT_BE_NEGATIVE": (
        422,
        "Must be greater than or equal to 0. If the currency supports decimals, only two decimal place precision is "
        "supported.",
    ),
    "CANNOT_BE_ZERO_OR_NEGATIVE": (
        422,
        "Must be greater than zero. If the currency supports decimals, only two decimal place precision is supported.",
    ),
    "DECIMAL_PRECISION": (
        422,
        "If the currency supports decimals, only two decimal place precision is supported.",
    ),
    "DUPLICATE_INVOICE_ID": (
        422,
        "Duplicate Invoice ID detected. To avoid a potential duplicate transaction your account setting requires that "
        "Invoice Id be unique for each transaction.",
    ),
    "DUPLICATE_REFERENCE_ID": (422, "`reference_id` must be unique if multiple `purchase_unit` are provided."),
    "INSTRUMENT_DECLINED": (
        422,
        "The instrument presented  was either declined by the processor or bank, or it can't be used for this payment.",
    ),
    "INVALID_CURRENCY_CODE": (
        422,
        "Currency code is invalid or is not currently supported. Please refer "
        "https://developer.paypal.com/api/rest/reference/currency-codes/ for list of supported currency codes.",
    ),
    "ITEM_TOTAL_MISMATCH": (
        422,
        "Should equal sum of (unit_amount * quantity) across all items for a given purchase_unit.",
    ),
    "ITEM_TOTAL_REQUIRED": (
        422,
        "If item details are specified (items.unit_amount and items.quantity) corresponding "
        "amount.breakdown.item_total is required.",
    ),
    "MULTI_CURRENCY_ORDER": (
        422,
        "Multiple differing values of currency_code are not supported. Entire Order request must have the same "
        "currency_code.",
    ),
    "ORDER_ALREADY_CAPTURED": (
        422,
        "Order already captured.If 'intent=CAPTURE' only one capture per order is allowed.",
    ),
    "ORDER_NOT_APPROVED": (
        422,
        "Payer has not yet approved the Order for payment. Please redirect the payer to the 'rel':'approve' url "
        "returned as part of the HATEOAS links within the Create Order call or provide a valid `payment_source` in "
        "the request.",
    ),
    "PAYEE_ACCOUNT_INVALID": (
        422,
        "Payee account specified is invalid. Please check the `payee.email_address` or `payee.merchant_id` specified "
        "and try again. Ensure that either  `payee.merchant_id` or `payee.email_address` is specified.",
    ),
    "TAX_TOTAL_MISMATCH": (422, "Should equal sum of (tax * quantity) across all items for a given purchase_unit."),
    "TAX_TOTAL_REQUIRED": (
        422,
        "If item details are specified (items.tax_total and items.quantity) corresponding amount.breakdown.tax_total "
        "is required.",
    ),
    "CAPTURE_FULLY_REFUNDED": (422, "The capture has already been fully refunded"),
    "PENDING_CAPTURE": (
        422,
        "Cannot initiate a refund as the capture is pending. Capture is typically pending when the payer has funded "
        "the transaction using e-check/bank funded.",
    ),
    "REFUND_AMOUNT_EXCEEDED": (
        422,
        "The refund amount must be less than or equal to the capture amount that has not yet been refunded.",
    ),
    "REFUND_CAPTURE_CURRENCY_MISMATCH": (422, "Refund must be in the same currency as the capture"),
    "REFUND_NOT_ALLOWED": (422, "Capture cannot be refunded."),
}
"""Issue -> status and description, word for word as in PayPal's OpenAPI documents (which make them enums)."""


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a request: the issue, a JSON pointer, and the offending value."""

    issue: str
    pointer: str = ""
    value: str = ""

    def as_json(self) -> dict[str, str]:
        """The entry of `details`."""
        detail = {"issue": self.issue, "description": ISSUES[self.issue][1]}
        if self.pointer:
            detail |= {"field": self.pointer, "location": "body"}
        if self.value:
            detail["value"] = self.value
        return detail


@dataclass
class PayPalError(Exception):
    """A refusal on its way to the caller; `links` are extra links such as the way back to the payer's page."""

    status: int
    findings: list[Finding] = field(default_factory=list)
    links: list[dict[str, str]] = field(default_factory=list)

    def as_json(self, debug_id: str) -> dict[str, Any]:
        """The body PayPal would send."""
        return error_body(self.status, debug_id, self.findings, self.links)


def refused(issue: str, pointer: str = "", value: str = "", links: list[dict[str, str]] | None = None) -> PayPalError:
    """A refusal for one issue, with the status that belongs to it."""
    return PayPalError(ISSUES[issue][0], [Finding(issue, pointer, value)], links or [])


def error_body(
    status: int, debug_id: str, findings: list[Finding], links: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """{name, message, debug_id, details, links} for a status."""
    name, message = _NAMES[status]
    body: dict[str, Any] = {"name": name, "message": message, "debug_id": debug_id}
    if findings:
        body["details"] = [finding.as_json() for finding in findings]
    body["links"] = links or []
    return body
