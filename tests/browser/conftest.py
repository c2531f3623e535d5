"""Chromium on the app with the tiny models; every page must keep its console clean and stay on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from absent import absent
from playwright.sync_api import Browser, Page, sync_playwright

from lesionlab.data.prepared import PreparedData
from lesionlab.web.config import WebConfig
from lesionlab.web.server import running

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.is_file():
        reason = f"Chromium is not at {CHROMIUM} (apt-get install chromium)"
        absent(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(tiny_generator: Path, tiny_classifier: Path) -> Iterator[str]:
    """Where the app with the tiny models is served."""
    with running(WebConfig(tiny_generator, tiny_classifier)) as address:
        yield address


@pytest.fixture
def data_at_hand(tiny_data: PreparedData, monkeypatch: pytest.MonkeyPatch) -> PreparedData:
    """The drawn lesions that the tiny models learned from, prepared in the home folder."""
    monkeypatch.setenv("LESIONLAB_HOME", str(tiny_data.folder.parent.parent))
    return tiny_data


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Open a page of the app in a fresh browser window; keywords are those of Playwright's contexts."""
    with ExitStack() as stack:
        problems: list[str] = []
        requests: list[str] = []

        def open_page(path: str, expected_errors: bool = False, **settings: Any) -> Page:
            context = browser.new_context(base_url=address, **settings)
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(120_000)
            page.on("request", lambda request: requests.append(request.url))
            page.on("pageerror", lambda error: problems.append(str(error)))
            if not expected_errors:
                page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
            page.goto(path)
            return page

        yield open_page
        assert problems == []
        assert [url for url in requests if not url.startswith((address, "data:"))] == []
