from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from lesionlab.cli import data as command
from lesionlab.cli.failures import ReportingGroup
from lesionlab.core.errors import DataError
from lesionlab.core.png import encode_png
from lesionlab.data.prepared import open_prepared
from lesionlab.data.procedural import procedural_lesion


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


def test_it_says_which_layout_it_took_and_whose_the_images_are(root: typer.Typer, source: Path) -> None:
    output = run(root, source, "--size", "16").output
    assert "Read as ham10000: HAM10000, its metadata and image folders; 35 images listed." in output
    assert "Licence of what is made from it: CC BY-NC 4.0 (images: CC-BY-NC-4.0 (35))." in output


@pytest.fixture
def three_classes(tmp_path: Path) -> Path:
    """Nine images of three classes, in three parts, in the layout of ISIC 2017."""
    place, lines = tmp_path / "isic2017", ["image_id,dx,split"]
    (place / "images").mkdir(parents=True)
    for number in range(9):
        code = ("mel", "nv", "bkl")[number % 3]
        content = encode_png(procedural_lesion(code, number, 32))
        (place / "images" / f"ISIC_{number:07d}.png").write_bytes(content)
        lines.append(f"ISIC_{number:07d},{code},{('train', 'val', 'test')[number // 3]}")
    (place / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


def test_a_set_that_lacks_classes_is_told_how_it_can_be_prepared(root: typer.Typer, three_classes: Path) -> None:
    result = run(root, three_classes, "--size", "16", "--only", "split=test")
    assert result.exit_code == 2
    assert "bkl (1)" in result.stderr
    assert "--as external" in result.stderr


def test_isic2017_is_trained_on_with_its_own_three_classes(root: typer.Typer, three_classes: Path) -> None:
    result = run(root, three_classes, "--size", "16")
    assert result.exit_code == 0, result.output
    data = open_prepared("isic2017")
    assert data.split.classes == ("bkl", "mel", "nv")
    assert [sorted(data.part(part).labels) for part in ("train", "validation")] == [[0, 1, 2], [0, 1, 2]]


def test_an_external_set_is_one_part_that_does_not_open_in_training(root: typer.Typer, three_classes: Path) -> None:
    result = run(root, three_classes, "--size", "16", "--as", "external", "--only", "split=test")
    assert result.exit_code == 0, result.output
    assert "Read as isic2017" in result.output
    assert "3 images of 3 lesions" in result.output
    assert "names no lesions" in result.output
    assert "--part external --purpose" in result.output
    data = open_prepared("isic2017")
    assert {row.part for row in data.split.rows} == {"external"}
    assert data.record.counts["external"]["mel"] == 1
    for part in ("train", "validation", "external", "test"):
        with pytest.raises(DataError):
            data.part(part)
    again = run(root, three_classes, "--size", "16", "--as", "external", "--only", "split=test")
    assert "Nothing to do" in again.output
    assert data.record.arguments == (str(three_classes), "--only", "split=test", "--as", "external")
    assert run(root, three_classes, "--size", "16").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--licence", "CC-BY"], "Name a collection with --add."),
        (["--source", "isic"], "Name a collection with --add."),
        (["--add", "collected"], "Give it one with --name."),
        (["--add", "collected", "--as", "external", "--name", "x"], "takes no added images"),
        (["--add", "nowhere", "--name", "x"], "There is no manifest"),
        (["--only", "split"], "Write it like --only split=test."),
        (["--only", "sex=none"], "Values of sex there: unknown."),
        (["--layout", "isic2017"], "labels.csv"),
        (["--mapping", "none.toml"], "cannot be read"),
    ],
)
def test_choices_that_do_not_go_together(root: typer.Typer, source: Path, arguments: list[str], told: str) -> None:
    result = run(root, source, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output


INTERRUPTED = """
import sys
from lesionlab.data import cache
def interrupt(*arguments):
    raise KeyboardInterrupt
cache.decode_block = interrupt
from lesionlab.cli.main import main
main()
"""


def test_ctrl_c_says_that_it_stopped_and_leaves_nothing(source: Path, home: Path) -> None:
    command = [sys.executable, "-c", INTERRUPTED, "data", "prepare", str(source), "--size", "16"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (130, "Stopped.\n")
    assert not [path for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize("arguments", [["--size", "many"], ["--procedural", "0"], ["--size", "4"], ["--name", "a/b"]])
def test_wrong_options_exit_with_2(root: typer.Typer, source: Path, arguments: list[str]) -> None:
    given = [] if "--procedural" in arguments else [str(source)]
    result = run(root, *given, *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
