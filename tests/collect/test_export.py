from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionlab.collect.collection import Collection, open_collection
from lesionlab.collect.export import Exported, Wanted, export
from lesionlab.core.errors import CollectError, InputError
from lesionlab.records.collected import ManifestRecord

EVIL = "../../etc/passwd\n| <script>alert(1)</script> `x` é漢 [a](http://b) "


def picture(seed: int, form: str = "JPEG") -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form)
    return buffer.getvalue()


RECORDS = {
    ("isic", "ISIC_1"): ("CC0-1.0", "", "mel", 1),
    ("isic", "ISIC_2"): ("CC-BY-4.0", "A. Author", "nv", 2),
    ("test-wiki", EVIL): ("CC-BY-NC-4.0", EVIL, "", 3),
    ("test-wiki", "Наевус.png"): ("CC-BY-SA-3.0", "B. Author", "nv", 4),
    ("test-wiki", "again.jpg"): ("CC-BY-4.0", "C. Author", "mel", 1),  # the bytes of ISIC_1
}


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with open_collection(tmp_path / "collect", create=True) as collection:
        for (source, image_id), (licence, attribution, diagnosis, seed) in RECORDS.items():
            record = ManifestRecord(
                source,
                image_id,
                page_url=f"https://example.org/{seed}",
                licence=licence,
                attribution=attribution,
                diagnosis_given=f"the word for {diagnosis}",
                diagnosis=diagnosis,
                lesion_id=f"IL_{seed}",
            )
            collection.keep(record, picture(seed, "PNG" if seed == 4 else "JPEG"))
        collection.manifest.change("isic", "ISIC_2", same_as="ISIC_0024306", same_by="picture")
        collection.fail(ManifestRecord("isic", "ISIC_9", licence="CC0-1.0"), "It did not come.")
        yield collection


def read_back(folder: Path) -> list[dict[str, str]]:
    """A plain reader of image folders: a table whose first column names a picture below the folder."""
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert (reader.fieldnames or [])[0] == "file_name"
    for row in rows:
        path = folder / row["file_name"]
        assert path.resolve().is_relative_to(folder.resolve())
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
        with Image.open(path) as image:
            image.load()
            assert image.size == (int(row["width"]), int(row["height"]))
    assert {p for p in (folder / "images").rglob("*") if p.is_file()} == {folder / row["file_name"] for row in rows}
    return rows


def test_a_plain_reader_finds_what_the_manifest_says_each_file_once(collection: Collection, tmp_path: Path) -> None:
    done = export(collection, tmp_path / "out", Wanted())
    rows = read_back(tmp_path / "out")
    assert (done.images, done.records, done.closed) == (len(rows), 5, 0) == (4, 5, 0)
    for row in rows:
        image_id = EVIL if row["diagnosis_given"] == "the word for" else row["image_id"]
        record = collection.manifest.get(row["source"], image_id)
        assert record is not None
        for name in ("licence", "page_url", "sha256", "lesion_id", "same_as"):
            assert row[name] == getattr(record, name)
        assert row["label"] == record.diagnosis
        assert row["attribution"] == " ".join(record.attribution.split())
    (twice,) = (row for row in rows if row["also_from"])
    assert (twice["image_id"], twice["also_from"]) == ("ISIC_1", "test-wiki:again.jpg (CC-BY-4.0)")
    assert {row["licence_url"] for row in rows} >= {"https://creativecommons.org/licenses/by-sa/3.0/"}


def test_names_from_elsewhere_never_reach_the_disk(collection: Collection, tmp_path: Path) -> None:
    export(collection, tmp_path / "out", Wanted())
    names = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    images = {name for name in names if name.startswith("images/")}
    assert names - images == {"metadata.csv", "README.md", "LICENCES.md", "ATTRIBUTION.md"}
    assert all(len(Path(name).stem) == 64 and name.isascii() for name in images)


