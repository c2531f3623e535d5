from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from lesionlab.curate.audit import release_split
from lesionlab.data.prepared import PreparedData

Run = Callable[..., Result]


@pytest.fixture
def by_image(tmp_path: Path) -> tuple[Path, Path]:
    """A random 80/20 split of HAM10000 by image, in two lists."""
    images = [row.image_id for row in release_split().rows]
    random.Random(7).shuffle(images)
    train, test = tmp_path / "train.txt", tmp_path / "test.txt"
    train.write_text("\n".join(images[2003:]))
    test.write_text("\n".join(f"data/{image}.jpg" for image in images[:2003]))
    return train, test


def test_a_prepared_set_is_audited_in_tables_and_ends_with_0(run: Run, tiny_set: PreparedData):
    result = run("data", "audit", "tiny")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("No leak found\n")
    for told in (
        "Known duplicate pairs",
        "mel (Melanoma)",
        tiny_set.split.sha256,
        "CC0 1.0",
        "Openings of its test part",
    ):
        assert told in result.stdout
    for part in ("train", "validation", "test"):
        assert part in result.stdout


def test_lists_of_ham10000_need_no_image_and_a_leak_ends_with_1(run: Run, by_image: tuple[Path, Path]):
    result = run("data", "audit", "--train", by_image[0], "--test", by_image[1])
    assert result.exit_code == 1, result.output
    assert result.stdout.startswith("LEAKS: ")
    assert "lesions in both train and test" in result.stdout.splitlines()[0]
    assert "known duplicate pair" in result.stdout
    assert ".685" in result.stdout
    assert "mel " in result.stdout


def test_the_mended_split_keeps_the_test_part_and_is_clean(run: Run, by_image: tuple[Path, Path], tmp_path: Path):
    train, test = by_image
    result = run("data", "audit", "--train", train, "--test", test, "--out", tmp_path / "fixed")
    assert result.exit_code == 1
    assert "Audited again: No leak found." in result.stdout
    kept = set((tmp_path / "fixed" / "test.txt").read_text().split())
    assert kept == {Path(line).stem for line in test.read_text().split()}
    assert set((tmp_path / "fixed" / "train.txt").read_text().split()) < set(train.read_text().split())
    again = run("data", "audit", "--train", tmp_path / "fixed/train.txt", "--test", tmp_path / "fixed/test.txt")
    assert again.exit_code == 0, again.output


def test_page_and_json_are_written_and_say_the_same(run: Run, by_image: tuple[Path, Path], tmp_path: Path):
    page, record = tmp_path / "audit.html", tmp_path / "audit.json"
    result = run("data", "audit", "--train", by_image[0], "--test", by_image[1], "--html", page, "--json", record)
    plain = json.loads(record.read_text())
    assert plain["leaks"] is True
    assert plain["verdict"] == result.stdout.splitlines()[0]
    assert plain["verdict"] in page.read_text()
    lesions = next(check for check in plain["checks"] if check["name"] == "lesions")
    assert f"{len(lesions['found'])} lesions" in plain["verdict"]


def test_a_split_of_a_prepared_set_is_audited_with_its_pictures(run: Run, tiny_set: PreparedData, tmp_path: Path):
    lines = [f"{row.image_id},{'test' if n % 3 == 0 else 'train'}" for n, row in enumerate(tiny_set.split.rows)]
    (tmp_path / "theirs.csv").write_text("\n".join(["image_id,part", *lines]))
    page = tmp_path / "audit.html"
    result = run("data", "audit", "tiny", "--split", tmp_path / "theirs.csv", "--html", page)
    assert result.exit_code == 1, result.output
    assert "theirs.csv: " in result.stdout
    assert "data:image/webp;base64," in page.read_text()


def test_the_page_is_the_same_again(run: Run, tiny_set: PreparedData, tmp_path: Path):
    for name in ("one.html", "two.html"):
        assert run("data", "audit", "tiny", "--html", tmp_path / name).exit_code == 0
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_unknown_ids_are_counted_and_named(run: Run, tmp_path: Path):
    (tmp_path / "a.txt").write_text("ISIC_0024306\nISIC_0000001\n")
    (tmp_path / "b.txt").write_text("ISIC_0024307\n")
    result = run("data", "audit", "--train", tmp_path / "a.txt", "--test", tmp_path / "b.txt")
    assert result.exit_code == 0, result.output
    assert "ISIC_0000001" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Neither prepared data nor a split was named."),
        (("nowhere",), "No prepared data set is called 'nowhere'"),
        (("--train", "{train}"), "Only the train part was given."),
        (("--train", "{train}", "--split", "{train}"), "Both --split and a list of a part were given."),
        (("--train", "{train}", "--test", "nowhere.txt"), "There is no file nowhere.txt"),
        (("--split", "{train}"), "has no column of ids and one of parts"),
    ],
)
def test_wrong_use_is_refused_with_what_to_do(
    refused: Callable[..., tuple[str, str]], by_image: tuple[Path, Path], arguments: tuple[str, ...], told: str
):
    cause, cure = refused("data", "audit", *(argument.format(train=by_image[0]) for argument in arguments))
    assert told in cause
    assert cure
