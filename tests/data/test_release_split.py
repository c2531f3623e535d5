"""The release split in `splits/` and the command that makes it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.errors import LeakError
from lesionlab.core.imaging import read, square
from lesionlab.data.groups import all_duplicates, known_duplicates
from lesionlab.data.partition import make_split
from lesionlab.data.prepare import prepare_ham10000
from lesionlab.data.rows import ImageRow
from lesionlab.records.split import PARTS, read_split

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "splits" / "ham10000-release.csv"


def test_the_committed_split_is_that_of_the_documentation() -> None:
    split = read_split(RELEASE)
    assert RELEASE.read_bytes() == split.to_csv()
    assert split.sha256 in (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def test_its_parts_are_near_the_fractions_and_share_no_lesion() -> None:
    rows = read_split(RELEASE).rows
    assert len(rows) == 10_015
    lesions = {row.lesion_id: row.part for row in rows}
    assert len(lesions) == 7_470
    assert Counter(row.part for row in rows) == {"train": 7_025, "validation": 1_499, "test": 1_491}
    for part, share in zip(PARTS, (0.7, 0.15, 0.15), strict=True):
        assert Counter(lesions.values())[part] / len(lesions) == pytest.approx(share, abs=0.005)
    assert all(lesions[row.lesion_id] == row.part for row in rows)
    part = {row.image_id: row.part for row in rows}
    assert all(part[one] == part[other] for one, other in all_duplicates())


@pytest.mark.data
def test_prepare_makes_it_byte_for_byte_and_the_cache_equals_direct_decoding(test_data: Path) -> None:
    source = test_data / "ham10000"
    data = prepare_ham10000(source, sizes_px=(16,))
    assert (data.folder / "split.csv").read_bytes() == RELEASE.read_bytes()
    pixels = data.pixels(16)
    for index in range(0, len(data.split.rows), 997):
        (path,) = source.glob(f"HAM10000_images_part_*/{data.split.rows[index].image_id}.jpg")
        np.testing.assert_array_equal(pixels[index], square(read(path), 16))


@pytest.mark.data
def test_the_real_metadata_is_whole(test_data: Path) -> None:
    text = (test_data / "ham10000" / "HAM10000_metadata.csv").read_text(encoding="utf-8")
    assert len(re.findall(r"^HAM_\d{7},ISIC_\d{7},", text, re.MULTILINE)) == 10_015


def test_the_rule_makes_it_again_from_its_ids_and_lesions() -> None:
    split = read_split(RELEASE)
    images = [ImageRow(row.image_id, row.lesion_id, row.diagnosis) for row in split.rows]
    assert make_split(images, known_duplicates(), split.classes, seed=0) == split


def test_by_image_it_cannot_be_made() -> None:
    split = read_split(RELEASE)
    images = [ImageRow(row.image_id, row.image_id, row.diagnosis) for row in split.rows]
    with pytest.raises(LeakError, match=r"1,9\d\d lesions of HAM10000 are torn apart") as caught:
        make_split(images, (), split.classes, seed=0)
    assert "Split by lesion, not by image" in caught.value.cure
