"""The reader game as a person plays it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("data_at_hand")]

OpenPage = Callable[..., Page]


def test_a_game_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("/reader")
    page.get_by_role("radio", name="10").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    for number in range(1, 11):
        expect(page.get_by_text(f"Picture {number} of 10", exact=True)).to_be_visible()
        expect(page.get_by_text("Or press the left arrow")).to_be_visible()  # the script has come
        page.keyboard.press("ArrowLeft" if number % 2 else "ArrowRight")
    expect(page.get_by_role("heading", level=1)).to_contain_text("of 10 told rightly")
    expect(page.locator(".told li")).to_have_count(10)


def test_a_game_without_javascript_on_a_phone(open_page: OpenPage) -> None:
    phone = {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}
    page = open_page("/reader", java_script_enabled=False, **phone)
    page.get_by_role("radio", name="10").check()
    page.get_by_label("Seed").fill("7")
    page.get_by_role("button", name="Begin").click()
    for _ in range(10):
        page.get_by_role("button", name="Real").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("5 of 10 told rightly")
    with page.expect_download() as download:
        page.get_by_role("link", name="Answers as CSV").click()
    assert download.value.suggested_filename == "reader-game-seed-7.csv"
