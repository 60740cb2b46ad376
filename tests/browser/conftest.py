"""One demonstration and one browser for all browser tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.demo_tree import Demo, running_demo
from tests.browser.story import Told, live_the_story
from tests.browser.watching import SECONDS

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The running product with its sandbox."""
    # The database's socket lies in there, and the path of a socket may have about a hundred characters.
    with running_demo(Path(tmp_path_factory.mktemp("demo"))) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Its own sandbox needs rights that a container seldom gives."""
    path = next((found for found in map(which, _NAMES) if found), None)
    assert path, "the browser tests need Chromium: see bin/need-chromium"
    arguments = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def stories(demo: Demo, browser: Browser) -> dict[str, Told]:
    """The story, lived once in each language."""
    return {language: live_the_story(demo, browser, language) for language in ("fr", "en")}
