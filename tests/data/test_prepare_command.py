from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from lesionlab.cli import data as command
from lesionlab.cli.failures import ReportingGroup
from lesionlab.data.prepared import open_prepared


@pytest.fixture
def root() -> typer.Typer:
    app = typer.Typer(cls=ReportingGroup, pretty_exceptions_enable=False)
    app.add_typer(command.app, name="data")
    return app


def run(root: typer.Typer, *arguments: str | Path) -> Result:
    return CliRunner().invoke(root, ["data", "prepare", *map(str, arguments)])


def test_it_prepares_and_tells_what_where_and_what_next(root: typer.Typer, source: Path) -> None:
    result = run(root, source, "--size", "16", "--name", "mine")
    assert result.exit_code == 0, result.output
    data = open_prepared("mine")
    assert "35 images of 28 lesions in 28 groups, at 16 px." in result.output
    assert "mel (Melanoma)" in result.output
    assert data.split.sha256 in result.output
    assert str(data.folder) in result.output
    assert "lesionlab gan train --data mine" in result.output


def test_a_second_time_it_says_that_nothing_is_to_do(root: typer.Typer, source: Path) -> None:
    run(root, source, "--size", "16")
    result = run(root, source, "--size", "16")
    assert result.exit_code == 0
    assert "Nothing to do: 16 px" in result.output


def test_several_sizes(root: typer.Typer, source: Path) -> None:
    result = run(root, source, "--size", "16", "--size", "24", "--size", "8")
    assert "at 8, 16 and 24 px." in result.output
    assert open_prepared("ham10000").sizes_px == (8, 16, 24)


def test_procedural_lesions_are_drawn(root: typer.Typer) -> None:
    result = run(root, "--procedural", "21", "--size", "16", "--seed", "4")
    assert result.exit_code == 0, result.output
    assert "28 images of 21 lesions" in result.output
    assert open_prepared("procedural").record.seed == 4


def test_without_a_source_it_says_where_to_get_the_data(root: typer.Typer) -> None:
    result = run(root)
    assert result.exit_code == 2
    for told in ("error: No folder of images", "kmader/skin-cancer-mnist-ham10000", "doi:10.7910/DVN/DBW86T"):
        assert told in result.stderr


def test_a_folder_and_drawings_at_once_are_refused(root: typer.Typer, source: Path) -> None:
    result = run(root, source, "--procedural", "21")
    assert result.exit_code == 2
    assert "Leave out one of the two." in result.stderr


def test_bad_images_stop_it_with_a_list_and_skip_bad_goes_on(root: typer.Typer, source: Path) -> None:
    files = sorted(source.glob("*/*.jpg"))
    files[3].write_bytes(b"")
    files[8].unlink()
    refused = run(root, source, "--size", "16")
    assert refused.exit_code == 2
    assert f"1 missing images: {files[8].stem}" in refused.stderr
    assert f"1 images that cannot be decoded: {files[3].stem}" in refused.stderr
    assert "Traceback" not in refused.output
    skipped = run(root, source, "--size", "16", "--skip-bad")
    assert skipped.exit_code == 0, skipped.output
    assert "33 images" in skipped.output
    assert "Left out: 1 missing images." in skipped.output


@pytest.mark.parametrize("arguments", [["--size", "many"], ["--procedural", "0"], ["--size", "4"], ["--name", "a/b"]])
def test_wrong_options_exit_with_2(root: typer.Typer, source: Path, arguments: list[str]) -> None:
    given = [] if "--procedural" in arguments else [str(source)]
    result = run(root, *given, *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
