from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from lesionlab.cli.collect_web import _codes, _tally, _troubles
from lesionlab.collect.web.crawl import reader_of
from lesionlab.collect.web.findings import Found
from lesionlab.collect.web.frontier import Frontier
from lesionlab.collect.web.intake import Intake
from lesionlab.collect.web.site_file import read_site
from lesionlab.collect.web.state import Crawl

Refused = Callable[..., tuple[str, str]]


@pytest.fixture(autouse=True)
def _contact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LESIONLAB_CONTACT", "tests@example.org")


def test_a_crawl_without_a_contact_is_refused(refused: Refused, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("LESIONLAB_CONTACT")
    cause, cure = refused("collect", "web", "commons", "--limit", 5)
    assert "Nobody is named" in cause
    assert "--contact" in cure


def test_what_is_asked_for_is_checked_before_anything_is_asked(refused: Refused, tmp_path: Path, home: Path):
    assert "comons" in refused("collect", "web", "comons", "--limit", 5)[0]
    assert "no site file" in refused("collect", "web", tmp_path / "x.toml", "--limit", 5)[0]
    for limit in ("0", "-1", "many", "1.5", "٣"):
        assert "is no number of images" in refused("collect", "web", "commons", "--limit", limit)[0]
    assert "no licence under which" in refused("collect", "web", "commons", "--limit", 5, "--licence", "CC BY-ND")[0]
    assert "--limit" in refused("collect", "web", "commons")[0]
    assert "where to begin" in refused("collect", "web", "zenodo", "--limit", 5)[0]
    assert not home.exists()


def test_licences_are_told_in_any_spelling():
    assert _codes(["CC BY", "cc0", "CC-BY-SA-4.0"]) == ("CC-BY", "CC-BY-SA-4.0", "CC0-1.0")


def test_a_site_that_robots_txt_closes_names_the_other(run: Callable[..., Result]):
    site = read_site("commons-api")
    crawl = Crawl(reader_of(site), Intake(site, None, 0, ()), Frontier(5, 5, 1), site.limits, 5)
    crawl.troubles.append("https://x/: robots.txt of commons.wikimedia.org does not allow /w/api.php.")
    assert _troubles(crawl, site)[-1] == "Use `lesionlab collect web commons` instead."
    tally = _tally(crawl, site, 5)
    assert (tally.requested, tally.available, tally.fetched, tally.short) == (5, None, 0, True)


def test_what_is_not_seen_to_its_end_has_no_known_number():
    site = read_site("commons-api")
    crawl = Crawl(reader_of(site), Intake(site, None, 0, ()), Frontier(5, 5, 1), site.limits, 5)
    crawl.frontier.add(next(iter(crawl.reader.start())))
    crawl.intake.take(Found("1", "", ""))
    tally = _tally(crawl, site, None)
    assert (tally.available, tally.refused, tally.refusals) == (None, 1, {"The page tells of no file.": 1})
