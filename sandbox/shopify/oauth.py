"""The authorization code grant: the consent page, and the exchange of codes and refresh tokens.

https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
"""

import hashlib
import hmac
import json
from base64 import b64encode
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.core.world import World
from sandbox.shopify.store import Store


class OAuth:
    """Installing the app in a store, and its tokens."""

    def __init__(self, world: World, stores: dict[str, Store]) -> None:
        self._world = world
        self._stores = stores

    def routes(self) -> list[Route]:
        """Addresses below `/shopify`."""
        return [
            Route("/{domain}/admin/oauth/authorize", self.consent, methods=["GET", "POST"]),
            Route("/{domain}/admin/oauth/access_token", self.access_token, methods=["POST"]),
        ]

    async def consent(self, request: Request) -> Response:
        """Ask the merchant; POST is the press on *Install app*."""
        store = self._stores.get(request.path_params["domain"])
        if store is None:
            return self._world.pages.show("shopify/lost.html", 404)
        asked = dict(request.query_params)
        problem = _problem(store, asked)
        scopes = tuple(scope.strip() for scope in asked.get("scope", "").split(",") if scope.strip())
        if problem or request.method == "GET":
            status = 400 if problem else 200
            return self._world.pages.show(
                "shopify/consent.html",
                status=status,
                store=store,
                scopes=scopes,
                problem=problem,
                here=str(request.url.path) + "?" + str(request.url.query),
            )
        answer = {
            "code": store.tokens.new_code(scopes),
            "host": b64encode(f"admin.shopify.com/store/{store.domain.split('.')[0]}".encode()).decode().rstrip("="),
            "shop": store.domain,
            "state": asked.get("state", ""),
            "timestamp": str(int(self._world.clock.now().timestamp())),
        }
        answer["hmac"] = sign_query(store.secret, answer)
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 303)

    async def access_token(self, request: Request) -> Response:
        """Exchange a code, or renew with a refresh token."""
        store = self._stores.get(request.path_params["domain"])
        if store is None:
            return JSONResponse({"errors": "Not Found"}, 404)
        given = await _given(request)

        async def work() -> Response:
            return _exchange(store, given)

        return await self._world.answer(store.system, ("access_token",), work)


def sign_query(secret: str, query: dict[str, str]) -> str:
    """The `hmac` of a query that the store sends a browser back with."""
    return hmac.new(secret.encode(), urlencode(sorted(query.items())).encode(), hashlib.sha256).hexdigest()


def _problem(store: Store, asked: dict[str, str]) -> str:
    if asked.get("client_id") != store.seed["client_id"]:
        return "There is no app with this client id."
    if not asked.get("redirect_uri", "").startswith(("https://", "http://127.0.0.1", "http://localhost")):
        return "The redirect_uri is not whitelisted."
    return ""


def _exchange(store: Store, given: dict[str, str]) -> Response:
    if given.get("client_id") != store.seed["client_id"] or given.get("client_secret") != store.secret:
        return _refused(401, "invalid_client")
    if given.get("grant_type") == "refresh_token":
        answer = store.tokens.refresh(given.get("refresh_token", ""))
        return JSONResponse(answer) if answer else _refused(400, "invalid_grant")
    answer = store.tokens.exchange(given.get("code", ""), given.get("expiring") == "1")
    return JSONResponse(answer) if answer else _refused(400, "invalid_request")


def _refused(status: int, error: str) -> Response:
    return JSONResponse({"error": error, "error_description": error.replace("_", " ")}, status)


async def _given(request: Request) -> dict[str, str]:
    """The fields of a form or of a JSON body; both are taken."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = json.loads(await request.body())
        except ValueError:
            return {}
        return {key: str(value) for key, value in body.items()} if isinstance(body, dict) else {}
    return {key: str(value) for key, value in (await request.form()).items()}
