"""The app driven as a person would."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from lesionlab.data.procedural import procedural_lesion

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}
PATHS = (
    "/",
    "/generate?diagnosis=all&count=21&seed=1",
    "/generate?diagnosis=nv&count=2&seed=9007199254740980",
    "/generate?diagnosis=mel,nv&count=3&truncation=1.5",
    "/morph",
    "/classify",
    "/classify?synthetic=akiec:7",
    "/classify?procedural=mel:3",
    "/reader",
    "/data",
    "/audit",
    "/studies",
    "/models",
    "/models/generator",
    "/models/classifier",
)

OpenPage = Callable[..., Page]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "lesion.jpg"
    Image.fromarray(procedural_lesion("mel", 3, 96)).save(path, quality=92)
    return path


def expect_an_answer(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text("The model ranks")
    values = page.locator(".score-value")
    expect(values).to_have_count(7)
    shares = [float(text.strip("<>%")) for text in values.all_inner_texts()]
    assert sum(shares) == pytest.approx(100, abs=0.5)
    widths = page.locator(".score .bar rect").evaluate_all("bars => bars.map(bar => bar.getBoundingClientRect().width)")
    assert widths[0] == max(widths) > 0
    expect(page.locator(".looks-row img")).to_have_count(4)
    broken = page.locator("img").evaluate_all("all => all.filter(i => !i.complete || !i.naturalWidth).length")
    assert broken == 0


def expect_no_sideways_scroll(page: Page) -> None:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url} is {wider} px wider than the window"


def test_generate_then_click_one_and_see_its_class(open_page: OpenPage) -> None:
    page = open_page("/")
    page.get_by_role("link", name="Generate lesions").click()
    page.get_by_role("radio", name="Melanocytic nevus").click()  # a click is enough: the form sends itself
    page.wait_for_url("**diagnosis=nv**")
    page.get_by_label("How many").fill("5")
    page.get_by_label("First seed").fill("40")
    page.get_by_role("button", name="Generate").click()
    page.wait_for_url("**diagnosis=nv&count=5&seed=40**")
    expect(page.locator(".tile img")).to_have_count(5)
    page.wait_for_function("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    page.locator(".tile-image").nth(2).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Synthetic melanocytic nevus")
    page.get_by_role("link", name="Classify it").click()
    assert page.url.endswith("/classify?synthetic=nv:42")
    expect_an_answer(page)
    expect(page.get_by_text("The generator was asked for Melanocytic nevus")).to_be_visible()


def test_the_next_seeds_follow(open_page: OpenPage) -> None:
    page = open_page("/generate?diagnosis=bcc&count=3&seed=5")
    page.get_by_role("link", name="Next seeds").click()
    assert page.url.endswith("seed=8")


def test_a_mix_is_chosen_and_taken_along_as_a_file(open_page: OpenPage) -> None:
    page = open_page("/generate?count=4&seed=2")
    expect(page.get_by_role("checkbox", name="Melanoma")).to_be_hidden()
    page.get_by_role("radio", name="A mix").click()
    page.get_by_role("checkbox", name="Melanoma").check()
    page.get_by_role("checkbox", name="Dermatofibroma").check()
    page.get_by_role("button", name="Generate").click()
    page.wait_for_url("**diagnosis=df,mel**")
    expect(page.locator(".tile img")).to_have_count(4)
    with page.expect_download() as download:
        page.get_by_role("link", name="ZIP with manifest").click()
    assert download.value.suggested_filename.startswith("synthetic-df-mel-4-seed-2-")


SHOWN = "document.querySelector('#view').getAttribute('viewBox')"


def test_the_slider_morphs_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("/morph?start=nv&start_seed=1&end=mel&end_seed=2")
    slider = page.get_by_role("slider", name="How far along")
    slider.focus()
    before = page.evaluate(SHOWN)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(SHOWN) != before
    page.keyboard.press("End")
    expect(page.locator("#far")).to_have_text("100%")
    expect(slider).to_have_attribute("aria-valuetext", "100% of the way")
    assert page.evaluate(SHOWN) == "112.5 80.5 15 15"  # the last of 8 x 6 frames of 16 px, half a pixel within


def test_the_slider_needs_no_request(open_page: OpenPage) -> None:
    page = open_page("/morph", **PHONE)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for step in range(0, 48, 5):
        page.get_by_role("slider").fill(str(step))
    expect(page.locator("#far")).to_have_text("96%")
    assert asked == []


def test_a_chosen_file_is_classified_at_once(open_page: OpenPage, picture: Path) -> None:
    page = open_page("/classify")
    page.get_by_label("Choose an image of one lesion").set_input_files(picture)
    page.wait_for_selector(".scores")
    expect_an_answer(page)


HELD_FILE = """(bytes) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], "lesion.jpg", { type: "image/jpeg" }));
  return transfer;
}"""


def test_drag_and_drop(open_page: OpenPage, picture: Path) -> None:
    page = open_page("/classify")
    held = page.evaluate_handle(HELD_FILE, list(picture.read_bytes()))
    page.dispatch_event("form.drop", "dragover", {"dataTransfer": held})
    expect(page.locator("form.drop")).to_have_class(re.compile(r"\bover\b"))
    page.dispatch_event("form.drop", "drop", {"dataTransfer": held})
    page.wait_for_selector(".scores")
    expect_an_answer(page)


def test_paste(open_page: OpenPage, picture: Path) -> None:
    page = open_page("/classify?procedural=nv:1")
    held = page.evaluate_handle(HELD_FILE, list(picture.read_bytes()))
    page.evaluate("held => dispatchEvent(new ClipboardEvent('paste', { clipboardData: held }))", held)
    page.wait_for_selector("text=Your image is gone.")
    expect_an_answer(page)


def test_a_file_above_the_limit_is_refused_before_it_is_sent(open_page: OpenPage, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(b"\xff" * 16 * 2**20)
    page = open_page("/classify")
    page.get_by_label("Choose an image of one lesion").set_input_files(large)
    expect(page.get_by_role("alert")).to_contain_text("The file has 16.0 MB. Use an image of at most 15.0 MB.")
    assert page.url.endswith("/classify")


def test_a_file_that_is_no_image_gets_cause_cure_and_a_way_back(open_page: OpenPage, tmp_path: Path) -> None:
    poem = tmp_path / "poem.jpg"
    poem.write_text("no image")
    page = open_page("/classify", expected_errors=True)
    page.get_by_label("Choose an image of one lesion").set_input_files(poem)
    expect(page.get_by_role("alert")).to_contain_text("not an image")
    page.get_by_role("link", name="Try another image").click()
    assert page.url.endswith("/classify")


def test_a_map_is_shown_large_and_fades(open_page: OpenPage) -> None:
    page = open_page("/classify?synthetic=mel:3")
    over = page.locator(".stack .over-2")
    expect(over).to_be_hidden()
    page.locator("label.look").nth(2).click()
    expect(over).to_be_visible()
    page.get_by_label("Strength of the map").fill("40")
    expect(over).to_have_css("opacity", "0.4")


def test_everything_works_without_javascript(open_page: OpenPage, picture: Path) -> None:
    page = open_page("/generate?diagnosis=vasc&count=2&seed=3", java_script_enabled=False)
    page.get_by_label("First seed").fill("9")
    page.get_by_role("button", name="Generate").click()
    page.get_by_role("link", name="Morph", exact=True).click()
    expect(page.locator(".strip svg")).to_have_count(9)
    expect(page.locator("#position")).to_be_hidden()
    page.get_by_label("Diagnosis").first.select_option("bcc")
    page.get_by_role("button", name="Morph").click()
    page.wait_for_url("**start=bcc**")
    page.go_back()
    page.go_back()
    page.get_by_role("link", name="Classify vascular lesion, seed 10").click()
    expect(page.locator(".score-value")).to_have_count(7)
    over = page.locator(".stack .over-1")
    expect(over).to_be_hidden()
    page.locator("label.look").nth(1).click()  # chosen by style alone
    expect(over).to_be_visible()
    expect(page.locator("#strength")).to_be_hidden()
    page.get_by_label("Classify another image").set_input_files(picture)
    page.get_by_role("button", name="Classify", exact=True).click()
    expect(page.get_by_text("Your image is gone.")).to_be_visible()
    expect(page.locator(".score-value")).to_have_count(7)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [320, 375])
def test_nothing_scrolls_sideways_on_a_phone(open_page: OpenPage, path: str, width: int) -> None:
    page = open_page(path, **{**PHONE, "viewport": {"width": width, "height": 812}})
    expect_no_sideways_scroll(page)


def test_a_finger_finds_its_target_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("/generate", **PHONE)
    sizes = page.locator("a:not(.skip), button, input").evaluate_all(
        "all => all.filter(e => e.checkVisibility() && !e.closest('p, figcaption, .hint, .foot'))"
        ".map(e => [e.textContent.trim() || e.value, e.getBoundingClientRect().height])"
    )
    assert [name for name, height in sizes if height < 24] == []


def test_the_keyboard_reaches_the_content_first(open_page: OpenPage) -> None:
    page = open_page("/generate?diagnosis=nv&count=1&seed=1")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="Melanocytic nevus")).to_be_focused()
    page.keyboard.press("ArrowRight")  # moves the choice and sends nothing yet
    expect(page.get_by_role("radio", name="Vascular lesion")).to_be_checked()
    assert "diagnosis=nv" in page.url
    page.keyboard.press("Enter")
    page.wait_for_url("**diagnosis=vasc**")


def test_dark_follows_the_system(open_page: OpenPage) -> None:
    light, dark = (open_page("/", color_scheme=scheme) for scheme in ("light", "dark"))
    ground = "getComputedStyle(document.body).backgroundColor"
    assert light.evaluate(ground) == "rgb(245, 247, 246)"
    assert dark.evaluate(ground) == "rgb(13, 20, 19)"


@pytest.mark.data
def test_a_real_image_gets_bars_and_maps(open_page: OpenPage, test_data: Path) -> None:
    real = sorted((test_data / "ham10000").glob("HAM10000_images_part_1/*.jpg"))[0]
    page = open_page("/classify")
    page.get_by_label("Choose an image of one lesion").set_input_files(real)
    page.wait_for_selector(".scores")
    expect_an_answer(page)
    seen = page.locator(".stack img").first.screenshot()
    assert Image.open(io.BytesIO(seen)).convert("L").getextrema()[1] > 60  # a picture, and no black box
