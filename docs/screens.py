"""Take the screenshots of the README: start the app, visit its pages, write `docs/screenshots/*.png`.

Run by `make docs-screens`; needs Chromium and the released models.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from lesionlab.inference.catalogue import classifier_folder, generator_folder
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
    "classify": "classify?synthetic=mel:19",
    "models": "models/classifier",
}
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 920}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 920}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 375, "height": 812}, "color_scheme": "light", "device_scale_factor": 2},
}
# Six bits a channel: a third smaller, and nobody sees it. A palette would turn skin into contour lines or dots.
LEVELS = [round(value / 255 * 63) * 255 // 63 for value in range(256)]
TIMEOUT_MS = 300_000  # a busy machine is no reason to fail


def take(browser: Browser, address: str, folder: Path, whole: bool) -> None:
    """Write one file for each page and look."""
    for look, settings in LOOKS.items():
        page = browser.new_context(**settings).new_page()
        page.set_default_timeout(TIMEOUT_MS)
        for name, path in PAGES.items():
            page.goto(address + path, wait_until="networkidle")
            file = folder / f"{name}-{look}.png"
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
    with running(WebConfig(options.generator, options.classifier)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        take(browser, address, options.to, options.whole)
        browser.close()


if __name__ == "__main__":
    main()
