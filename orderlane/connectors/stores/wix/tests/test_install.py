"""The install flow: where the browser is sent, and whom we believe when it comes back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from orderlane.connectors.stores.wix.install import WixInstall
from orderlane.connectors.stores.wix.tests.examples import INSTANCE, NOW, app
from orderlane.ports.installs import Installed, InstallRefused

BACK = "https://orderlane.example/stores/install/wix/done"


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(content: object, secret: str = "app-secret") -> str:
    written = encoded(json.dumps(content).encode())
    return f"{encoded(hmac.new(secret.encode(), written.encode(), hashlib.sha256).digest())}.{written}"


def instance(**changed: Any) -> dict[str, Any]:
    return {"instanceId": INSTANCE, "signDate": "2026-11-23T11:59:30.000Z", **changed}


def query(**changed: str) -> dict[str, str]:
    return {
        "appId": "app-id",
        "tenantId": "site",
        "instanceId": INSTANCE,
        "signedInstance": signed(instance()),
        **changed,
    }


def test_the_browser_goes_to_the_installer_and_comes_back_with_our_state() -> None:
    url = urlsplit(WixInstall(app()).authorize_url({}, "s t&ate", f"{BACK}?next=/x"))
    asked = parse_qs(url.query)
    assert (url.netloc, url.path, asked["appId"]) == ("www.wix.com", "/app-installer", ["app-id"])
    back = urlsplit(asked["postInstallationUrl"][0])
    assert f"https://{back.netloc}{back.path}" == BACK
    assert parse_qs(back.query) == {"next": ["/x"], "state": ["s t&ate"]}


def test_a_signed_instance_is_installed() -> None:
    installed = WixInstall(app()).finish(query(), BACK, NOW)
    assert installed == Installed(INSTANCE, {"instance_id": INSTANCE})
    only_signed = {"signedInstance": signed(instance(instanceId=INSTANCE.upper()))}
    assert WixInstall(app()).finish(only_signed, BACK, NOW).external_id == INSTANCE


@pytest.mark.parametrize(
    "changed",
    [
        # Anyone may write somebody else's instance into the address.
        {"signedInstance": ""},
        {"signedInstance": signed(instance(), "another-secret")},
        {"signedInstance": signed(instance(), "")},
        {"signedInstance": "." + signed(instance()).split(".")[1]},
        {"signedInstance": signed(instance()).split(".")[0] + "." + encoded(b"{}")},
        {"signedInstance": signed(instance()) + "."},
        {"signedInstance": signed([INSTANCE])},
        {"signedInstance": "§.§"},
        {"signedInstance": signed(instance(instanceId="7"))},
        {"signedInstance": signed(instance(instanceId=None))},
        {"signedInstance": signed(instance(signDate=None))},
        {"signedInstance": signed(instance(signDate="2026-11-23T11:29:00Z"))},
        {"signedInstance": signed(instance(signDate="2026-11-23T12:31:00Z"))},
        {"instanceId": INSTANCE.replace("a", "b")},
        {"appId": "another-app"},
    ],
)
def test_a_browser_with_anything_else_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(InstallRefused):
        WixInstall(app()).finish(query(**changed), BACK, NOW)


def test_without_a_secret_of_ours_nothing_is_believed() -> None:
    with pytest.raises(InstallRefused):
        WixInstall(app(client_secret="")).finish(query(signedInstance=signed(instance(), "")), BACK, NOW)


def test_a_signed_instance_ages() -> None:
    flow = WixInstall(app())
    assert flow.finish(query(), BACK, NOW + timedelta(minutes=29)).external_id == INSTANCE
    with pytest.raises(InstallRefused):
        flow.finish(query(), BACK, NOW + timedelta(minutes=31))
