"""The data pages as a person uses them, without any script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lesionlab.data.prepared import PreparedData

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("data_at_hand")]

OpenPage = Callable[..., Page]


def test_look_through_the_images_by_diagnosis(open_page: OpenPage, data_at_hand: PreparedData) -> None:
    melanomas = sum(row.diagnosis == "mel" for row in data_at_hand.split.rows)
    page = open_page("/data", java_script_enabled=False)
    page.get_by_role("link", name="Look at all images").click()
    expect(page.locator(".real-tiles li")).to_have_count(60)
    page.get_by_label("Diagnosis").select_option("mel")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=2)).to_have_text(f"{melanomas} images")
    expect(page.locator(".real-tiles img").first).to_have_js_property("naturalWidth", 32)


def test_audit_a_split_by_pasting_ids(open_page: OpenPage) -> None:
    page = open_page("/audit", java_script_enabled=False)
    page.get_by_label("Train").fill("ISIC_0027419\nISIC_0025030")
    page.get_by_label("Test", exact=True).fill("ISIC_0025030.jpg")
    page.get_by_role("button", name="Audit").click()
    expect(page.get_by_text("LEAKS: 1 image in both train and test")).to_be_visible()
    expect(page.get_by_label("The version without leaks")).to_contain_text("ISIC_0025030,test")
