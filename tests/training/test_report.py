from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lesionlab.core.errors import RunError
from lesionlab.core.notice import NOTICE
from lesionlab.records.monitor import Alarm, Best, MonitorRecord, Ruler, write_monitor
from lesionlab.records.run import RunFolder
from lesionlab.training.gan_run import start_gan
from lesionlab.training.report import training_page, write_report

RULER = Ruler(("vgg19-random-0@1234/16px",), {"nv": 1_900, "mel": 200}, real=0.00123, blurred=0.05, blur_px=2.0)
ALARM = Alarm("diversity of <df>", 40, 0.16, 60, 0.32, "The images of <df> grow alike")


class Elements(HTMLParser):
    """All elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def run(tiny_gan_run: RunFolder, tmp_path: Path) -> RunFolder:
    """A copy of the finished run."""
    shutil.copytree(tiny_gan_run.path, tmp_path / tiny_gan_run.path.name)
    return RunFolder(tmp_path / tiny_gan_run.path.name)


def test_a_finished_run_has_its_report_and_its_animation(tiny_gan_run):
    assert tiny_gan_run.report.is_file()
    assert tiny_gan_run.animation.is_file()


def test_the_page_needs_nothing_but_itself(tiny_gan_run):
    page = tiny_gan_run.report.read_text()
    elements = Elements(page).found
    assert {tag for tag, _ in elements} & {"script", "link", "iframe", "object", "embed", "form", "base"} == set()
    fetched = [value for _, attributes in elements for name, value in attributes.items() if name in ("src", "srcset")]
    assert fetched
    assert all(value is not None and value.startswith("data:image/webp;base64,") for value in fetched)
    assert not re.search(r"url\(|@import", page)
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on")]
    assert NOTICE in page


def test_the_page_says_what_the_run_was(tiny_gan_run):
    page = tiny_gan_run.report.read_text()
    assert "0.512 of 0.512 thousand images shown" in page
    assert "No sign of collapse" in page
    assert "KID was not measured" in page
    assert "lesionlab gan train --data tiny" in page
    assert "<code>discriminator_lr</code>" in page


def test_the_same_folder_gives_the_same_page(run):
    before = run.report.read_bytes()
    write_report(run)
    assert run.report.read_bytes() == before


def test_alarms_and_the_best_are_told_with_their_steps_and_escaped(run):
    write_monitor(run.path, MonitorRecord(RULER, Best(1_400, 22.4, 0.01234), (ALARM,), stopped=True))
    page = training_page(run)
    assert "1 sign of collapse" in page
    assert "An alarm ended it before its time" in page
    assert "Diversity of &lt;df&gt;" in page
    assert "step 40" in page
    assert "step 60" in page
    assert "The lowest KID is 0.01234, at 22.4 kimg (step 1,400): that generator was exported" in page
    assert "n = 2,100" in page
    assert "<df>" not in page


def test_a_run_in_the_middle_has_a_page_without_an_export(run):
    shutil.rmtree(run.export)
    write_monitor(run.path, MonitorRecord(RULER, Best(8, 0.128, 0.01)))
    page = training_page(run)
    assert "It has not come to its end" in page
    assert "that generator will be exported" in page


def test_a_run_without_a_tick_has_no_report_yet(tiny_data, tiny_gan_options, tmp_path):
    run = start_gan(tiny_gan_options, tiny_data, "", tmp_path)
    with pytest.raises(RunError, match="has not come to its first tick"):
        write_report(run)
    assert not run.report.exists()


def test_a_classifier_s_run_has_none(tiny_classifier_run):
    with pytest.raises(RunError, match="trains a classifier"):
        write_report(tiny_classifier_run)
