"""The store's doors for people and tests; what Shopify adds to those that all stores have."""

from typing import ClassVar

from starlette.requests import Request

from sandbox.core.doors import StoreDoors, scopes_in, set_stock
from sandbox.core.shopping import Body, ready_made_cart
from sandbox.shopify import actions
from sandbox.shopify.carriers import LINKS
from sandbox.shopify.model import Order
from sandbox.shopify.store import Store


def _scopes(store: Store, body: Body) -> None:
    store.scopes = scopes_in(body)


_DONE = {
    "buy": "Order placed.",
    "pay": "The order is paid.",
    "edit": "Changes saved.",
    "cancel": "The order is cancelled.",
    "refund": "Refunded.",
    "ship": "Shipped.",
    "track": "Tracking corrected.",
    "cancel_fulfillment": "The fulfillment is cancelled.",
    "request_fulfillment": "Fulfillment requested.",
    "request_cancellation": "Cancellation requested.",
}


class Doors(StoreDoors[Store, Order]):
    """Pages and JSON actions of all stores."""

    platform: ClassVar[str] = "shopify"
    erased_by: ClassVar[frozenset[str]] = frozenset({"delete"})
    buy = staticmethod(actions.buy)
    describe = staticmethod(actions.describe)
    default_address = staticmethod(actions.default_address)
    verbs = actions.VERBS
    store_verbs = {
        "rotate_secret": lambda store, body: store.rotate_secret(str(body["secret"])),
        "uninstall": lambda store, body: store.uninstall(),
        "switch_off_webhooks": lambda store, body: store.hooks.switch_all_off(),
        "stock": lambda store, body: set_stock(store.variant_by_sku(str(body.get("sku"))), body),
        "scopes": _scopes,
        "expire_tokens": lambda store, body: store.tokens.expire(),
    }

    def webhooks(self, store: Store) -> list[Body]:
        """The webhook subscriptions of the app in this store."""
        return [{"id": str(s.id), "topic": s.topic, "uri": s.uri} for s in store.hooks.subscriptions.values()]

    def front_values(self, store: Store, request: Request) -> Body:
        """A cart that somebody has filled already."""
        return {"cart": ready_made_cart(list(store.variants.values()), request.query_params.get("cart", ""))}

    def order_values(self, store: Store, order: Order) -> Body:
        """Carriers, what apps wrote on the order, and how each button says that it has done its work."""
        return {"carriers": list(LINKS), "attributes": dict(order.attributes), "done_words": _DONE}
