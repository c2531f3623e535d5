from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from lesionlab.data.prepared import PreparedData

Run = Callable[..., Result]
Refused = Callable[..., tuple[str, str]]


def test_it_prints_or_writes_the_same_page(tiny_set: PreparedData, run: Run, tmp_path: Path) -> None:
    printed = run("data", "card", "tiny")
    assert printed.exit_code == 0, printed.output
    assert tiny_set.split.sha256 in printed.output
    written = run("data", "card", "tiny", "--out", tmp_path / "CARD.md")
    assert f"Wrote {tmp_path / 'CARD.md'}." in written.output
    assert (tmp_path / "CARD.md").read_text(encoding="utf-8") == printed.output


def test_what_is_not_there_is_refused(tiny_set: PreparedData, refused: Refused, tmp_path: Path) -> None:
    assert "No prepared data set is called 'elsewhere'" in refused("data", "card", "elsewhere")[0]
    assert "There is no manifest" in refused("data", "card", "collected")[0]
    assert "is a folder" in refused("data", "card", "tiny", "--out", tmp_path)[0]
