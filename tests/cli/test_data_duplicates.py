from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import typer
from changed_pictures import encoded, photographed_again, textured
from PIL import Image
from typer.testing import CliRunner, Result

from lesionlab.cli import data as command
from lesionlab.cli.failures import ReportingGroup
from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.data.prepare import prepare_ham10000

LESIONS = 21


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer(cls=ReportingGroup, pretty_exceptions_enable=False)
    app.add_typer(command.app, name="data")
    return app


def prepare(folder: Path, name: str, pictures: list[np.ndarray], prefix: str) -> None:
    images = folder / "HAM10000_images_part_1"
    images.mkdir(parents=True)
    lines = ["lesion_id,image_id,dx"]
    for number, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(images / f"{prefix}{number:02d}.jpg", quality=92)
        lines.append(f"{prefix}L{number},{prefix}{number:02d},{HAM10000_CODES[number % 7]}")
    (folder / "HAM10000_metadata.csv").write_text("\n".join(lines) + "\n")
    prepare_ham10000(folder, name, (64,))


@pytest.fixture
def planted(tmp_path: Path) -> None:
    """Two sets: the first with one lesion under two ids, the second with a copy of one of its images."""
    pictures = [textured(seed) for seed in range(LESIONS)]
    prepare(tmp_path / "one", "one", [*pictures, photographed_again(textured(2))], "A")
    prepare(
        tmp_path / "two", "two", [textured(200 + seed) for seed in range(LESIONS)] + [encoded(textured(5), 60)], "B"
    )


def run(app: typer.Typer, *arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["data", "duplicates", *map(str, arguments)])


@pytest.mark.usefixtures("planted")
def test_a_planted_pair_is_told_drawn_and_listed(app: typer.Typer, tmp_path: Path):
    result = run(app, "one", "--sheet", tmp_path / "pairs.png", "--csv", tmp_path / "pairs.csv")
    assert result.exit_code == 0, result.output
    assert "1 pair shows one lesion under two ids: 0 same file, 0 re-encoded, 1 near." in result.output
    assert "Not one group yet: 1;" in result.output
    with Image.open(tmp_path / "pairs.png") as sheet:
        assert sheet.width > 3 * 128
    (row,) = csv.DictReader((tmp_path / "pairs.csv").read_text().splitlines())
    assert (row["image_id_a"], row["image_id_b"], row["kind"], row["published"]) == ("A02", "A21", "near", "no")
    assert ("two parts" in result.output) == (row["part_a"] != row["part_b"])


@pytest.mark.usefixtures("planted")
def test_two_sets_are_compared_with_each_other(app: typer.Typer, tmp_path: Path):
    result = run(app, "one", "--against", "two", "--sheet", tmp_path / "pairs.webp")
    assert result.exit_code == 0, result.output
    assert "1 re-encoded, 0 near" in result.output
    assert "A05" in result.output
    assert "B21" in result.output
    assert (tmp_path / "pairs.webp").is_file()


@pytest.mark.usefixtures("planted")
def test_where_there_is_nothing_it_says_so(app: typer.Typer, tmp_path: Path):
    result = run(app, "two", "--sheet", tmp_path / "pairs.png")
    assert result.exit_code == 0, result.output
    assert "0 pairs" in result.output


def test_an_unknown_set_or_sheet_is_refused(app: typer.Typer, tmp_path: Path):
    assert run(app, "nothing").exit_code == 2
    result = run(app, "nothing", "--sheet", tmp_path / "pairs.gif")
    assert result.exit_code == 2
    assert "pairs.gif is neither .png nor .webp" in result.stderr
