"""Every page under axe-core: no violation, wide and on a phone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from lesionlab.data.prepared import PreparedData
from lesionlab.records.effect import EffectRecord, write_effect
from lesionlab.records.run import RunFolder

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]

LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 920}, "color_scheme": "light"},
    "phone": {"viewport": {"width": 375, "height": 812}, "color_scheme": "light", "is_mobile": True},
}
PAGES = (
    "/",
    "/generate?diagnosis=all&count=21&seed=1",
    "/generate?diagnosis=mel,nv&count=3&truncation=1.5",
    "/morph",
    "/classify",
    "/classify?synthetic=akiec:7",
    "/classify?procedural=mel:3",
    "/reader",
    "/data",
    "/data/tiny",
    "/data/tiny/images",
    "/data/tiny/duplicates",
    "/audit",
    "/runs/",
    "/runs/00000-gan",
    "/runs/00002-classifier",
    "/runs/compare?run=00000-gan&run=00001-gan",
    "/studies",
    "/studies/00000-effect",
    "/studies/00000-effect/debunk?without=hide-replay&without=one-fold",
    "/models",
    "/models/generator",
    "/models/classifier",
    "/no-such-page",
)
OPTIONS = {"preload": False, "resultTypes": ["violations"]}  # the app's policy lets no script fetch its styles again


@pytest.fixture
def _all_at_hand(
    home: Path, tiny_data: PreparedData, tiny_gan_run: RunFolder, tiny_classifier_run: RunFolder, effect: EffectRecord
) -> None:
    """A home folder that has something for every page."""
    home.mkdir()
    (home / "cache").symlink_to(tiny_data.folder.parent)
    runs = {"00000-gan": tiny_gan_run, "00001-gan": tiny_gan_run, "00002-classifier": tiny_classifier_run}
    for name, run in runs.items():
        shutil.copytree(run.path, home / "runs" / name)
    write_effect(home / "studies" / "00000-effect", effect)


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{page.url} {each['id']}: {node['target']}" for each in found for node in each["nodes"]]


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("_all_at_hand")
@pytest.mark.parametrize("look", LOOKS)
def test_no_page_violates_a_rule(open_page: OpenPage, look: str) -> None:
    page = open_page("/", expected_errors=True, **LOOKS[look])  # axe tries styles of its own, which the policy refuses
    found = []
    for path in PAGES:
        page.goto(path)
        found += violations(page)
    page.goto("/generate?diagnosis=nv&count=1&seed=3")
    page.locator(".tile-image").first.click()
    found += violations(page)
    page.goto("/reader")
    page.get_by_role("button", name="Begin").click()
    found += violations(page)
    assert found == []
