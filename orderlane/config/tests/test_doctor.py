"""What the doctor says of the operator's own apps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orderlane.config import environment
from orderlane.config.doctor import check_apps
from orderlane.config.wiring import PLATFORMS


def test_the_addresses_to_register_at_each_platform_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERLANE_WIX_CLIENT_ID", "an-app")
    monkeypatch.delenv("ORDERLANE_BIGCOMMERCE_CLIENT_ID", raising=False)
    env = replace(environment.read(), base_url="https://orders.example")
    said = {finding.subject: f"{finding.fact} {finding.next_step}" for finding in check_apps(env)}
    assert set(said) == {f"{name} app" for name, wired in PLATFORMS.items() if wired.store.install_flow is not None}
    assert "https://orders.example/stores/install/bigcommerce/return" in said["bigcommerce app"]
    assert said["bigcommerce app"].startswith("none")
    assert said["wix app"].startswith("set")
    assert "https://orders.example/hooks/platforms/wix" in said["wix app"]
