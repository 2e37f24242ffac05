"""The Chromium that is installed, driven by Playwright; without either a test is skipped, and says so.

One browser is shared by all tests of a session: Playwright's blocking interface runs once in a process.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

LIGHT = ("chromium-headless-shell", "chrome-headless-shell")
"""Chromium without the browser around the page: the same engine for less than half the processor time."""
NAMES = (*LIGHT, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_A_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_running: list = []


def running():
    """The session's browser, started where it is not yet; `stop` ends it."""
    if not _running:
        sync = pytest.importorskip("playwright.sync_api", reason="needs playwright: ./install.sh --dev")
        named = next(filter(None, map(shutil.which, NAMES)), None)
        binary = named or next((place for place in ON_A_MAC if Path(place).exists()), None)
        if binary is None:
            pytest.skip(f"needs a Chromium on the PATH, one of {', '.join(NAMES)}")
        # As root, as in containers, Chromium starts only without its own sandbox.
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        playwright = sync.sync_playwright().start()
        _running.append(playwright)
        _running.append(
            playwright.chromium.launch(
                executable_path=binary,
                args=[*flags, "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
            )
        )
    return _running[1]


def stop():
    """End the browser, where one was started."""
    if _running:
        playwright, *browsers = _running
        for browser in browsers:
            browser.close()
        playwright.stop()
        _running.clear()


@contextmanager
def page(width=1400, height=900, *, dark=False):
    """A page of a fresh profile; an exception in the page's scripts fails the test when the block ends."""
    errors = []
    context = running().new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    found = context.new_page()
    found.on("pageerror", lambda error: errors.append(str(error)))
    found.set_default_timeout(60_000)  # on a busy machine, loading a page has taken more than 15 s
    try:
        yield found
    finally:
        context.close()
    assert errors == []


@contextmanager
def opened(address, *, width=1440, height=900, scheme="light"):
    """The report at an address; `page.wrong` collects console errors, `page.asked` what it loaded besides."""
    with page(width, height, dark=scheme == "dark") as found:
        found.wrong, found.asked = [], []
        found.on("console", lambda message: message.type == "error" and found.wrong.append(message.text))
        found.on("request", lambda request: request.url != address and found.asked.append(request.url))
        found.goto(address)
        found.wait_for_selector("html[data-ready]", state="attached")
        yield found


def sideways(found) -> int:
    """Pixels that the page is wider than its window."""
    return found.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def until(found, expression, seconds=10.0) -> None:
    """Wait until an expression is true in the page; its policy forbids Playwright's own way."""
    for _ in range(int(seconds * 20)):
        if found.evaluate(expression):
            return
        found.wait_for_timeout(50)
    raise AssertionError(f"never came true: {expression}")
