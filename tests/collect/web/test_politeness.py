from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from typer.testing import CliRunner

from lesionlab.cli.main import app
from lesionlab.collect.web import politeness
from lesionlab.collect.web.politeness import Pace, settings
from lesionlab.collect.web.site import Limits, Site


def polite(site: Site) -> dict[str, object]:
    return settings(site, "LesionLab/1 (+me@example.org)", Path("log"), politeness.POLITE)


def test_manners_are_what_every_crawl_has(site: Site):
    made = polite(site)
    assert made["ROBOTSTXT_OBEY"] is True
    assert made["AUTOTHROTTLE_ENABLED"] is True
    assert made["DOWNLOAD_DELAY"] == made["AUTOTHROTTLE_START_DELAY"] == 1.0
    assert made["CONCURRENT_REQUESTS_PER_DOMAIN"] == 2
    assert made["USER_AGENT"] == "LesionLab/1 (+me@example.org)"
    assert made["COOKIES_ENABLED"] is False
    assert made["TELNETCONSOLE_ENABLED"] is made["REMOTE_CONTROL_ENABLED"] is False
    assert made["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    middlewares = made["DOWNLOADER_MIDDLEWARES"]
    assert isinstance(middlewares, dict)
    assert {name.rpartition(".")[2] for name, place in middlewares.items() if place} == {
        *("HostGuard", "RobotsRules", "Patience")
    }


def test_tests_alone_hurry():
    assert Pace() == politeness.POLITE == Pace(delays=1.0, at_once=2)


def test_no_option_and_no_key_of_a_site_file_touches_manners():
    words = ("robots", "agent", "throttle", "concurren", "noai", "cookie", "insecure", "verify", "retry", "pace")
    names = [field.name for kind in (Site, Limits) for field in fields(kind)]
    help_text = CliRunner().invoke(app, ["collect", "web", "--help"]).output.split("Options")[1]
    options = [word for word in help_text.split() if word.startswith("--")]
    assert "--limit" in options
    assert [name for name in (*names, *options) if any(word in name.lower() for word in words)] == []
