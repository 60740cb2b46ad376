"""Orders and fulfillments as Wix writes them in answers and events."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.wix.model import STORES_APP, Fulfillment, Line, Order, PostalAddress, Variant

_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


def written_time(at: datetime) -> str:
    """UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def price(amount: Decimal, currency: str) -> dict[str, str]:
    """A ``Price``: nothing at all is written as "0", as Wix does."""
    plain = f"{amount:.2f}" if amount else "0"
    return {"amount": plain, "formattedAmount": f"{_SIGNS.get(currency, '')}{amount:.2f}"}


def address_payload(address: PostalAddress) -> dict[str, Any]:
    """An ``AddressWithContact``; what is empty is left out."""
    postal = {
        "country": address.country_code,
        "subdivision": address.subdivision,
        "city": address.city,
        "postalCode": address.zip,
        "addressLine": address.address1,
        "addressLine2": address.address2,
    }
    contact = {
        "firstName": address.first_name,
        "lastName": address.last_name,
        "phone": address.phone,
        "company": address.company,
    }
    return {
        "address": {key: value for key, value in postal.items() if value},
        "contactDetails": {key: value for key, value in contact.items() if value},
    }


PICKUP_POINT = PostalAddress(
    company="Point relais Nord", address1="1 place de la Gare", city="Lille", zip="59000", country_code="FR"
)


def line_payload(order: Order, line: Line, base_url: str) -> dict[str, Any]:
    """One ``OrderLineItem``."""
    currency = order.currency
    written: dict[str, Any] = {
        "id": line.id,
        "productName": {"original": line.title, "translated": line.title},
        "quantity": line.quantity,
        "totalDiscount": price(line.discount, currency),
        "descriptionLines": [*_choices(line), *line.descriptions],
        "physicalProperties": {"sku": line.sku, "shippable": line.shippable},
        "itemType": {"preset": line.kind},
        "price": price(line.price, currency),
        "priceBeforeDiscounts": price(line.price, currency),
        "lineItemPrice": price(line.total, currency),
        "totalPriceBeforeTax": price(line.total, currency),
        "totalPriceAfterTax": price(line.total, currency),
        "paymentOption": "FULL_PAYMENT_ONLINE",
    }
    if line.refunded:
        written["refundQuantity"] = line.refunded
    if line.variant:
        written["catalogReference"] = {
            "appId": STORES_APP,
            "catalogItemId": line.variant.product_id,
            "options": {"variantId": line.variant.id},
        }
        address = f"{base_url}/pictures/{line.variant.picture}.svg"
        written["image"] = {"id": f"{line.variant.picture}.svg", "url": address, "height": 400, "width": 400}
    elif line.app:
        written["catalogReference"] = {"appId": line.app, "catalogItemId": line.id}
    return written


def _choices(line: Line) -> list[dict[str, Any]]:
    if not line.variant_title:
        return []
    told = {"original": line.variant_title, "translated": line.variant_title}
    return [{"name": {"original": "Option", "translated": "Option"}, "plainText": told, "lineType": "PLAIN_TEXT"}]


def order_payload(order: Order, base_url: str) -> dict[str, Any]:
    """An ``Order``."""
    currency = order.currency
    written: dict[str, Any] = {
        "id": order.id,
        "number": order.number,
        "createdDate": written_time(order.created_at),
        "updatedDate": written_time(order.updated_at),
        "lineItems": [line_payload(order, line, base_url) for line in order.lines],
        "buyerInfo": {"email": order.email} if order.email else {},
        "paymentStatus": order.payment_status,
        "fulfillmentStatus": order.fulfillment_status,
        "buyerLanguage": "fr",
        "weightUnit": "KG",
        "currency": currency,
        "taxIncludedInPrices": False,
        "siteLanguage": "fr",
        "priceSummary": {
            "subtotal": price(sum((line.price * line.quantity for line in order.lines), Decimal(0)), currency),
            "shipping": price(order.shipping, currency),
            "tax": price(order.tax, currency),
            "discount": price(sum((line.discount for line in order.lines), Decimal(0)), currency),
            "total": price(order.total, currency),
            "totalAdditionalFees": price(Decimal(0), currency),
        },
        "status": order.status,
        "archived": False,
        "activities": _activities(order),
        "attributionSource": "UNSPECIFIED",
        "channelInfo": {"type": order.channel},
        "balanceSummary": {
            "balance": price(order.outstanding, currency),
            "paid": price(order.paid, currency),
            "refunded": price(order.refunded, currency),
        },
        "imported": order.imported,
    }
    if order.note:
        written["buyerNote"] = order.note
    if order.source_identifier:
        written["channelInfo"]["externalOrderId"] = order.source_identifier
    if order.fields:
        written["customFields"] = [{"title": title, "value": value} for title, value in order.fields]
    if order.ship_to:
        written.update(_delivery(order, order.ship_to))
    return written


