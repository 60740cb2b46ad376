"""Hooks of one store: made by API clients, signed with their client's secret, switched off after eleven retries."""

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from sandbox.bigcommerce.model import Grant, Hook, Refused
from sandbox.core.webhooks import Delivery

if TYPE_CHECKING:
    from sandbox.bigcommerce.store import Store

# https://docs.bigcommerce.com/developer/docs/integrations/webhooks (callback retry mechanism): 48 hours in all.
RETRY_GAPS = (60.0, 180.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 21600.0, 50400.0, 86400.0)
MOST_PER_SCOPE = 10


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The value of webhook-signature, as Standard Webhooks has it."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


class Hooks:
    """Hooks and deliveries of one store."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self.rows: dict[int, Hook] = {}

    def of(self, client_id: str) -> list[Hook]:
        """A client sees only what it made."""
        return [hook for hook in self.rows.values() if hook.client_id == client_id]

    def make(self, grant: Grant, body: dict[str, Any]) -> Hook:
        """Make a hook for a client."""
        scope, destination = body.get("scope"), body.get("destination")
        if not isinstance(scope, str) or not scope.startswith("store/"):
            raise Refused("The scope is not valid.", 422)
        _check_destination(destination)
        same = [hook for hook in self.of(grant.client_id) if hook.scope == scope]
        if any(hook.destination == destination for hook in same):
            raise Refused("A webhook with this scope and destination already exists.", 409)
        if len(same) >= MOST_PER_SCOPE:
            raise Refused("The limit of ten webhooks for one scope is reached.", 422)
        now = self._store.now()
        hook = Hook(
            self._store.new_id("hook", 20_000_000),
            grant.client_id,
            scope,
            str(destination),
            dict(body.get("headers") or {}),
            now,
            now,
            body.get("is_active") is not False,
        )
        self.rows[hook.id] = hook
        self._store.write("subscription.created", subscription_id=str(hook.id), topic=scope, uri=hook.destination)
        return hook

    def change(self, hook: Hook, body: dict[str, Any]) -> None:
        """Change what is given."""
        if "destination" in body:
            _check_destination(body["destination"])
            hook.destination = str(body["destination"])
        hook.scope = str(body.get("scope", hook.scope))
        hook.headers = dict(body.get("headers") or hook.headers)
        hook.is_active = bool(body.get("is_active", hook.is_active))
        hook.updated_at = self._store.now()
        self._store.write("subscription.changed", subscription_id=str(hook.id), topic=hook.scope, active=hook.is_active)

    def remove(self, hook: Hook, why: str) -> None:
        """Delete a hook."""
        if self.rows.pop(hook.id, None):
            self._store.write("subscription.removed", subscription_id=str(hook.id), topic=hook.scope, why=why)

    def switch_off(self, hook: Hook) -> None:
        """Eleven retries failed: the hook stays, inactive."""
        hook.is_active = False
        self._store.write("subscription.deactivated", subscription_id=str(hook.id), topic=hook.scope)

    def switch_all_off(self) -> None:
        """Every hook stays, inactive, as after too many failures."""
        for hook in self.rows.values():
            self.switch_off(hook)

    def emit(self, scope: str, told: dict[str, Any], last: bool = False) -> None:
        """Tell whoever asked; `last` deliveries go on although the hook disappears."""
        if not self._store.world.settings.webhooks:
            return
        for hook in list(self.rows.values()):
            if hook.is_active and (hook.scope == scope or _covers(hook.scope, scope)):
                self._send(hook, scope, told, last)

    def _send(self, hook: Hook, scope: str, told: dict[str, Any], last: bool) -> None:
        store = self._store
        grant = next(grant for grant in store.grants.values() if grant.client_id == hook.client_id)
        message_id = f"msg_{store.world.ids.code('bigcommerce:message', 27)}"
        payload = {
            "scope": scope,
            "store_id": store.store_id,
            "data": told,
            # A checksum of the payload's data alone: the next change of the same order has the same.
            "hash": hashlib.sha1(json.dumps(told).encode(), usedforsecurity=False).hexdigest(),
            "created_at": int(store.now().timestamp()),
            "producer": f"stores/{store.external_id}",
        }

        def headers(body: bytes) -> dict[str, str]:
            timestamp = str(int(store.world.clock.now().timestamp()))
            return {
                "Content-Type": "application/json",
                "User-Agent": "akka-http/10.0.10",
                "webhook-id": message_id,
                "webhook-timestamp": timestamp,
                "webhook-signature": sign(grant.client_secret, message_id, timestamp, body),
                **hook.headers,
            }

        store.world.webhooks.send(
            Delivery(
                store.system,
                scope,
                hook.destination,
                json.dumps(payload, separators=(",", ":")).encode(),
                headers,
                RETRY_GAPS,
                facts={"webhook_id": message_id, "hook_id": str(hook.id), "resource_id": str(told.get("id", ""))},
                on_give_up=lambda: self.switch_off(hook),
                still_wanted=lambda: last or (hook.id in self.rows and hook.is_active),
            )
        )


def _covers(wanted: str, scope: str) -> bool:
    return wanted.endswith("/*") and scope.startswith(wanted[:-1])


def _check_destination(destination: Any) -> None:
    # BigCommerce insists on https and port 443; the sandbox lives on loopback, where there is neither.
    if not isinstance(destination, str) or not destination.startswith(
        ("https://", "http://127.0.0.1", "http://localhost")
    ):
        raise Refused("The destination must be an HTTPS address.", 422)
