"""What PayPal checks before it opens an order: form first (400), then the sums (422)."""

from typing import Any

from sandbox.paypal.amounts import CURRENCIES, minor, precise, well_formed
from sandbox.paypal.errors import Finding, PayPalError

_TOP = {"intent", "purchase_units", "payment_source", "payer", "application_context", "processing_instruction"}
_LENGTHS = {"reference_id": 256, "custom_id": 127, "invoice_id": 127, "description": 127, "soft_descriptor": 22}
_ITEM_LENGTHS = {"name": 127, "sku": 127, "description": 127}
_PARTS = ("item_total", "tax_total", "shipping", "handling", "insurance", "shipping_discount", "discount")
_NEGATIVE_PARTS = ("shipping_discount", "discount")


def check_order(body: Any) -> None:
    """Raise PayPalError for the first family of problems found in the body of "create order"."""
    findings = list(_form(body))
    if findings:
        raise PayPalError(400, findings)
    for index, unit in enumerate(body["purchase_units"]):
        findings += _unit_sums(unit, f"/purchase_units/{index}")
    findings += _across(body["purchase_units"])
    if findings:
        raise PayPalError(422, findings)


def check_money(amount: Any, pointer: str) -> list[Finding]:
    """Problems of form of one {currency_code, value}."""
    if not isinstance(amount, dict):
        return [Finding("MISSING_REQUIRED_PARAMETER", pointer)]
    found = []
    for name in ("currency_code", "value"):
        if amount.get(name) in (None, ""):
            found.append(Finding("MISSING_REQUIRED_PARAMETER", f"{pointer}/{name}"))
    if found:
        return found
    if not isinstance(amount["currency_code"], str) or len(amount["currency_code"]) != 3:
        found.append(Finding("INVALID_STRING_LENGTH", f"{pointer}/currency_code", str(amount["currency_code"])))
    if not well_formed(amount["value"]):
        found.append(Finding("INVALID_PARAMETER_SYNTAX", f"{pointer}/value", str(amount["value"])))
    return found


def _form(body: Any) -> list[Finding]:
    if not isinstance(body, dict):
        return [Finding("MALFORMED_REQUEST_JSON", "/")]
    found = [Finding("NOT_SUPPORTED", f"/{name}") for name in body if name not in _TOP]
    if "intent" not in body:
        found.append(Finding("MISSING_REQUIRED_PARAMETER", "/intent"))
    elif body["intent"] != "CAPTURE":
        found.append(Finding("INVALID_PARAMETER_VALUE", "/intent", str(body["intent"])))
    units = body.get("purchase_units")
    if not isinstance(units, list):
        return [*found, Finding("MISSING_REQUIRED_PARAMETER", "/purchase_units")]
    if not units:
        found.append(Finding("INVALID_ARRAY_MIN_ITEMS", "/purchase_units"))
    if len(units) > 10:
        found.append(Finding("INVALID_ARRAY_MAX_ITEMS", "/purchase_units"))
    for index, unit in enumerate(units):
        found += _unit_form(unit, f"/purchase_units/{index}")
    source = body.get("payment_source", {})
    if not isinstance(source, dict) or set(source) - {"paypal"}:
        found.append(Finding("NOT_SUPPORTED", "/payment_source"))
    return found + _addresses(body)


def _addresses(body: dict[str, Any]) -> list[Finding]:
    found = []
    context = experience(body)
    for name in ("return_url", "cancel_url"):
        address = context.get(name)
        if address is not None and not str(address).startswith(("http://", "https://")):
            found.append(Finding("INVALID_PARAMETER_SYNTAX", f"/experience_context/{name}", str(address)))
    return found


def experience(body: dict[str, Any]) -> dict[str, Any]:
    """The experience context, at today's place or (when absent) at the old one."""
    source = body.get("payment_source")
    paypal = source.get("paypal") if isinstance(source, dict) else None
    context = paypal.get("experience_context") if isinstance(paypal, dict) else None
    found = context or body.get("application_context") or {}
    return found if isinstance(found, dict) else {}


def _unit_form(unit: Any, at: str) -> list[Finding]:
    if not isinstance(unit, dict):
        return [Finding("INVALID_PARAMETER_SYNTAX", at)]
    found = _lengths(unit, _LENGTHS, at)
    amount = unit.get("amount")
    found += check_money(amount, f"{at}/amount")
    breakdown = amount.get("breakdown", {}) if isinstance(amount, dict) else {}
    items = unit.get("items", [])
    if not isinstance(breakdown, dict) or not isinstance(items, list):
        return [*found, Finding("INVALID_PARAMETER_SYNTAX", at)]
    for name, part in breakdown.items():
        pointer = f"{at}/amount/breakdown/{name}"
        found += check_money(part, pointer) if name in _PARTS else [Finding("NOT_SUPPORTED", pointer)]
    for index, item in enumerate(items):
        found += _item_form(item, f"{at}/items/{index}")
    return found


