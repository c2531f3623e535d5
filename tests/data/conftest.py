"""A small HAM10000 in the Kaggle layout, made of drawn lesions."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.data.procedural import procedural_view
from lesionlab.records.card import read_card, write_card
from lesionlab.records.seen_groups import seen_groups, write_seen_groups

LESIONS_PER_CLASS = 4
METADATA = "HAM10000_metadata.csv"
COLUMNS = ("lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization")

Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def _small_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small-ham10000")
    rows = []
    for lesion in range(LESIONS_PER_CLASS * len(HAM10000_CODES)):
        code = HAM10000_CODES[lesion % len(HAM10000_CODES)]
        for view in range(1 + (lesion < len(HAM10000_CODES))):
            image_id = f"ISIC_{lesion:04d}{view}"
            rows.append(
                (f"HAM_{lesion:04d}", image_id, code, "histo", "" if lesion == 3 else "50.0", "unknown", "back")
            )
            part = folder / f"HAM10000_images_part_{1 + lesion % 2}"
            part.mkdir(exist_ok=True)
            Image.fromarray(procedural_view(code, lesion, view, 64)[8:56]).save(part / f"{image_id}.jpg", quality=90)
    _write_metadata(folder, [dict(zip(COLUMNS, row, strict=True)) for row in rows])
    return folder


@pytest.fixture
def source(_small_source: Path, tmp_path: Path) -> Path:
    """A copy of the small set that a test may damage: 28 lesions, 35 images of 64x48 px."""
    return shutil.copytree(_small_source, tmp_path / "ham10000")


@pytest.fixture
def edit_metadata(source: Path) -> Callable[[Callable[[Rows], Rows]], None]:
    """Rewrite the metadata of `source`: pass a function from rows to rows."""

    def edit(change: Callable[[Rows], Rows]) -> None:
        with (source / METADATA).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        _write_metadata(source, change(rows))

    return edit


@pytest.fixture
def sampled(tmp_path: Path) -> Callable[[Path], Path]:
    """Sample two images of each diagnosis from an exported generator; return their folder."""

    def sample(export: Path) -> Path:
        from lesionlab.inference.sample_folder import begin, plan_for, sample_into
        from lesionlab.inference.sampler import Sampler

        folder = tmp_path / f"{export.name}-samples"
        sampler = Sampler(export)
        plan = plan_for(sampler, dict.fromkeys(sampler.card.classes, 2), 0)
        begin(folder, plan)
        sample_into(folder, sampler, plan)
        return folder

    return sample


@pytest.fixture
def that_saw(tmp_path: Path) -> Callable[..., Path]:
    """Copy an export and give it another list of what it saw: `that_saw(export, train=pairs, validation=pairs)`."""

    def change(export: Path, name: str = "export", **images: Iterable[tuple[str, str]]) -> Path:
        folder = shutil.copytree(export, tmp_path / name)
        digest = write_seen_groups(folder, seen_groups(**images))
        write_card(folder, replace(read_card(folder), groups_sha256=digest))
        return folder

    return change


def _write_metadata(folder: Path, rows: Rows) -> None:
    with (folder / METADATA).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
