"""The REST API's door: tokens and API keys, permissions, the rate limit, errors in Wix's shape."""

import json
from collections import defaultdict, deque
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.core.world import World
from sandbox.wix.app import TOKEN_SECONDS, WixApp
from sandbox.wix.calls import CALLS, Work
from sandbox.wix.model import Refused
from sandbox.wix.store import Store

CALLS_PER_MINUTE = 200


class RestApi:
    """Answers the calls of the app, and of whoever has a site's API key."""

    def __init__(self, world: World, app: WixApp, stores: dict[str, Store]) -> None:
        self._world = world
        self._app = app
        self._stores = stores
        self._called: defaultdict[str, deque[float]] = defaultdict(deque)

    def reset(self) -> None:
        """Forget how often anybody called."""
        self._called.clear()

    def routes(self) -> list[Route]:
        """The addresses of the API, below `/wix`."""
        made = [self._route(*call) for call in CALLS]
        return [*made, Route("/oauth2/token", self.token, methods=["POST"], name="createAccessToken")]

    def _route(self, method: str, path: str, name: str, permission: str, work: Work) -> Route:
        async def answer(request: Request) -> Response:
            store = self._caller(request)
            if store is None:
                return wix_error(401, "UNAUTHENTICATED")
            body = await _body(request)
            if body is None:
                return wix_error(400, "the body is not a JSON object")

            async def done() -> Response:
                if self._caller(request) is not store:  # removed while the call was on its way
                    return wix_error(401, "UNAUTHENTICATED")
                return self._done(store, permission, dict(request.path_params), body, name, work)

            return await self._world.answer(store.system, name, done, wix_error)

        return Route(path, answer, methods=[method], name=name)

    def _done(
        self, store: Store, permission: str, ids: dict[str, str], body: dict[str, Any], name: str, work: Work
    ) -> Response:
        if not self._within_limit(store):
            self._world.limits.refuse(store.system)
            store.write("call.throttled", operation=name)
            return wix_error(429)
        self._world.limits.spend(store.system)
        if permission not in store.scopes:
            store.write("call.denied", reason=f"{name} needs {permission}")
            return wix_error(403, "PERMISSION_DENIED")
        try:
            return JSONResponse(work(store, ids, body))
        except Refused as refused:
            store.write("call.refused", operation=name, code=refused.code, message=refused.message)
            return wix_error(refused.status, refused.code, refused.message)

    def _caller(self, request: Request) -> Store | None:
        """Whose call this is: an app token names the instance, an API key comes with a site."""
        given = request.headers.get("authorization", "")
        site_id = request.headers.get("wix-site-id", "")
        for store in self._stores.values():
            if given == store.seed["api_key"] and site_id == store.site_id:
                return store
        installed = self._stores.get(self._app.instance_of(given)) if given else None
        return installed if installed and installed.installed else None

    def _within_limit(self, store: Store) -> bool:
        if not self._world.limits.on:
            return True
        called, now = self._called[store.instance_id], self._world.limits.now()
        while called and called[0] <= now - 60:
            called.popleft()
        if len(called) >= CALLS_PER_MINUTE:
            return False
        called.append(now)
        return True

    async def token(self, request: Request) -> Response:
        """A token for one instance, for whoever knows the app's secret."""
        body = await _body(request) or {}
        store = self._stores.get(str(body.get("instance_id") or ""))
        system = store.system if store else "wix"

        async def granted() -> Response:
            if body.get("grant_type") != "client_credentials":
                return _token_error("unsupported_grant_type")
            if body.get("client_id") != self._app.client_id or body.get("client_secret") != self._app.secret:
                return _token_error("invalid_client")
            if store is None or not store.installed:
                return _token_error("invalid_request")
            token = self._app.grant(store.instance_id)
            store.write("token.granted")
            return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})

        return await self._world.answer(system, "createAccessToken", granted, wix_error)


def wix_error(status: int, code: str = "", message: str = "") -> Response:
    """An error body in Wix's shape."""
    words = {401: "Unauthenticated", 403: "Permission denied", 429: "Too many requests", 500: "Internal error"}
    details = {"applicationError": {"code": code, "description": message or code}} if code else {}
    return JSONResponse({"message": message or words.get(status, code), "details": details}, status)


def _token_error(code: str) -> Response:
    return JSONResponse({"error": code, "error_description": code.replace("_", " ")}, 400)


async def _body(request: Request) -> dict[str, Any] | None:
    raw = await request.body()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
