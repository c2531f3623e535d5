from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from small_ham10000 import write_small_ham10000
from typer.testing import Result

from lesionlab.collect.collection import open_collection
from lesionlab.core.home import collect_folder
from lesionlab.data.procedural import procedural_view
from lesionlab.records.collected import ManifestRecord

Run = Callable[..., Result]
Refused = Callable[..., tuple[str, str]]


def draw(path: Path, code: str, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(procedural_view(code, seed, 0, 32)).save(path)


@pytest.fixture
def by_class(tmp_path: Path) -> Path:
    for seed, name in enumerate(["mel", "mel", "nv", "wart"]):
        draw(tmp_path / "clinic" / name / f"P{seed}.png", "mel", seed)
    return tmp_path / "clinic"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    lines = ["file,what,person"]
    for seed, word in enumerate(["mel", "nv", "mole"]):
        draw(tmp_path / "pictures" / f"Q{seed}.png", "nv", seed)
        lines.append(f"Q{seed}.png,{word},L{seed // 2}")
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "table.csv"


def records() -> list[ManifestRecord]:
    with open_collection() as collection:
        return list(collection.manifest.records())


OPTIONS = ("--licence", "cc by 4.0", "--attribution", "Dr. A", "--page", "https://example.org/set")


def test_a_folder_for_each_diagnosis(by_class: Path, run: Run) -> None:
    result = run("collect", "folder", by_class, "--source", "our-clinic", *OPTIONS)
    assert result.exit_code == 0, result.output
    assert {(r.source, r.image_id, r.diagnosis, r.licence, r.attribution, r.page_url) for r in records()} == {
        ("our-clinic", name, code, "CC-BY-4.0", "Dr. A", "https://example.org/set")
        for name, code in (("P0", "mel"), ("P1", "mel"), ("P2", "nv"))
    }
    assert "Left out: 1 images in folders that name no known diagnosis: wart (1)." in result.output
    assert "our-clinic: requested 3, available 3, fetched 3 (3 now)" in result.output


def test_a_table_beside_the_pictures(table: Path, run: Run, tmp_path: Path) -> None:
    columns = ("--id-column", "file", "--diagnosis-column", "what", "--lesion-column", "person")
    mapping = tmp_path / "words.toml"
    mapping.write_text('[diagnoses]\nmole = "nv"\n', encoding="utf-8")
    given = ("collect", "folder", table.parent / "pictures", "--labels", table, "--source", "ours", *columns, *OPTIONS)
    assert "1 images with a diagnosis that the mapping does not name: mole (1)" in run(*given).output
    assert run(*given, "--mapping", mapping).exit_code == 0
    assert [(r.image_id, r.diagnosis, r.lesion_id) for r in records()] == [
        ("Q0", "mel", "L0"),
        ("Q1", "nv", "L0"),
        ("Q2", "nv", "L1"),
    ]


def test_isic_2017_brings_its_own_licence(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "isic"
    for seed in range(3):
        draw(place / "images" / f"ISIC_999000{seed}.png", "mel", seed)
    rows = "".join(f"ISIC_999000{seed},mel,train\n" for seed in range(3))
    (place / "labels.csv").write_text(f"image_id,dx,split\n{rows}", encoding="utf-8")
    result = run("collect", "folder", place)
    assert result.exit_code == 0, result.output
    assert {(r.source, r.licence, r.details["split"]) for r in records()} == {("isic2017", "CC0-1.0", "train")}


def test_an_export_comes_back_under_its_own_sources(by_class: Path, run: Run, refused: Refused, tmp_path: Path) -> None:
    run("collect", "folder", by_class, "--source", "our-clinic", *OPTIONS)
    before = [(r.source, r.image_id, r.sha256, r.licence) for r in records()]
    assert run("collect", "export", tmp_path / "out").exit_code == 0
    (collect_folder() / "manifest.db").rename(tmp_path / "old.db")
    cause, _ = refused("collect", "folder", tmp_path / "out", *OPTIONS)
    assert "each of its images has a source, licence and author of its own" in cause
    result = run("collect", "folder", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert [(r.source, r.image_id, r.sha256, r.licence) for r in records()] == before


def test_an_unreadable_picture_is_counted_and_the_exit_code_says_so(by_class: Path, run: Run) -> None:
    (by_class / "mel" / "P1.png").write_bytes(b"no picture")
    result = run("collect", "folder", by_class, "--source", "our-clinic", *OPTIONS)
    assert result.exit_code == 1
    assert "failed 1" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "No licence was named"),
        (("--licence", "CC-BY-ND-4.0"), "is no open licence"),
        (("--licence", "mine"), "'mine' is no open licence"),
        (("--licence", "CC-BY-4.0"), "asks for the author's name"),
        (("--licence", "CC0", "--source", "../x"), "is no name for a source"),
        (("--licence", "CC0", "--source", "isic"), "is no name for a source"),
    ],
)
def test_what_is_missing_is_asked_for(options: tuple[str, ...], told: str, by_class: Path, refused: Refused) -> None:
    cause, _ = refused("collect", "folder", by_class, *options)
    assert told in cause
    assert not collect_folder().exists()


def test_ham10000_itself_goes_another_way(refused: Refused, tmp_path: Path) -> None:
    place = write_small_ham10000(tmp_path / "ham")
    cause, cure = refused("collect", "folder", place, "--licence", "CC0")
    assert "is HAM10000 itself" in cause
    assert f"lesionlab collect ham10000 --from {place}" in cure


def test_a_place_that_is_not_there(refused: Refused, tmp_path: Path) -> None:
    refused("collect", "folder", tmp_path / "nowhere", "--licence", "CC0")
