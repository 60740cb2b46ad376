"""Our GraphQL documents. A contract test validates each against the official schema, without deprecated fields.

Page sizes keep every document under the 1,000 points one request may cost
(https://shopify.dev/docs/api/usage/limits); lists are thin, and each thing is then read by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SHOP: Final = """
query OrderlaneShop {
  shop { myshopifyDomain name currencyCode primaryDomain { host } plan { partnerDevelopment } }
  currentAppInstallation { accessScopes { handle } }
}
"""

CHANGED_ORDERS: Final = """
query OrderlaneChangedOrders($query: String!, $after: String) {
  orders(first: 100, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { id updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}
"""

_ORDER_LINE: Final = """
fragment OrderLine on LineItem {
  id title variantTitle sku currentQuantity unfulfilledQuantity requiresShipping isGiftCard
  discountedUnitPriceAfterAllDiscountsSet { shopMoney { amount currencyCode } }
  variant { id }
  image { url }
}
"""

_ADDRESS: Final = """
fragment OrderAddress on MailingAddress {
  name firstName lastName company address1 address2 city province provinceCode zip countryCodeV2 phone
}
"""

ORDER: Final = (
    """
query OrderlaneOrder($id: ID!) {
  order(id: $id) {
    id name createdAt processedAt updatedAt cancelledAt test displayFinancialStatus email phone sourceIdentifier tags
    customerLocale
    currentTotalPriceSet { shopMoney { amount currencyCode } }
    shippingAddress { ...OrderAddress }
    billingAddress { name firstName lastName }
    lineItems(first: 30) { nodes { ...OrderLine } pageInfo { hasNextPage endCursor } }
  }
}
"""
    + _ADDRESS
    + _ORDER_LINE
)

ORDER_LINES: Final = (
    """
query OrderlaneOrderLines($id: ID!, $after: String) {
  order(id: $id) {
    id updatedAt
    lineItems(first: 150, after: $after) { nodes { ...OrderLine } pageInfo { hasNextPage endCursor } }
  }
}
"""
    + _ORDER_LINE
)

_WORK: Final = """
fragment Work on FulfillmentOrder {
  id orderId status requestStatus
  assignedLocation { location { id } }
  merchantRequests(last: 1) { nodes { message sentAt } }
  lineItems(first: 40) {
    nodes { id remainingQuantity lineItem { id } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

ORDER_WORK: Final = (
    """
query OrderlaneOrderWork($id: ID!, $after: String) {
  order(id: $id) {
    id
    fulfillmentOrders(first: 8, after: $after) { nodes { ...Work } pageInfo { hasNextPage endCursor } }
  }
}
"""
    + _WORK
)

REQUESTED_WORK: Final = (
    """
query OrderlaneRequestedWork($status: FulfillmentOrderAssignmentStatus!, $after: String) {
  assignedFulfillmentOrders(first: 8, after: $after, assignmentStatus: $status) {
    nodes { ...Work }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _WORK
)

ACCEPTED_WORK: Final = """
query OrderlaneAcceptedWork($after: String) {
  assignedFulfillmentOrders(first: 100, after: $after, assignmentStatus: FULFILLMENT_ACCEPTED) {
    nodes { id orderId status requestStatus }
    pageInfo { hasNextPage endCursor }
  }
}
"""

WORK_LINES: Final = """
query OrderlaneWorkLines($id: ID!, $after: String) {
  fulfillmentOrder(id: $id) {
    id
    lineItems(first: 250, after: $after) {
      nodes { id remainingQuantity lineItem { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

ACCEPT_WORK: Final = """
mutation OrderlaneAcceptWork($id: ID!, $message: String) {
  fulfillmentOrderAcceptFulfillmentRequest(id: $id, message: $message) {
    fulfillmentOrder { id status requestStatus }
    userErrors { field message }
  }
}
"""

REJECT_WORK_UNPAID: Final = """
mutation OrderlaneRejectWorkUnpaid($id: ID!, $message: String) {
  fulfillmentOrderRejectFulfillmentRequest(id: $id, message: $message, reason: PAYMENT_DECLINED) {
    fulfillmentOrder { id status requestStatus }
    userErrors { field message }
  }
}
"""

ACCEPT_CANCELLATION: Final = """
mutation OrderlaneAcceptCancellation($id: ID!, $message: String) {
  fulfillmentOrderAcceptCancellationRequest(id: $id, message: $message) {
    fulfillmentOrder { id status requestStatus }
    userErrors { field message }
  }
}
"""

REJECT_CANCELLATION: Final = """
mutation OrderlaneRejectCancellation($id: ID!, $message: String) {
  fulfillmentOrderRejectCancellationRequest(id: $id, message: $message) {
    fulfillmentOrder { id status requestStatus }
    userErrors { field message }
  }
}
"""

ORDER_FULFILLMENTS: Final = """
query OrderlaneOrderFulfillments($id: ID!) {
  order(id: $id) { id fulfillments(first: 250) { id } }
}
"""

FULFILLMENT: Final = """
query OrderlaneFulfillment($id: ID!, $after: String) {
  fulfillment(id: $id) {
    id status createdAt updatedAt
    trackingInfo(first: 20) { company number url }
    fulfillmentLineItems(first: 100, after: $after) {
      nodes { quantity lineItem { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

CREATE_FULFILLMENT: Final = """
mutation OrderlaneCreateFulfillment($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status }
    userErrors { field message }
  }
}
"""

UPDATE_TRACKING: Final = """
mutation OrderlaneUpdateTracking($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean!) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) {
    fulfillment { id }
    userErrors { field message }
  }
}
"""

CANCEL_FULFILLMENT: Final = """
mutation OrderlaneCancelFulfillment($id: ID!) {
  fulfillmentCancel(id: $id) {
    fulfillment { id }
    userErrors { field message }
  }
}
"""

SUBSCRIPTIONS: Final = """
query OrderlaneSubscriptions($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes { id topic uri }
    pageInfo { hasNextPage endCursor }
  }
}
"""

SUBSCRIBE: Final = """
mutation OrderlaneSubscribe($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: {uri: $uri, format: JSON}) {
    webhookSubscription { id }
    userErrors { field message }
  }
}
"""

UNSUBSCRIBE: Final = """
mutation OrderlaneUnsubscribe($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId
    userErrors { field message }
  }
}
"""

FULFILLMENT_SERVICES: Final = """
query OrderlaneFulfillmentServices {
  shop { fulfillmentServices { id callbackUrl serviceName location { id name } } }
}
"""

# Tracking and stock are pushed by us, so neither is fetched from us: those callbacks could not be verified.
CREATE_FULFILLMENT_SERVICE: Final = """
mutation OrderlaneCreateFulfillmentService($name: String!, $callback: URL!) {
  fulfillmentServiceCreate(
    name: $name, callbackUrl: $callback
    trackingSupport: false, inventoryManagement: false, requiresShippingMethod: true
  ) {
    fulfillmentService { id }
    userErrors { field message }
  }
}
"""

DELETE_FULFILLMENT_SERVICE: Final = """
mutation OrderlaneDeleteFulfillmentService($id: ID!) {
  fulfillmentServiceDelete(id: $id, inventoryAction: DELETE) {
    deletedId
    userErrors { field message }
  }
}
"""

CREATE_ORDER: Final = """
mutation OrderlaneCreateOrder($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput!) {
  orderCreate(order: $order, options: $options) {
    order { id name cancelledAt }
    userErrors { field message code }
  }
}
"""

FIND_PLACED_ORDERS: Final = """
query OrderlaneFindPlacedOrders($query: String!) {
  orders(first: 20, query: $query, sortKey: CREATED_AT, reverse: true) {
    nodes { id name createdAt cancelledAt sourceIdentifier tags }
    pageInfo { hasNextPage endCursor }
  }
}
"""

PLACED_ORDER: Final = """
query OrderlanePlacedOrder($id: ID!, $after: String) {
  order(id: $id) {
    id name updatedAt cancelledAt
    fulfillments(first: 250) { id }
    lineItems(first: 100, after: $after) {
      nodes { id customAttributes { key value } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

GOODS: Final = """
query OrderlaneGoods($after: String) {
  shop { currencyCode }
  productVariants(first: 100, after: $after) {
    nodes {
      id sku title barcode price inventoryQuantity inventoryPolicy
      inventoryItem { tracked }
      product { title onlineStoreUrl featuredMedia { preview { image { url } } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""

# What a document asks for at most, in points, as the contract test estimates it; the shop's own count comes with
# each answer.
COSTS: Final[Mapping[str, float]] = {
    SHOP: 5,
    CHANGED_ORDERS: 102,
    ORDER: 157,
    ORDER_LINES: 753,
    ORDER_WORK: 691,
    REQUESTED_WORK: 690,
    ACCEPTED_WORK: 102,
    WORK_LINES: 503,
    ACCEPT_WORK: 13,
    REJECT_WORK_UNPAID: 13,
    ACCEPT_CANCELLATION: 13,
    REJECT_CANCELLATION: 13,
    ORDER_FULFILLMENTS: 253,
    FULFILLMENT: 225,
    CREATE_FULFILLMENT: 13,
    UPDATE_TRACKING: 13,
    CANCEL_FULFILLMENT: 13,
    SUBSCRIPTIONS: 102,
    SUBSCRIBE: 13,
    UNSUBSCRIBE: 12,
    FULFILLMENT_SERVICES: 3,
    CREATE_FULFILLMENT_SERVICE: 13,
    DELETE_FULFILLMENT_SERVICE: 12,
    CREATE_ORDER: 13,
    FIND_PLACED_ORDERS: 22,
    PLACED_ORDER: 455,
    GOODS: 603,
}
