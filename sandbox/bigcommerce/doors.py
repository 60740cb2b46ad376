"""The store's doors for people and tests; what BigCommerce adds to those that all stores have."""

from typing import ClassVar

from starlette.requests import Request

from sandbox.bigcommerce import actions
from sandbox.bigcommerce.carriers import CARRIERS
from sandbox.bigcommerce.model import STATUSES, Order
from sandbox.bigcommerce.store import Store
from sandbox.bigcommerce.texts import words
from sandbox.core.doors import StoreDoors, scopes_in, set_stock
from sandbox.core.shopping import Body, purchase, ready_made_cart


def _scopes(store: Store, body: Body) -> None:
    for grant in store.grants.values():
        grant.scopes = scopes_in(body)


class Doors(StoreDoors[Store, Order]):
    """Pages and JSON actions of all stores."""

    platform: ClassVar[str] = "bigcommerce"
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
    }

    def webhooks(self, store: Store) -> list[Body]:
        """All hooks of the store, of whatever client."""
        return [
            {"id": str(hook.id), "topic": hook.scope, "uri": hook.destination, "active": hook.is_active}
            for hook in store.hooks.rows.values()
        ]

    def words(self, request: Request) -> Body:
        """Every text, under one name."""
        return {"text": words(request)}

    def purchase(self, form: dict[str, str]) -> Body:
        """A checkout may be abandoned, which makes an order all the same; paid unless it says otherwise."""
        paid = form.get("paid", "yes")
        return {**purchase(form), "paid": paid == "yes", "incomplete": paid == "abandoned"}

    def front_values(self, store: Store, request: Request) -> Body:
        """A cart that somebody has filled already."""
        return {"cart": ready_made_cart(list(store.variants.values()), request.query_params.get("cart", ""))}

    def list_values(self, store: Store) -> Body:
        """What the numbers of the statuses mean."""
        return {"statuses": STATUSES}

    def order_values(self, store: Store, order: Order) -> Body:
        """Carriers and statuses."""
        return {"carriers": list(CARRIERS), "statuses": STATUSES}
