from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionlab.core.errors import DataError
from lesionlab.core.imaging import read, square
from lesionlab.data.ham10000 import read_ham10000
from lesionlab.data.prepare import prepare_source
from lesionlab.data.prepared import PreparedData
from lesionlab.data.resolution import check_resolution

Enlarge = Callable[[int, int], None]


@pytest.fixture
def enlarge(source: Path) -> Enlarge:
    """Replace the pictures of `source` by enlarged ones, as large as originals are."""

    def change(width: int, height: int) -> None:
        for path in source.glob("*/*.jpg"):
            with Image.open(path) as image:
                large = image.resize((width, height))
            large.save(path, quality=80)

    return change


def prepare(source: Path, *sizes_px: int) -> PreparedData:
    return prepare_source(read_ham10000(source), "small", sizes_px, 0).data


def refusal(source: Path, *sizes_px: int) -> DataError:
    with pytest.raises(DataError) as caught:
        prepare(source, *sizes_px)
    return caught.value


@pytest.mark.parametrize("size", [224, 256])
def test_small_editions_are_refused_where_only_originals_will_do_and_those_are_named(size: int, source: Path) -> None:
    error = refusal(source, 64, size)
    assert f"35 of 35 images are too small for {size} px" in error.cause
    assert "with 64 x 48 pixels" in error.cause
    assert "600 x 450" in error.cure
    assert "lesionlab collect ham10000" in error.cure


def test_a_size_added_later_is_refused_likewise_and_what_was_there_stays(source: Path) -> None:
    prepare(source, 16)
    refusal(source, 256)
    assert prepare(source, 16).sizes_px == (16,)


def test_one_small_picture_among_originals_is_enough(source: Path, enlarge: Enlarge) -> None:
    enlarge(300, 260)
    (path,) = source.glob("*/ISIC_00050.jpg")
    with Image.open(path) as image:
        narrow = image.resize((600, 255))
    narrow.save(path)
    error = refusal(source, 256)
    assert "1 of 35 images are too small" in error.cause
    assert "ISIC_00050.jpg with 600 x 255 pixels" in error.cause


def test_originals_are_prepared_at_256_px_and_what_smaller_models_see_stays(source: Path, enlarge: Enlarge) -> None:
    enlarge(600, 450)
    before = prepare(source, 16).pixels(16).copy()
    data = prepare(source, 16, 256)
    assert np.array_equal(data.pixels(16), before)
    row = data.split.rows[3]
    (path,) = source.glob(f"*/{row.image_id}.jpg")
    assert np.array_equal(data.pixels(256)[3], square(read(path), 256))


def test_smaller_sizes_may_be_enlarged(source: Path) -> None:
    assert prepare(source, 128).sizes_px == (128,)


def test_what_is_no_image_is_left_to_decoding(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no image")
    check_resolution([tmp_path / "text.jpg", tmp_path / "absent.jpg"], (256,))


def test_training_at_256_px_names_the_originals_where_they_were_not_prepared(tiny_data: PreparedData) -> None:
    with pytest.raises(DataError) as caught:
        tiny_data.pixels(256)
    assert "not at 256 px" in caught.value.cause
    assert "600 x 450" in caught.value.cure
    with pytest.raises(DataError) as caught:
        tiny_data.pixels(64)
    assert "600 x 450" not in caught.value.cure