def test_the_pages_show_foreign_text_and_do_not_run_it(collection: Collection, tmp_path: Path) -> None:
    export(collection, tmp_path / "out", Wanted())
    for name in ("README.md", "LICENCES.md", "ATTRIBUTION.md"):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert "<script>" not in text
        assert "[a](http" not in text
    page = (tmp_path / "out" / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "- A. Author, CC BY 4.0: 1 image\n" in page
    assert "- C. Author, CC BY 4.0: 1 image\n" in page  # also of a file that stands under another record
    assert "é漢" in page


def test_the_card_names_the_strictest_licence_and_the_limits(collection: Collection, tmp_path: Path) -> None:
    done = export(collection, tmp_path / "my set: 1", Wanted())
    card = (tmp_path / "my set: 1" / "README.md").read_text(encoding="utf-8")
    head = card.split("---\n")[1].splitlines()
    assert head[:4] == [
        "license: cc-by-nc-sa-4.0",
        'pretty_name: "my set: 1"',
        "size_categories:",
        '- "n<1K"',
    ]
    assert done.licence == "CC-BY-NC-SA-4.0"
    assert "- Images without a label of the seven: 1." in card
    assert "- Images known as HAM10000's (`same_as` says which): 1." in card
    assert "light skin" in card
    assert "| `nv` Melanocytic nevus | 2 |" in card
    page = (tmp_path / "my set: 1" / "LICENCES.md").read_text(encoding="utf-8")
    assert "| `CC-BY-NC-4.0` | 1 | naming the author, no commercial use |" in page
    assert "| `CC0-1.0` | 1 | nothing |" in page


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(sources=("isic",)), {"ISIC_1", "ISIC_2"}),
        (Wanted(licences=("CC-BY",)), {"ISIC_2", "again.jpg"}),
        (Wanted(diagnoses=("nv",)), {"ISIC_2", "Наевус.png"}),
        (Wanted(("isic",), ("CC0",), ("mel",)), {"ISIC_1"}),
    ],
)
def test_filters(wanted: Wanted, ids: set[str], collection: Collection, tmp_path: Path) -> None:
    done = export(collection, tmp_path / "out", wanted)
    assert {row["image_id"] for row in read_back(tmp_path / "out")} == ids
    assert done.licence == ("CC0-1.0" if ids == {"ISIC_1"} else done.licence)


def test_what_may_not_be_passed_on_stays_here(collection: Collection, tmp_path: Path) -> None:
    collection.manifest.change("isic", "ISIC_2", licence="CC-BY-ND-4.0")
    assert export(collection, tmp_path / "out", Wanted(sources=("isic",))).closed == 1
    assert [row["image_id"] for row in read_back(tmp_path / "out")] == ["ISIC_1"]


def test_nothing_asked_for_is_told(collection: Collection, tmp_path: Path) -> None:
    with pytest.raises(CollectError, match=r"None of the collected images is asked for \(0 fit"):
        export(collection, tmp_path / "out", Wanted(diagnoses=("df",)))
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_refused_and_untouched(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is not empty"):
        export(collection, tmp_path / "out", Wanted())
    with pytest.raises(InputError, match="is a file"):
        export(collection, tmp_path / "out" / "mine.txt", Wanted())
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_taken(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    export(collection, tmp_path / "out", Wanted())
    assert len(read_back(tmp_path / "out")) == 4


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_damaged_file_leaves_no_export(damage: str, collection: Collection, tmp_path: Path) -> None:
    record = collection.manifest.get("isic", "ISIC_2")
    assert record is not None
    path = collection.file_of(record)
    path.unlink() if damage == "missing" else path.write_bytes(b"x" * record.size_bytes)
    before = set(tmp_path.iterdir())
    with pytest.raises(CollectError, match=r"1 of 4 files are missing or damaged: isic:ISIC_2") as caught:
        export(collection, tmp_path / "out", Wanted())
    assert "collect verify" in caught.value.cure
    assert set(tmp_path.iterdir()) == before


def test_what_a_killed_export_left_is_cleared(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / ".out.part" / "images").mkdir(parents=True)
    (tmp_path / ".out.part" / "images" / "half.jpg").write_bytes(b"half")
    export(collection, tmp_path / "out", Wanted())
    assert len(read_back(tmp_path / "out")) == 4
    assert not (tmp_path / ".out.part").exists()


def test_many_images_are_spread_over_folders(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lesionlab.collect.export.FLAT_UP_TO", 3)
    export(collection, tmp_path / "out", Wanted())
    for row in read_back(tmp_path / "out"):
        assert row["file_name"].startswith(f"images/{row['sha256'][:2]}/{row['sha256']}.")


def test_forgotten_images_are_not_exported(collection: Collection, tmp_path: Path) -> None:
    record = collection.manifest.get("isic", "ISIC_2")
    assert record is not None
    collection.manifest.put(replace(record, state="forgotten"))
    assert export(collection, tmp_path / "out", Wanted()) == Exported(
        3, 4, pytest.approx(1500, abs=1500), "CC-BY-NC-SA-4.0", 0
    )  # type: ignore[arg-type]
