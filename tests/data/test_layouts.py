"""Every layout is told from what lies there, read alike, and what is none is refused with what would be right."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.errors import DataError, InputError
from lesionlab.data.known_lesions import ham10000_lesions
from lesionlab.data.layouts import read_source
from lesionlab.data.procedural import procedural_lesion
from lesionlab.data.source import narrowed


def draw(path: Path, diagnosis: str, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(procedural_lesion(diagnosis, seed, 32)).save(path)


def write_table(path: Path, rows: list[dict[str, str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Four images of each class, a folder a class."""
    place = tmp_path / "My clinic"
    for code in HAM10000_CODES:
        for seed in range(4):
            draw(place / code / f"{code}-{seed}.png", code, seed)
    return place


@pytest.fixture
def isic2017(tmp_path: Path) -> Path:
    """Twelve images of three classes in the layout of one table."""
    place, rows = tmp_path / "isic2017", []
    for number in range(12):
        code = ("mel", "nv", "bkl")[number % 3]
        draw(place / "images" / f"ISIC_{number:07d}.jpg", code, number)
        split = ("train", "val", "test")[number // 4]
        rows.append({"image_id": f"ISIC_{number:07d}", "dx": code, "split": split})
    write_table(place / "labels.csv", rows)
    return place


def test_ham10000_as_dataverse_serves_it(source: Path) -> None:
    kaggle = read_source(source)
    metadata = source / "HAM10000_metadata.csv"
    with metadata.open(encoding="utf-8", newline="") as file:
        rows = [row | {"dataset": "vidir_modern"} for row in csv.DictReader(file)]
    metadata.unlink()
    for path in list(source.glob("*/*.jpg")):
        shutil.move(path, source / path.name)  # the archives hold no folder
    lines = ["\t".join(rows[0]), *("\t".join(f'"{value}"' for value in row.values()) for row in rows)]
    (source / "HAM10000_metadata.tab").write_text("\n".join(lines), encoding="utf-8")
    found = read_source(source)
    assert found.layout == "ham10000"
    assert [(r.image_id, r.lesion_id, r.diagnosis) for r in found.rows] == [
        (r.image_id, r.lesion_id, r.diagnosis) for r in kaggle.rows
    ]
    assert set(found.files) == set(kaggle.files)
    assert {row.details["dataset"] for row in found.rows} == {"vidir_modern"}
    assert found.problems == {}
    (source / "HAM10000_metadata.tab").rename(source / "HAM10000_metadata")
    assert len(read_source(source).rows) == 35


def test_isic2017(isic2017: Path) -> None:
    found = read_source(isic2017)
    assert (found.layout, found.licence, found.problems) == ("isic2017", "CC0-1.0", {})
    assert Counter(row.diagnosis for row in found.rows) == {"mel": 4, "nv": 4, "bkl": 4}
    assert all(row.lesion_id == row.image_id for row in found.rows)
    assert Counter(row.details["split"] for row in found.rows) == {"train": 4, "val": 4, "test": 4}
    assert "names no lesions" in found.notes[0]


def test_isic2017_as_the_challenge_serves_it(tmp_path: Path) -> None:
    marks = [("1.0", "0.0"), ("0.0", "1.0"), ("0.0", "0.0")]
    for part, first in (("Training", 0), ("Test_v2", 3)):
        rows = [
            {"image_id": f"ISIC_{first + n:07d}", "melanoma": m, "seborrheic_keratosis": k}
            for n, (m, k) in enumerate(marks)
        ]
        write_table(tmp_path / f"ISIC-2017_{part}_Part3_GroundTruth.csv", rows)
        for row in rows:
            draw(tmp_path / f"ISIC-2017_{part}_Data" / f"{row['image_id']}.jpg", "nv", 1)
            draw(tmp_path / f"ISIC-2017_{part}_Data" / f"{row['image_id']}_superpixels.png", "nv", 2)
    found = read_source(tmp_path)
    assert found.layout == "isic2017"
    assert [row.diagnosis for row in found.rows] == ["mel", "bkl", "nv"] * 2
    assert [row.details["split"] for row in found.rows] == ["train"] * 3 + ["test"] * 3
    assert (found.unlisted, found.problems) == (0, {})


def test_isic2017_defects_are_counted(isic2017: Path) -> None:
    (isic2017 / "images" / "ISIC_0000003.jpg").unlink()
    table = isic2017 / "labels.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",bkl,train", ",scc,train"), encoding="utf-8")
    problems = read_source(isic2017).problems
    assert problems["missing images"].ids == ("ISIC_0000003",)
    assert problems["images with an unknown diagnosis"].ids == ("scc (1)",)


def test_a_folder_for_each_class(folders: Path) -> None:
    found = read_source(folders)
    assert (found.layout, found.name, len(found.rows), found.problems) == ("folders", "My clinic", 28, {})
    assert Counter(row.diagnosis for row in found.rows) == dict.fromkeys(HAM10000_CODES, 4)
    assert list(found.files) == sorted(found.files)
    assert "lesion ids" in found.notes[0]


def test_folders_of_unknown_names_are_counted_and_a_mapping_names_them(folders: Path, tmp_path: Path) -> None:
    (folders / "mel").rename(folders / "Melanom")
    (folders / "nv").rename(folders / "andere")
    found = read_source(folders)
    assert found.problems["images in folders that name no known diagnosis"].ids == ("Melanom (4)", "andere (4)")
    mapping = tmp_path / "m.toml"
    mapping.write_text('name = "clinic"\n[diagnoses]\nmelanom = "mel"\nandere = ""', encoding="utf-8")
    mapped = read_source(folders, mapping_file=mapping)
    assert (mapped.name, mapped.problems) == ("clinic", {})
    assert Counter(row.diagnosis for row in mapped.rows)["mel"] == 4
    assert len(mapped.rows) == 24
    assert mapped.fingerprint != found.fingerprint
    assert mapped.arguments[1:] == ("--mapping", str(mapping))


def test_images_of_ham10000_in_other_folders_keep_their_lesions(tmp_path: Path) -> None:
    lesions = ham10000_lesions()
    by_lesion: dict[str, list[str]] = {}
    for image_id, lesion in lesions.items():
        by_lesion.setdefault(lesion, []).append(image_id)
    siblings = next(ids for ids in by_lesion.values() if len(ids) == 2)
    for image_id in siblings:
        draw(tmp_path / "set" / "nv" / f"{image_id}.jpg", "nv", 1)
    found = read_source(tmp_path / "set")
    assert {row.lesion_id for row in found.rows} == {lesions[siblings[0]]}
    assert found.notes == ()


def test_an_image_in_two_folders_is_used_in_neither(folders: Path) -> None:
    shutil.copy(folders / "mel" / "mel-0.png", folders / "nv")
    found = read_source(folders)
    assert found.problems["images in two folders"].ids == ("mel-0",)
    assert "mel-0" not in found.files


MAPPING = """
name = "clinic"
licence = "CC-BY-4.0"
attribution = "The clinic"
images = "pictures"
[columns]
image = "file"
diagnosis = "label"
lesion = "case"
[details]
age = "years"
[diagnoses]
melanom = "mel"
naevus = "nv"
"""


@pytest.fixture
def table(tmp_path: Path) -> tuple[Path, Path]:
    """A table of six images of three cases, and its mapping."""
    rows = []
    for number in range(6):
        word = "Melanom" if number < 3 else "Naevus"
        draw(tmp_path / "t" / "pictures" / "deep" / f"bild {number}.png", "mel", number)
        rows.append({"file": f"deep/bild {number}.png", "label": word, "case": f"c{number // 2}", "years": "40"})
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    return write_table(tmp_path / "t" / "table.csv", rows), mapping


@pytest.mark.parametrize("by_folder", [True, False])
def test_a_table_with_a_mapping(table: tuple[Path, Path], by_folder: bool) -> None:
    path, mapping = table
    found = read_source(path.parent if by_folder else path, mapping_file=mapping)
    assert (found.layout, found.name, found.licence, found.problems) == ("table", "clinic", "CC-BY-4.0", {})
    assert [(r.image_id, r.lesion_id, r.diagnosis, r.details) for r in found.rows][:3] == [
        (f"bild {n}", f"c{n // 2}", "mel", {"age": "40"}) for n in range(3)
    ]
    assert all(path.is_file() for path in found.files.values())
    assert found.notes == ()


def test_words_that_a_table_s_mapping_does_not_name_are_counted(table: tuple[Path, Path]) -> None:
    path, mapping = table
    path.write_text(path.read_text(encoding="utf-8").replace("Naevus", "Fleck"), encoding="utf-8")
    found = read_source(path, mapping_file=mapping)
    problem = found.problems["images with a diagnosis that the mapping does not name"]
    assert (problem.count, problem.ids) == (3, ("Fleck (3)",))
    assert len(found.rows) == 3


def test_a_table_without_a_mapping_shows_its_columns(table: tuple[Path, Path]) -> None:
    with pytest.raises(DataError, match="has the columns file,label,case,years") as caught:
        read_source(table[0])
    assert "--mapping" in caught.value.cure


def test_a_column_that_is_not_there_is_named(table: tuple[Path, Path]) -> None:
    path, mapping = table
    mapping.write_text(MAPPING.replace('"case"', '"patient"'), encoding="utf-8")
    with pytest.raises(DataError, match="lacks the column patient; it has: file, label, case, years"):
        read_source(path, mapping_file=mapping)


def test_what_is_missing_or_twice_in_a_table_is_counted(table: tuple[Path, Path]) -> None:
    path, mapping = table
    (path.parent / "pictures" / "deep" / "bild 0.png").unlink()
    (path.parent / "pictures" / "more").mkdir()
    shutil.copy(path.parent / "pictures" / "deep" / "bild 1.png", path.parent / "pictures" / "more")
    with path.open("a", encoding="utf-8") as file:
        file.write("bild 5.png,Naevus,c9,\n")
    problems = read_source(path, mapping_file=mapping).problems
    assert {defect: problem.ids for defect, problem in problems.items()} == {
        "missing images": ("bild 0",),
        "images with two different files": ("bild 1",),
        "images listed more than once": ("bild 5",),
    }


def test_a_layout_can_be_named(isic2017: Path) -> None:
    with pytest.raises(DataError, match=r"holds no HAM10000_metadata\.csv"):
        read_source(isic2017, "ham10000")
    assert read_source(isic2017, "isic2017").arguments == (str(isic2017), "--layout", "isic2017")


def test_a_mapping_for_a_layout_that_takes_none_is_refused(isic2017: Path, table: tuple[Path, Path]) -> None:
    with pytest.raises(InputError, match="takes no mapping"):
        read_source(isic2017, mapping_file=table[1])


def test_folders_of_folders_say_which_to_give(folders: Path) -> None:
    (folders.parent / "up" / "train").parent.mkdir()
    shutil.move(folders, folders.parent / "up" / "train")
    with pytest.raises(DataError, match=r"folders of folders \(train\)") as caught:
        read_source(folders.parent / "up")
    assert str(folders.parent / "up" / "train") in caught.value.cure


def test_loose_images_are_told_what_is_read(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", "nv", 1)
    with pytest.raises(DataError) as caught:
        read_source(tmp_path)
    for told in ("HAM10000_metadata.csv", "ISIC 2017", "a folder for each diagnosis", "--mapping"):
        assert told in f"{caught.value}"


def test_the_reduced_table_of_the_download_is_known(tmp_path: Path) -> None:
    (tmp_path / "hmnist_28_28_RGB.csv").write_text("pixel0000,pixel0001\n1,2\n", encoding="utf-8")
    for place in (tmp_path, tmp_path / "hmnist_28_28_RGB.csv"):
        with pytest.raises(DataError, match="toy use only"):
            read_source(place)


def test_a_source_is_narrowed_by_its_details(isic2017: Path) -> None:
    whole = read_source(isic2017)
    (isic2017 / "images" / "ISIC_0000003.jpg").unlink()
    found = narrowed(read_source(isic2017), {"split": "test"})
    assert [row.image_id for row in found.rows] == [f"ISIC_{n:07d}" for n in range(8, 12)]
    assert set(found.files) == {row.image_id for row in found.rows}
    assert found.problems == {}  # the missing image is not of this part
    assert found.arguments[-2:] == ("--only", "split=test")
    assert found.fingerprint != whole.fingerprint


@pytest.mark.parametrize(
    ("only", "told"), [({"split": "x"}, "Values of split there: test, train, val."), ({"age": "5"}, "Columns: split.")]
)
def test_narrowing_to_nothing_tells_what_there_is(isic2017: Path, only: dict[str, str], told: str) -> None:
    with pytest.raises(InputError) as caught:
        narrowed(read_source(isic2017), only)
    assert caught.value.cure == told