def _item_form(item: Any, at: str) -> list[Finding]:
    if not isinstance(item, dict):
        return [Finding("INVALID_PARAMETER_SYNTAX", at)]
    found = _lengths(item, _ITEM_LENGTHS, at)
    found += [
        Finding("MISSING_REQUIRED_PARAMETER", f"{at}/{name}")
        for name in ("name", "quantity", "unit_amount")
        if name not in item
    ]
    quantity = item.get("quantity", "1")
    if not isinstance(quantity, str) or not quantity.isdecimal() or quantity.startswith("0"):
        found.append(Finding("INVALID_PARAMETER_SYNTAX", f"{at}/quantity", str(quantity)))
    elif len(quantity) > 10:
        found.append(Finding("INVALID_STRING_LENGTH", f"{at}/quantity", quantity))
    for name in ("unit_amount", "tax"):
        if name in item:
            found += check_money(item[name], f"{at}/{name}")
    return found


def _lengths(holder: dict[str, Any], limits: dict[str, int], at: str) -> list[Finding]:
    found = []
    for name, limit in limits.items():
        if name in holder:
            text = holder[name]
            if not isinstance(text, str):
                found.append(Finding("INVALID_PARAMETER_SYNTAX", f"{at}/{name}"))
            elif not 1 <= len(text) <= limit:
                found.append(Finding("INVALID_STRING_LENGTH", f"{at}/{name}", text[:200]))
    return found


def _moneys(unit: dict[str, Any], at: str) -> list[tuple[str, dict[str, str]]]:
    amount = unit["amount"]
    found = [(f"{at}/amount", amount)]
    found += [(f"{at}/amount/breakdown/{name}", part) for name, part in amount.get("breakdown", {}).items()]
    for index, item in enumerate(unit.get("items") or []):
        found += [(f"{at}/items/{index}/{name}", item[name]) for name in ("unit_amount", "tax") if name in item]
    return found


def _unit_sums(unit: dict[str, Any], at: str) -> list[Finding]:
    currency = unit["amount"]["currency_code"]
    if currency not in CURRENCIES:
        return [Finding("INVALID_CURRENCY_CODE", f"{at}/amount/currency_code", currency)]
    found = []
    for pointer, amount in _moneys(unit, at):
        if amount["currency_code"] != currency:
            found.append(Finding("MULTI_CURRENCY_ORDER", f"{pointer}/currency_code", amount["currency_code"]))
        elif not precise(amount["value"], currency):
            found.append(Finding("DECIMAL_PRECISION", f"{pointer}/value", amount["value"]))
        elif amount["value"].startswith("-") and pointer != f"{at}/amount":
            found.append(Finding("CANNOT_BE_NEGATIVE", f"{pointer}/value", amount["value"]))
    if found:
        return found
    total = minor(unit["amount"]["value"], currency)
    if total <= 0:
        return [Finding("CANNOT_BE_ZERO_OR_NEGATIVE", f"{at}/amount/value", unit["amount"]["value"])]
    return _totals(unit, at, currency, total)


def _totals(unit: dict[str, Any], at: str, currency: str, total: int) -> list[Finding]:
    found = []
    parts = {k: minor(v["value"], currency) for k, v in unit["amount"].get("breakdown", {}).items()}
    items = unit.get("items") or []
    breakdown = f"{at}/amount/breakdown"
    if items:
        goods = sum(minor(i["unit_amount"]["value"], currency) * int(i["quantity"]) for i in items)
        if "item_total" not in parts:
            found.append(Finding("ITEM_TOTAL_REQUIRED", f"{breakdown}/item_total"))
        elif parts["item_total"] != goods:
            found.append(Finding("ITEM_TOTAL_MISMATCH", f"{breakdown}/item_total/value"))
    taxed = [i for i in items if "tax" in i]
    if taxed:
        tax = sum(minor(i["tax"]["value"], currency) * int(i["quantity"]) for i in taxed)
        if "tax_total" not in parts:
            found.append(Finding("TAX_TOTAL_REQUIRED", f"{breakdown}/tax_total"))
        elif parts["tax_total"] != tax:
            found.append(Finding("TAX_TOTAL_MISMATCH", f"{breakdown}/tax_total/value"))
    if parts and sum(-v if k in _NEGATIVE_PARTS else v for k, v in parts.items()) != total:
        found.append(Finding("AMOUNT_MISMATCH", f"{at}/amount/value", unit["amount"]["value"]))
    return found


def _across(units: list[dict[str, Any]]) -> list[Finding]:
    found = []
    names = [unit.get("reference_id", "default") for unit in units]
    if len(set(names)) != len(names):
        found.append(Finding("DUPLICATE_REFERENCE_ID", "/purchase_units"))
    if len({unit["amount"]["currency_code"] for unit in units}) > 1:
        found.append(Finding("MULTI_CURRENCY_ORDER", "/purchase_units"))
    return found