def _delivery(order: Order, ship_to: PostalAddress) -> dict[str, Any]:
    logistics: dict[str, Any] = {"shippingDestination": address_payload(ship_to)}
    if order.pickup:
        # The destination of a pick-up order is the pick-up point.
        point = address_payload(PICKUP_POINT)
        logistics = {
            "shippingDestination": point,
            "pickupDetails": {"address": point["address"], "pickupMethod": "PICKUP_POINT"},
        }
    return {
        "billingInfo": address_payload(ship_to),
        "recipientInfo": address_payload(ship_to),
        "shippingInfo": {
            "title": "Retrait en point relais" if order.pickup else "Livraison standard",
            "code": "std",
            "logistics": logistics,
            "cost": {"price": price(order.shipping, order.currency)},
        },
    }


def _activities(order: Order) -> list[dict[str, Any]]:
    happened = [("ORDER_PLACED", order.created_at)]
    if order.canceled_at:
        happened.append(("ORDER_CANCELED", order.canceled_at))
    return [{"createdDate": written_time(at), "type": kind, "activityType": kind} for kind, at in happened]


def fulfillment_payload(fulfillment: Fulfillment) -> dict[str, Any]:
    """A ``Fulfillment``."""
    tracking = {
        "trackingNumber": fulfillment.tracking.number,
        "shippingProvider": fulfillment.tracking.provider,
        "trackingLink": fulfillment.tracking.link,
    }
    return {
        "id": fulfillment.id,
        "createdDate": written_time(fulfillment.created_at),
        "lineItems": [{"id": line_id, "quantity": count} for line_id, count in fulfillment.pieces.items()],
        "trackingInfo": {key: value for key, value in tracking.items() if value},
    }


def fulfillments_payload(order: Order) -> dict[str, Any]:
    """An ``OrderWithFulfillments``."""
    return {"orderId": order.id, "fulfillments": [fulfillment_payload(one) for one in order.fulfillments]}


def transactions_payload(order: Order) -> dict[str, Any]:
    """An ``OrderTransactions``."""
    payments = [
        {
            "id": payment.id,
            "createdDate": written_time(payment.created_at),
            "amount": price(payment.amount, order.currency),
            "status": "APPROVED",
            "regularPaymentDetails": {
                "offlinePayment": True,
                "status": "APPROVED",
                **({"providerTransactionId": payment.transaction} if payment.transaction else {}),
            },
        }
        for payment in order.payments
    ]
    return {"orderId": order.id, "payments": payments, "refunds": []}


def variant_payload(variant: Variant, currency: str) -> dict[str, Any]:
    """One row of Catalog V3's read-only variants."""
    names = {"optionName": "Option", "choiceName": variant.name, "renderType": "TEXT_CHOICES"}
    return {
        "variantId": variant.id,
        "visible": True,
        "sku": variant.sku,
        "barcode": variant.barcode,
        "optionChoices": [{"optionChoiceNames": names}],
        "price": {"actualPrice": price(variant.price, currency)},
        "inventoryStatus": {"inStock": variant.stock > 0, "preorderEnabled": False},
        "productData": {
            "productId": variant.product_id,
            "name": variant.title,
            "productType": "PHYSICAL",
            "visible": True,
            "currency": currency,
        },
    }


def inventory_payload(variant: Variant) -> dict[str, Any]:
    """One ``InventoryItem``, at the site's only location."""
    return {
        "productId": variant.product_id,
        "variantId": variant.id,
        "trackQuantity": True,
        "quantity": variant.stock,
        "inStock": variant.stock > 0,
    }
