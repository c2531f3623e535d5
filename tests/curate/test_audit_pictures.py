from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.curate.audit import audit_prepared
from lesionlab.curate.audit_pictures import compare_pictures
from lesionlab.curate.audit_words import coverage, verdict
from lesionlab.data.prepare import prepare_ham10000
from lesionlab.data.prepared import METADATA_NAME, PreparedData, open_folder


def test_equal_pictures_under_two_lesion_ids_are_caught_across_parts(tiny_data: PreparedData, tmp_path: Path):
    data = planted_copy(tiny_data, tmp_path)
    audit = audit_prepared(data)
    (found,) = audit.check("same").found
    assert set(found.images) == {"train", "test"}
    assert verdict(audit) == "LEAKS: 1 pair of equal pictures across train and test"


def planted_copy(tiny_data: PreparedData, tmp_path: Path) -> PreparedData:
    """Put the pixels of a training image in the place of a test image of another lesion, at every size."""
    folder = shutil.copytree(tiny_data.folder, tmp_path / "planted")
    rows = tiny_data.split.rows
    one = next(index for index, row in enumerate(rows) if row.part == "train")
    other = next(index for index, row in enumerate(rows) if row.part == "test")
    for path in folder.glob("pixels-*.npy"):
        pixels = np.load(path)
        pixels[other] = pixels[one]
        np.save(path, pixels)
    return open_folder(folder)


def test_a_picture_that_is_equal_at_one_size_alone_is_another(tiny_data: PreparedData, tmp_path: Path):
    folder = shutil.copytree(tiny_data.folder, tmp_path / "planted")
    path = min(folder.glob("pixels-*.npy"))
    pixels = np.load(path)
    pixels[5] = pixels[40]
    np.save(path, pixels)
    assert audit_prepared(open_folder(folder)).check("same").state == "clear"


def test_equal_file_hashes_are_equal_pictures(tiny_data: PreparedData, tmp_path: Path):
    folder = shutil.copytree(tiny_data.folder, tmp_path / "planted")
    head, *lines = (folder / METADATA_NAME).read_text().splitlines()
    position = head.split(",").index("sha256")
    for number in (0, 1, len(lines) - 1):
        cells = lines[number].split(",")
        cells[position - len(head.split(","))] = "f" * 64
        lines[number] = ",".join(cells)
    (folder / METADATA_NAME).write_text("\n".join([head, *lines]) + "\n")
    check = audit_prepared(open_folder(folder)).check("same")
    assert len(check.found) + check.inside == 3


@pytest.fixture(scope="module")
def textures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set in the layout of HAM10000: 28 images, each with fine detail of its own; one is written twice."""
    folder = tmp_path_factory.mktemp("textures")
    images = folder / "HAM10000_images_part_1"
    images.mkdir()
    rows = []
    for number in range(28):
        picture = texture(number)
        picture.save(images / f"ISIC_{number:07d}.jpg", quality=95)
        rows.append((f"HAM_{number:07d}", f"ISIC_{number:07d}", HAM10000_CODES[number % 7]))
    with (folder / "HAM10000_metadata.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("lesion_id", "image_id", "dx"), *rows])
    return folder


def texture(seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((128, 128), Image.Resampling.BICUBIC)


def test_a_re_encoded_image_under_another_id_in_another_part_is_caught(textures: Path, tmp_path: Path):
    folder = shutil.copytree(textures, tmp_path / "planted")
    parts = {row.image_id: row.part for row in prepare_ham10000(folder, "clean", (64,)).split.rows}
    one = min(image for image, part in parts.items() if part == "train")
    other = min(image for image, part in parts.items() if part == "test")
    files = folder / "HAM10000_images_part_1"
    with Image.open(files / f"{one}.jpg") as picture:
        picture.transpose(Image.Transpose.ROTATE_90).resize((100, 100)).save(files / f"{other}.jpg", quality=70)
    audit = audit_prepared(prepare_ham10000(folder, "planted", (64,)))
    assert verdict(audit) == "LEAKS: 1 pair of near duplicates across train and test"
    (found,) = audit.check("near").found
    assert found.images == {"train": (one,), "test": (other,)}
    assert [exposure.all.seen for exposure in audit.exposures] == [0, 1]


def test_pictures_with_detail_of_their_own_are_no_duplicates(textures: Path):
    audit = audit_prepared(prepare_ham10000(textures, "clean", (64,)))
    assert verdict(audit) == "No leak found"
    assert coverage(audit) == "All 6 checks were made."


def test_near_duplicates_are_not_claimed_where_they_were_not_looked_for(textures: Path, tiny_data: PreparedData):
    quick = compare_pictures(prepare_ham10000(textures, "clean", (64,)), quick=True)
    assert quick.why_not == "not looked for: left out with --quick"
    assert compare_pictures(prepare_ham10000(textures, "small", (32,))).why_not.startswith(
        "not looked for: needs 64 px"
    )
    assert compare_pictures(tiny_data).why_not == "not looked for: drawn lesions share their patterns"
