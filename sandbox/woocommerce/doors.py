"""The shop's doors for people and tests; what WooCommerce adds to those that all stores have."""

from typing import ClassVar

from starlette.requests import Request

from sandbox.core.doors import StoreDoors, scopes_in, set_stock
from sandbox.core.shopping import Body, purchase, ready_made_cart
from sandbox.woocommerce import actions
from sandbox.woocommerce.model import KEYS, STATUSES, Order, Way
from sandbox.woocommerce.store import Store
from sandbox.woocommerce.texts import words

_PERMISSIONS = {("read",): "read", ("write",): "write", ("read", "write"): "read_write"}


def _scopes(store: Store, body: Body) -> None:
    """What the keys may do: `read`, `write`, or both."""
    store.permissions = _PERMISSIONS[tuple(sorted(scopes_in(body)))]


def _keys(store: Store, body: Body) -> None:
    """The owner revoked the keys and made new ones."""
    store.key, store.secret = str(body["consumer_key"]), str(body["consumer_secret"])


def _tracking(store: Store, body: Body) -> None:
    """Which of the three ways of showing parcels the shop has from now on."""
    store.way = Way(body["way"])


def _search(store: Store, body: Body) -> None:
    """Whether searches find anything: a shop can switch them off."""
    store.searches = bool(body["finds"])


class Doors(StoreDoors[Store, Order]):
    """Pages and JSON actions of all shops."""

    platform: ClassVar[str] = "woocommerce"
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
        "keys": _keys,
        "tracking": _tracking,
        "search": _search,
    }

    def webhooks(self, store: Store) -> list[Body]:
        """All webhooks of the shop."""
        return [
            {"id": str(hook.id), "topic": hook.topic, "uri": hook.delivery_url, "active": hook.status == "active"}
            for hook in store.hooks.rows.values()
        ]

    def words(self, request: Request) -> Body:
        """Every text, under one name."""
        return {"text": words(request)}

    def purchase(self, form: dict[str, str]) -> Body:
        """Cash on delivery is a way to pay here."""
        return {**purchase(form), "cod": form.get("paid") == "cod"}

    def front_values(self, store: Store, request: Request) -> Body:
        """A cart that somebody has filled already."""
        return {"cart": ready_made_cart(list(store.variants.values()), request.query_params.get("cart", ""))}

    def order_values(self, store: Store, order: Order) -> Body:
        """Parcels, carriers and statuses."""
        parcels = actions.describe(store, order)["fulfillments"]
        return {"parcels": parcels, "carriers": list(KEYS), "statuses": STATUSES}
