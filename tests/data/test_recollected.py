"""A picture of HAM10000 that is collected again, planted where preparing failed to know it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from lesionlab.core.errors import LeakError
from lesionlab.data.additions import AddedImage, Additions
from lesionlab.data.arm import TrainingArm
from lesionlab.data.ham10000 import read_ham10000
from lesionlab.data.prepare import prepare_source
from lesionlab.data.prepare_added import prepare_with_additions
from lesionlab.data.prepared import PreparedData
from lesionlab.data.procedural import procedural_view
from lesionlab.data.recollected import Look

Plant = Callable[..., PreparedData]


@pytest.fixture
def numbered(source: Path, edit_metadata) -> Path:
    """The small set with ids as the archive's are: seven digits, none of HAM10000's own."""
    for path in source.glob("HAM10000_images_part_*/*.jpg"):
        path.rename(path.with_name(path.name.replace("ISIC_", "ISIC_99")))
    edit_metadata(lambda rows: [row | {"image_id": row["image_id"].replace("ISIC_", "ISIC_99")} for row in rows])
    return source


@pytest.fixture
def held_out(numbered: Path) -> Callable[[str], Path]:
    """Return the file of an image of a part of the small set."""
    rows = prepare_source(read_ham10000(numbered), "base", (16,), 0).data.split.rows

    def find(part: str) -> Path:
        (path,) = numbered.glob(f"*/{next(row.image_id for row in rows if row.part == part)}.jpg")
        return path

    return find


@pytest.fixture
def plant(numbered: Path, tmp_path: Path) -> Plant:
    """Prepare the small set with one added image, which nothing was found about."""

    def prepare(content: bytes, image_id: str = "web:7", size_px: int = 64) -> PreparedData:
        path = tmp_path / "collected.png"
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        image = AddedImage(image_id, image_id, "mel", path, image_id.partition(":")[0], "CC0-1.0", "somebody", digest)
        additions = Additions((image,), ("collection",), (), 1, {})
        source = read_ham10000(numbered)
        return prepare_with_additions(source, additions, lambda *_: [], "more", (size_px,), 0).data

    return prepare


def as_jpeg(image: Image.Image, quality: int = 80) -> bytes:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def turned(image: Image.Image) -> Image.Image:
    side = min(image.size)
    return ImageOps.mirror(ImageOps.fit(image, (side, side)).rotate(90))


CHANGES: dict[str, Callable[[Image.Image], bytes]] = {
    "encoded again": lambda image: as_jpeg(image, 60),
    "smaller": lambda image: as_jpeg(image.resize((image.width * 3 // 4, image.height * 3 // 4))),
    "larger": lambda image: as_jpeg(image.resize((image.width * 3, image.height * 3))),
    "turned and mirrored": lambda image: as_jpeg(turned(image)),
    "darker": lambda image: as_jpeg(image.point(lambda value: int(value * 0.85))),
}


@pytest.mark.parametrize("part", ["validation", "test"])
@pytest.mark.parametrize("change", list(CHANGES))
def test_a_held_out_picture_in_training_is_caught(plant: Plant, held_out, part: str, change: str) -> None:
    path = held_out(part)
    with Image.open(path) as image:
        data = plant(CHANGES[change](image))
    assert "web:7" in data.part("train").image_ids
    with pytest.raises(LeakError, match="1 of 1 added images in training are held-out ones") as caught:
        TrainingArm(data.part("train"))
    assert f"web:7 has the picture of {path.stem} ({part} part, group HAM_" in caught.value.cause
    assert "Prepare 'more' again" in caught.value.cure


def test_the_same_file_is_caught_by_its_bytes_and_the_same_id_by_its_name(plant: Plant, held_out) -> None:
    path = held_out("test")
    with pytest.raises(LeakError, match=f"web:7 has the bytes of {path.stem}"):
        TrainingArm(plant(path.read_bytes()).part("train"))


def test_the_id_alone_tells_it(plant: Plant, held_out) -> None:
    path = held_out("validation")
    other = Image.fromarray(procedural_view("mel", 4711, 0, 64))
    data = plant(as_jpeg(other), f"isic:{path.stem}")
    with pytest.raises(LeakError, match=f"isic:{path.stem} has the id of {path.stem}"):
        TrainingArm(data.part("train"))


def test_a_run_does_not_begin_with_it(plant: Plant, held_out, tiny_gan_options, tmp_path: Path) -> None:
    from lesionlab.training.gan_run import start_gan

    data = plant(held_out("test").read_bytes(), size_px=16)
    with pytest.raises(LeakError, match="are held-out ones"):
        start_gan(tiny_gan_options, data, "planted", tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_picture_of_something_else_trains(plant: Plant) -> None:
    data = plant(as_jpeg(Image.fromarray(procedural_view("mel", 4711, 0, 64))))
    assert "web:7" in TrainingArm(data.part("train")).real.image_ids


def test_a_training_picture_again_is_no_leak(plant: Plant, held_out) -> None:
    data = plant(held_out("train").read_bytes())
    assert len(TrainingArm(data.part("train")).real.image_ids) == len(data.part("train").image_ids)


def test_without_added_images_nothing_is_compared(tiny_data: PreparedData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PreparedData, "take_pixels", lambda *_: pytest.fail("pixels were read"))
    assert TrainingArm(tiny_data.part("train")).synthetic == ()


@pytest.mark.data
def test_real_pictures_are_found_again_and_no_two_different_ones_are_alike(test_data: Path) -> None:
    paths = sorted((test_data / "ham10000").glob("HAM10000_images_part_1/*.jpg"))[::50]
    pictures = [Image.open(path).convert("RGB") for path in paths]
    looks = [Look(np.asarray(picture)) for picture in pictures]
    hashes = np.array([look.hashes[0] for look in looks])
    for number, picture in enumerate(pictures):
        for change in CHANGES.values():
            again = Look(np.asarray(Image.open(io.BytesIO(change(picture))).convert("RGB")))
            assert [place for place in again.same_among(looks, hashes)] == [number]
