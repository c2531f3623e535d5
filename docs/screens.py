"""Take the screenshots of the documents: the pages of the app, an audit of drawn lesions; write `docs/screenshots/`.

Run by `make docs-screens`; needs Chromium and the released models.
"""

from __future__ import annotations

import argparse
import os
import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from lesionlab.curate.audit import Lists, audit_prepared
from lesionlab.curate.audit_page import audit_page
from lesionlab.curate.audit_thumbnails import thumbnails
from lesionlab.data.prepare import prepare_procedural
from lesionlab.inference.catalogue import classifier_folder, generator_folder
from lesionlab.records.split import PARTS
from lesionlab.web.config import WebConfig
from lesionlab.web.server import running

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAGES = {
    "home": "",
    "generate": "generate?diagnosis=all&count=21&seed=1",
    "morph": "morph",
    "classify": "classify?synthetic=mel:19",
    "studies": "studies",
    "models": "models/classifier",
}
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 920}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 920}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 375, "height": 812}, "color_scheme": "light", "device_scale_factor": 2},
}
# Six bits a channel: a third smaller, and nobody sees it. A palette would turn skin into contour lines or dots.
LEVELS = [round(value / 255 * 63) * 255 // 63 for value in range(256)]
AUDIT_VIEWPORT = {"width": 1280, "height": 1700}
DRAWN_LESIONS = 700
TIMEOUT_MS = 300_000  # a busy machine is no reason to fail


def take(browser: Browser, address: str, folder: Path, whole: bool) -> None:
    """Write one file for each page and look."""
    for look, settings in LOOKS.items():
        page = browser.new_context(**settings).new_page()
        page.set_default_timeout(TIMEOUT_MS)
        for name, path in PAGES.items():
            page.goto(address + path, wait_until="networkidle")
            shoot(page, folder / f"{name}-{look}.png", whole)


def take_audit(browser: Browser, folder: Path) -> None:
    """Write the page of an audit of drawn lesions that were split by image."""
    page = browser.new_context(viewport=AUDIT_VIEWPORT, color_scheme="light").new_page()
    page.set_content(audit_of_drawings())
    shoot(page, folder / "audit-light.png", whole=False)


def audit_of_drawings() -> str:
    """Draw lesions, deal their images out by a seed, and return the audit's page."""
    with TemporaryDirectory() as home, patch.dict(os.environ, LESIONLAB_HOME=home):
        data = prepare_procedural("procedural", DRAWN_LESIONS, (96,), seed=0)
        dealt = random.Random(3)
        rows = [replace(row, part=dealt.choices(PARTS, (70, 15, 15))[0]) for row in data.split.rows]
        audit = audit_prepared(data, lists=Lists("by-image.csv", PARTS, tuple(rows)))
        return audit_page(audit, thumbnails(audit, data))


def shoot(page: Page, file: Path, whole: bool) -> None:
    """Write what a page shows, in fewer colours."""
    page.screenshot(path=file, full_page=whole)
    with Image.open(file) as image:
        smaller = image.convert("RGB").point(LEVELS * 3)
    smaller.save(file, optimize=True)


def main() -> None:
    """Read the options and take all screenshots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generator", type=Path, default=generator_folder())
    parser.add_argument("--classifier", type=Path, default=classifier_folder())
    parser.add_argument("--to", type=Path, default=Path(__file__).parent / "screenshots")
    parser.add_argument("--whole", action="store_true", help="whole pages instead of the first screen")
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    config = WebConfig(options.generator, options.classifier)
    # An empty home: where data is prepared, pages show real images, and none of them may get into the repository.
    with (
        TemporaryDirectory() as home,
        patch.dict(os.environ, LESIONLAB_HOME=home),
        running(config) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        take(browser, address, options.to, options.whole)
        take_audit(browser, options.to)
        browser.close()


if __name__ == "__main__":
    main()
