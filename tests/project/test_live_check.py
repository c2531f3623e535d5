"""That the live check counts, notes and fails as it should; against a host on loopback, never the real ones."""

from __future__ import annotations

import importlib.util
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from dataverse_host import DataverseHost, dataverse_files
from isic_host import IsicHost, pictures
from kaggle_host import KaggleHost, kaggle_zip
from loopback import serving
from small_ham10000 import write_small_ham10000

from lesionlab.cli.main import app


@pytest.fixture(scope="module")
def live_check(root: Path) -> Iterator[ModuleType]:
    sys.path.insert(0, str(root / "docs"))  # as where a script runs
    spec = importlib.util.spec_from_file_location("live_check", root / "docs" / "live_check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["live_check"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(root / "docs"))


@pytest.fixture
def archive() -> Iterator[IsicHost]:
    with serving(IsicHost(pictures(6, kinds=("nv",)))) as host:
        assert isinstance(host, IsicHost)
        yield host


def asking(archive: IsicHost) -> tuple[str, ...]:
    return ("collect", "isic", "--limit", "5", "--archive", archive.address, "--delay", "0")


def test_every_command_of_the_table_parses(live_check: ModuleType):
    for words in live_check.HOSTS.values():
        command: Any = typer.main.get_command(app)
        for word in words[:2]:
            command = command.commands[word]
        command.make_context(words[1], list(words[2:]))


def test_five_images_that_came_make_a_row(live_check: ModuleType, archive: IsicHost, root: Path):
    outcome = live_check.check("ISIC Archive", asking(archive))
    assert (outcome.images, outcome.good) == (5, True), outcome
    page = (root / "docs" / "live-checks.md").read_text(encoding="utf-8")
    once = live_check.noted(page, [outcome], "2026-01-02")
    twice = live_check.noted(once, [outcome], "2026-01-03")
    rows = [line for line in twice.splitlines() if line.startswith("| 20")]
    assert [row.split(" | ")[0] for row in rows[-2:]] == ["| 2026-01-02", "| 2026-01-03"]
    assert "5 of 5 images, verified" in rows[-1]
    assert shlex.join(asking(archive)) in rows[-1]
    assert live_check.NEVER not in twice
    assert twice.count("| day |") == 1


def test_too_few_images_fail_with_the_last_words(
    live_check: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    notes = tmp_path / "live-checks.md"
    notes.write_text(f"# Live checks\n\n{live_check.NEVER}\n", encoding="utf-8")
    monkeypatch.setattr(live_check, "NOTES", notes)
    monkeypatch.setattr(live_check, "HOSTS", {"ISIC Archive": ("collect", "isic")})
    monkeypatch.setattr(live_check, "ARCHIVES", {})
    monkeypatch.setattr(live_check, "_lesionlab", lambda words, home: (2, "a\nb\nerror: answered 404 | gone.\n"))
    assert live_check.main([]) == 1
    assert "**0 of 5 images**: a b error: answered 404 / gone. |" in notes.read_text(encoding="utf-8")
    assert "answered 404" in capsys.readouterr().out
    assert live_check.main(["another host"]) == 1


def test_five_images_come_out_of_the_archives_without_the_rest(live_check: ModuleType, tmp_path: Path):
    from live_archives import dataverse_archive, kaggle_archive

    source = write_small_ham10000(tmp_path / "source")
    with serving(DataverseHost(dataverse_files(source))) as host:
        outcome = live_check.check_archive("Harvard Dataverse", lambda: dataverse_archive(host.base))
    assert (outcome.images, outcome.good) == (5, True), outcome
    with serving(KaggleHost(kaggle_zip(source))) as host:
        outcome = live_check.check_archive("Kaggle", lambda: kaggle_archive(host.base))
        assert outcome.good, outcome
        assert len(host.asked(r"/storage/.*")) > 1, "it is read in pieces"
        host.login = True
        outcome = live_check.check_archive("Kaggle", lambda: kaggle_archive(host.base))
    assert outcome.images == 0
    assert "40" in outcome.last_words
    row = outcome.to_row("2026-01-02")
    assert "**0 of 5 images**" in row


def test_a_host_without_ranges_is_told(live_check: ModuleType, tmp_path: Path):
    from live_archives import kaggle_archive

    with serving(KaggleHost(kaggle_zip(write_small_ham10000(tmp_path / "source")))) as host:
        host.ranges = False
        outcome = live_check.check_archive("Kaggle", lambda: kaggle_archive(host.base))
    assert outcome.images == 0
    assert "no ranges" in outcome.last_words
