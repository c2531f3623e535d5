"""The pages of the studies as a person uses them, without any script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lesionlab.records.effect import EffectRecord, write_effect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


@pytest.fixture(autouse=True)
def _study(home: Path, effect: EffectRecord) -> None:
    write_effect(home / "studies" / "00000-effect", effect)


def test_from_the_card_to_the_verdict_and_without_its_safeguards(open_page: OpenPage) -> None:
    phone = {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}
    page = open_page("/studies", java_script_enabled=False, **phone)
    page.get_by_role("link", name="Do synthetic images help?").click()
    expect(page.get_by_role("heading", name="With all real images: synthetic images help")).to_be_visible()
    page.get_by_role("link", name="Debunk it yourself").click()
    page.get_by_role("checkbox", name="One fold").check()
    page.get_by_role("radio", name="With 25% of the real images").check()
    page.get_by_role("button", name="Read the records so").click()
    assert page.url.endswith("/debunk?without=one-fold&share=25")
    expect(page.get_by_role("region", name="Without: one fold")).to_contain_text("60 lesions, 1 independent generator")
    page.get_by_role("link", name="Put all safeguards back").click()
    expect(page.get_by_role("region", name="Without: one fold")).to_have_count(0)


@pytest.mark.parametrize("path", ["/studies", "/studies/00000-effect", "/studies/00000-effect/debunk"])
def test_on_a_phone_nothing_is_wider_than_the_window(open_page: OpenPage, path: str) -> None:
    page = open_page(path, viewport={"width": 375, "height": 812}, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_figures_and_outcome_come_as_files(open_page: OpenPage) -> None:
    page = open_page("/studies/00000-effect")
    for link, name in (("Every figure, CSV", "00000-effect.csv"), ("The outcome, JSON", "00000-effect.json")):
        with page.expect_download() as download:
            page.get_by_role("link", name=link).click()
        assert download.value.suggested_filename == name
