from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from changed_pictures import CHANGES, encoded, photographed_again, textured
from PIL import Image

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.curate.relations import AddedPicture, relate
from lesionlab.data.prepare import prepare_ham10000
from lesionlab.data.prepared import PreparedData

LESIONS = 21


@pytest.fixture
def base(tmp_path: Path) -> PreparedData:
    folder = tmp_path / "source" / "HAM10000_images_part_1"
    folder.mkdir(parents=True)
    lines = ["lesion_id,image_id,dx"]
    for seed in range(LESIONS):
        Image.fromarray(textured(seed)).save(folder / f"BASE_{seed:02d}.jpg", quality=92)
        lines.append(f"L{seed},BASE_{seed:02d},{HAM10000_CODES[seed % 7]}")
    (tmp_path / "source" / "HAM10000_metadata.csv").write_text("\n".join(lines) + "\n")
    return prepare_ham10000(tmp_path / "source", "base", (64,))


def test_each_added_picture_is_told_what_it_is(base: PreparedData):
    added = [
        AddedPicture("web:copy", CHANGES["turned"](textured(3))),
        AddedPicture("web:again", photographed_again(textured(8))),
        AddedPicture("web:other", textured(100)),
        AddedPicture("web:other-copy", encoded(textured(100), 60)),
    ]
    found = {(r.image_id, r.other_id): r for r in relate(added, base)}
    assert set(found) == {
        ("web:copy", "BASE_03"),
        ("web:again", "BASE_08"),
        ("web:other", "web:other-copy"),
    }
    assert found["web:copy", "BASE_03"].kind == "re-encoded"
    assert found["web:other", "web:other-copy"].among_added
    assert not found["web:copy", "BASE_03"].among_added
    assert relate(added[::-1], base) == relate(added, base)


def test_equal_files_are_known_by_their_sha256(base: PreparedData):
    sha256 = base.metadata[4]["sha256"]
    assert len(sha256) == 64
    (found,) = relate([AddedPicture("web:file", np.asarray(base.pixels(64)[4]), sha256)], base)
    assert (found.other_id, found.kind, found.score) == (base.split.rows[4].image_id, "same file", 1.0)


def test_nothing_added_is_nothing_related(base: PreparedData):
    assert relate([], base) == []
