"""What is worse lies farther away: a released feature space that fails here may not be reported in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.imaging import Pixels, read_for_model, square
from lesionlab.core.resources import released_folder, splits_folder
from lesionlab.inference.extractor import FeatureExtractor
from lesionlab.metrics.fid import fid
from lesionlab.metrics.kid import kid
from lesionlab.metrics.prdc import prdc
from lesionlab.metrics.space import Features
from lesionlab.metrics.spoilt import blurred
from lesionlab.records.split import read_split

pytestmark = pytest.mark.data
EACH = 160
SPACES = sorted((released_folder() / "extractors").iterdir())


def _noisy(images: Pixels, sigma: float) -> Pixels:
    noise = np.random.default_rng(1).normal(0, sigma, images.shape)
    return np.clip(images + noise, 0, 255).round().astype(np.uint8)


def _gridded(images: Pixels, height: int) -> Pixels:
    rows, columns = np.indices(images.shape[1:3])
    pattern = np.where((rows % 4 < 2) ^ (columns % 4 < 2), height, -height)
    return np.clip(images.astype(int) + pattern[None, :, :, None], 0, 255).astype(np.uint8)


SPOILT: dict[str, Callable[[Pixels], Pixels]] = {
    "as it is": lambda images: images,
    "blur 1 px": lambda images: blurred(images, 1),
    "blur 2 px": lambda images: blurred(images, 2),
    "blur 4 px": lambda images: blurred(images, 4),
    "noise 4": lambda images: _noisy(images, 4),
    "noise 8": lambda images: _noisy(images, 8),
    "noise 16": lambda images: _noisy(images, 16),
    "grid 4": lambda images: _gridded(images, 4),
    "grid 8": lambda images: _gridded(images, 8),
    "grid 16": lambda images: _gridded(images, 16),
    "ten, over and over": lambda images: np.repeat(images[:10], EACH // 10, axis=0),
}


@pytest.fixture(scope="module")
def images(test_data: Path) -> dict[str, Pixels]:
    """Training images at 64 px, a lesion group each: two mixed sets, two of nevi, one of melanomas."""
    split = read_split(splits_folder() / "ham10000-release.csv")
    by_group = list({row.group: row for row in split.rows if row.part == "train"}.values())
    rows = [by_group[place] for place in np.random.default_rng(0).permutation(len(by_group))]
    nevi, melanomas = ([row for row in rows[2 * EACH :] if row.diagnosis == code] for code in ("nv", "mel"))
    files = {path.stem: path for path in (test_data / "ham10000").glob("HAM10000_images_part_*/*.jpg")}
    chosen = {
        "one": rows[:EACH],
        "other": rows[EACH : 2 * EACH],
        "nevi": nevi[:EACH],
        "more nevi": nevi[EACH : 2 * EACH],
        "melanomas": melanomas[:EACH],
    }
    return {
        name: np.stack([square(read_for_model(files[row.image_id]), 64) for row in some])
        for name, some in chosen.items()
    }


@pytest.fixture(scope="module", params=SPACES, ids=lambda folder: folder.name)
def seen(request: pytest.FixtureRequest, images: Mapping[str, Pixels]) -> dict[str, Features]:
    """The sets as one released space sees them, and `other` spoilt in every way."""
    extractor = FeatureExtractor(request.param)
    spoilt = {name: change(images["other"]) for name, change in SPOILT.items()}
    return {name: extractor.features(some) for name, some in {**images, **spoilt}.items()}


@pytest.mark.parametrize("harm", ["blur", "noise", "grid"])
def test_more_harm_lies_farther(seen, harm):
    steps = ["as it is", *(name for name in SPOILT if name.startswith(harm))]
    same = [fid(seen["other"], seen[name]) for name in steps]
    assert same == sorted(same)
    assert same[1] > 0.005 * same[-1], dict(zip(steps, same, strict=True))
    others = [kid(seen["one"], seen[name]) for name in steps]
    del others[1]  # the mildest is within the noise of so few images of other lesions
    assert others == sorted(others), dict(zip(steps, others, strict=False))


def test_another_diagnosis_lies_farther_than_the_same(seen):
    same = kid(seen["nevi"], seen["more nevi"])
    assert kid(seen["nevi"], seen["melanomas"]) > 5 * abs(same)


def test_collapse_is_seen(seen):
    real, collapsed = prdc(seen["one"], seen["other"]), prdc(seen["one"], seen["ten, over and over"])
    assert collapsed.coverage < real.coverage / 2
    assert collapsed.recall < 0.1 < 0.8 < real.recall
    assert kid(seen["one"], seen["ten, over and over"]) > kid(seen["one"], seen["other"])


def test_identical_sets_lie_at_no_distance(seen):
    same = prdc(seen["one"], seen["one"])
    assert (same.precision, same.recall, same.coverage) == (1, 1, 1)
    assert fid(seen["one"], seen["one"]) == pytest.approx(0, abs=1e-3 * fid(seen["one"], seen["melanomas"]))
