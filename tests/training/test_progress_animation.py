import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lesionlab.core.files import write_bytes
from lesionlab.core.imaging import encode_webp
from lesionlab.core.notice import NOTICE
from lesionlab.records.run import RunFolder
from lesionlab.training.progress_animation import FRAMES, evenly, progress_animation, sheets_of


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path)
    for kimg, level in ((0, 40), (9, 120), (100, 200)):
        write_bytes(run.samples / f"{kimg:06d}-kimg.webp", encode_webp(np.full((20, 30, 3), level, np.uint8)))
    (run.samples / "notes.txt").write_text("not a sheet")
    return run


def test_sheets_come_in_the_order_of_training(run):
    assert [path.name for path in sheets_of(run)] == ["000000-kimg.webp", "000009-kimg.webp", "000100-kimg.webp"]


def test_the_animation_shows_each_sheet_in_order_for_ever_and_says_that_it_is_synthetic(run):
    with Image.open(io.BytesIO(progress_animation(run))) as moving:
        assert (moving.format, moving.size, moving.n_frames, moving.info["loop"]) == ("WEBP", (30, 20), 3, 0)
        levels = []
        for frame in range(3):
            moving.seek(frame)
            levels.append(float(np.asarray(moving.convert("RGB")).mean()))
        packet = moving.info["xmp"].decode()
    assert levels == pytest.approx([40, 120, 200], abs=3)
    assert "trainedAlgorithmicMedia" in packet
    assert NOTICE in packet


def test_of_many_the_frames_are_evenly_chosen_and_the_last_is_among_them():
    paths = [Path(str(number)) for number in range(7)]
    assert evenly(paths, 7) == paths
    assert [path.name for path in evenly(paths, 3)] == ["1", "4", "6"]
    many = [Path(str(number)) for number in range(1000)]
    chosen = evenly(many, FRAMES)
    assert len(set(chosen)) == FRAMES
    assert chosen[-1] == many[-1]
