"""Opens Debian's Chromium, headless and without calls home."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

FLAGS = (
    "--no-sandbox",  # root, as in containers, cannot have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the path of the browser that this machine has."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def page(chromium: str) -> Iterator[Any]:
    """Open an empty page, which waits up to half a minute for what it is asked for."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS), headless=True)
        try:
            opened = browser.new_page(viewport={"width": 1400, "height": 900}, locale="en-US")
            opened.set_default_timeout(30_000)
            yield opened
        finally:
            browser.close()
