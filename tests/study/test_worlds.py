from collections import Counter
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch

from lesionlab.core.errors import LeakError, StudyError
from lesionlab.core.imaging import decode
from lesionlab.core.progress import silent
from lesionlab.data.drawings import plan_drawings
from lesionlab.inference.provenance import read_provenance
from lesionlab.records.options import ClassifierOptions
from lesionlab.study.first_protocol import first_protocol
from lesionlab.study.fold_data import FoldData
from lesionlab.study.slots import slots_of
from lesionlab.study.worlds import SYMMETRIES, WORLD, WorldSampler, turned
from lesionlab.training.augmentation import augment

PROTOCOL = replace(first_protocol("tiny", 16, 1, 1), folds=3, pool_images=5)
PLACE = "25pct-fold0"


@pytest.fixture(scope="module")
def folds(tiny_data) -> FoldData:
    return FoldData(tiny_data, PROTOCOL)


@pytest.fixture
def pool_of(folds, tmp_path):
    def make(world: str, fold: int = 0, share: float = 0.25):
        sampler = WorldSampler(replace(PROTOCOL, generator={WORLD: world}), lambda *_: nullcontext(silent))
        return sampler.fill(tmp_path / f"{world}-{fold}-{share}", folds.shared(fold, share), PLACE, None)

    return make


def test_a_perfect_sampler_draws_lesions_that_the_data_has_not_and_knows_no_image(folds, pool_of, tiny_data):
    pool = pool_of("helps")
    assert Counter(image.diagnosis for image in pool.images) == dict.fromkeys(tiny_data.split.classes, 5)
    there = {drawing.seed for drawing in plan_drawings(12 * 7, tiny_data.record.seed)}
    assert there.isdisjoint(image.seed for image in pool.images)
    assert pool.saw[0].seen.rows == ()
    others = pool_of("helps", fold=1)
    assert {image.seed for image in pool.images}.isdisjoint(image.seed for image in others.images)
    found = slots_of(PROTOCOL.arm("raw"), folds, 0, 0.25, pool)
    assert found.generator_sha256 == pool.images[0].model_sha256 != others.images[0].model_sha256


def test_one_that_adds_nothing_repeats_each_of_the_arm_s_images_as_often_as_the_next(folds, pool_of):
    pool = pool_of("null")
    part = folds.shared(0, 0.25).part("train")
    real, labels = part.images(16), part.labels
    shown = Counter()
    for image, label in zip(pool.pixels(16), pool.labels(part.classes), strict=True):
        same = [
            number
            for number in np.flatnonzero(labels == label)
            if any(np.array_equal(image, turned(real[number], each)) for each in range(SYMMETRIES))
        ]
        assert len(same) == 1
        shown[same[0]] += 1
    assert len(shown) == len(labels)
    for label in range(len(part.classes)):
        assert len({shown[number] for number in np.flatnonzero(labels == label)}) == 1


class FixedDraws:
    """Luck of which all is given: three bits choose the symmetry, all else is the same."""

    def __init__(self, bits: int) -> None:
        self.bits, self.calls = [0.9 if bits >> place & 1 else 0.1 for place in range(3)], 0

    def uniform(self, *shape: int) -> torch.Tensor:
        self.calls += 1
        if self.calls == 1:
            return torch.tensor([self.bits[:2]])
        if self.calls == 2:
            return torch.tensor([[[self.bits[2]]]])
        return torch.full((1, *shape), 0.3 + 0.07 * self.calls % 0.6)


def seen_in_training(image) -> np.ndarray:
    pixels = torch.from_numpy(image.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
    views = [augment(pixels.clone(), FixedDraws(bits)).numpy().ravel() for bits in range(SYMMETRIES)]
    return np.array(sorted(views, key=lambda view: tuple(np.round(view[:20], 3))))


def test_the_classifier_s_augmentation_shows_a_turned_image_as_it_shows_the_image(tiny_data):
    """So a slot filled by the sampler that adds nothing has the law of a slot with a real image."""
    image = tiny_data.take_pixels(16, np.array([3]))[0]
    views = seen_in_training(image)
    assert len(np.unique(np.round(views, 3), axis=0)) == SYMMETRIES
    for symmetry in range(SYMMETRIES):
        assert np.allclose(seen_in_training(turned(image, symmetry)), views, atol=1e-4)


@pytest.mark.parametrize(("fold", "share"), [(0, 1.0), (1, 0.25)])
def test_the_guard_holds_in_a_world(folds, pool_of, fold, share):
    slots_of(PROTOCOL.arm("raw"), folds, 0, 0.25, pool_of("null"))
    with pytest.raises(LeakError, match="saw"):
        slots_of(PROTOCOL.arm("raw"), folds, 0, 0.25, pool_of("null", fold, share))


def test_what_is_there_is_not_drawn_again_and_says_what_it_is(pool_of):
    first = pool_of("helps")
    written = {path: path.stat().st_mtime_ns for path in first.folder.iterdir()}
    assert pool_of("helps").images == first.images
    assert {path: path.stat().st_mtime_ns for path in first.folder.iterdir()} == written
    content = (first.folder / first.images[0].file).read_bytes()
    record = read_provenance(content)
    assert (record["synthetic"], record["model_sha256"]) == (True, first.images[0].model_sha256)
    assert decode(content).shape == (16, 16, 3)


def test_worlds_are_of_drawn_lesions_and_have_no_filter(folds, tmp_path):
    sampler = WorldSampler(replace(PROTOCOL, generator={WORLD: "helps"}), lambda *_: nullcontext(silent))
    with pytest.raises(StudyError, match="no filter"):
        sampler.fill(tmp_path / "pool", folds.shared(0, 0.25), PLACE, ClassifierOptions())
    data = folds.shared(0, 0.25)
    real = type(data)(data.folder, replace(data.record, kind="ham10000"), data.split)
    with pytest.raises(StudyError, match="'tiny' holds real ones"):
        sampler.fill(tmp_path / "pool", real, PLACE, None)
    with pytest.raises(StudyError, match="world is 'help'"):
        WorldSampler(replace(PROTOCOL, generator={WORLD: "help"}), lambda *_: nullcontext(silent))
