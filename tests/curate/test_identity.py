from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from changed_pictures import CHANGES, coloured, cut, encoded, textured, turned
from PIL import Image

from lesionlab.collect.collection import open_collection
from lesionlab.collect.looking import Inspection, looking_here
from lesionlab.core.errors import DataError
from lesionlab.core.imaging import Pixels, read
from lesionlab.core.resources import splits_folder
from lesionlab.curate import identity_table
from lesionlab.curate.identity import ham10000_inspector
from lesionlab.curate.identity_table import HashTable, ham10000_table, write_table
from lesionlab.data.prepare import prepare_ham10000
from lesionlab.data.prepared import PreparedData
from lesionlab.records.collected import ManifestRecord

IMAGES = 24


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("identity") / "source"
    images = folder / "HAM10000_images_part_1"
    images.mkdir(parents=True)
    codes = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
    lines = ["lesion_id,image_id,dx"]
    for seed in range(IMAGES):
        Image.fromarray(textured(seed)).save(images / f"ISIC_{9_000_000 + seed}.jpg", quality=92)
        lines.append(f"L{seed},ISIC_{9_000_000 + seed},{codes[seed % 7]}")
    (folder / "HAM10000_metadata.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def table(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HashTable:
    write_table(source, tmp_path / "splits" / identity_table.TABLE_NAME)
    monkeypatch.setattr(identity_table, "splits_folder", lambda: tmp_path / "splits")
    ham10000_table.cache_clear()
    yield ham10000_table()
    ham10000_table.cache_clear()


@pytest.fixture
def prepared(source: Path) -> PreparedData:
    return prepare_ham10000(source, "ham", (64,))


def seen(pixels: Pixels, image_id: str = "Naevus (renamed).jpg", *, base: PreparedData | None = None, sha256: str = ""):
    return ham10000_inspector(base)(ManifestRecord("web", image_id, sha256=sha256), pixels)


@pytest.mark.parametrize("image_id", ["ISIC_9000005", "ISIC_9000005.jpg", "a/ISIC_9000005_downsampled"])
def test_an_image_is_known_by_its_id(image_id: str, table: HashTable):
    found = seen(textured(500), image_id)
    assert (found.same_as, found.same_by) == ("ISIC_9000005", "id")


@pytest.mark.parametrize("image_id", ["ISIC_90000051", "XISIC_9000005", "ISIC_1234567"])
def test_an_id_that_only_looks_like_one_is_none(image_id: str, table: HashTable):
    assert seen(textured(500), image_id).same_by == ""


@pytest.mark.parametrize("change", list(CHANGES))
@pytest.mark.parametrize("with_pixels", [False, True])
def test_a_changed_image_is_known_by_its_picture(
    change: str, with_pixels: bool, table: HashTable, prepared: PreparedData
):
    for number in (2, 13):
        found = seen(CHANGES[change](textured(number)), base=prepared if with_pixels else None)
        assert (found.same_as, found.same_by) == (f"ISIC_{9_000_000 + number}", "picture")


def test_other_pictures_are_not_ham10000_s(table: HashTable, prepared: PreparedData):
    for seed in range(100, 130):
        assert seen(textured(seed)).same_as == ""
        assert seen(textured(seed), base=prepared).same_as == ""


def test_equal_bytes_are_known_from_the_prepared_set(table: HashTable, prepared: PreparedData):
    row = prepared.metadata[6]
    found = seen(textured(400), base=prepared, sha256=row["sha256"])
    assert (found.same_as, found.same_by) == (row["image_id"], "bytes")


def test_flat_pictures_are_nobody_s(table: HashTable, prepared: PreparedData):
    for value in (0, 128, 255):
        flat = np.full((90, 120, 3), value, np.uint8)
        assert seen(flat, base=prepared).same_as == ""


def test_the_collection_keeps_what_was_seen_and_the_quality(table: HashTable, tmp_path: Path):
    path = tmp_path / "x.png"
    Image.fromarray(turned(textured(4), 2)).save(path)
    with open_collection(tmp_path / "collection", looking_here(ham10000_inspector()), create=True) as collection:
        kept = collection.keep(ManifestRecord("web", "x"), path.read_bytes())
    assert (kept.same_as, kept.same_by) == ("ISIC_9000004", "picture")
    assert set(kept.quality) == {"sharpness", "brightness", "clipped", "black_border", "strokes"}


def test_a_damaged_table_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(identity_table, "splits_folder", lambda: tmp_path)
    ham10000_table.cache_clear()
    (tmp_path / identity_table.TABLE_NAME).write_text("image_id,hash,trusted_bits\nISIC_0000001,xyz,34\n")
    with pytest.raises(DataError, match="damaged"):
        ham10000_table()


def test_the_committed_table_names_every_image_of_the_release_split():
    ham10000_table.cache_clear()
    lines = (splits_folder() / "ham10000-release.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert ham10000_table().ids == tuple(sorted(row["image_id"] for row in csv.DictReader(lines)))


@pytest.mark.data
def test_real_images_are_known_again_and_others_are_not(test_data: Path):
    ham10000_table.cache_clear()
    inspect = ham10000_inspector()
    files = sorted((test_data / "ham10000").rglob("ISIC_*.jpg"))[::250]
    missed = []
    for number, path in enumerate(files):
        pixels = read(path)
        changed = encoded(turned(coloured(cut(pixels, 0.03, number), number), number % 8), 70, (0.5, 1, 2)[number % 3])
        found = inspect(ManifestRecord("web", "renamed"), changed)
        missed += [path.stem] if found.same_as != path.stem else []
        assert found.same_as in ("", path.stem)
    assert len(missed) <= len(files) // 20
    others = sorted((test_data / "isic2017" / "images").iterdir())[::25]
    assert [inspect(ManifestRecord("web", "x"), read(path)) for path in others if _known(inspect, path)] == []


def _known(inspect, path: Path) -> bool:  # type: ignore[no-untyped-def]
    found: Inspection = inspect(ManifestRecord("web", "x"), read(path))
    return bool(found.same_as)
