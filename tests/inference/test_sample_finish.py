from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.imaging import read, sheet
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sample_folder import begin, plan_for, sample_into
from lesionlab.inference.sampler import Sampler


@pytest.mark.parametrize(
    ("counts", "rows"),
    [
        ({"mel": 10, "nv": 2}, [[("mel", seed) for seed in range(8)], [("nv", 0), ("nv", 1)]]),
        ({"mel": 10}, [[("mel", seed) for seed in range(8)], [("mel", 8), ("mel", 9)]]),
    ],
)
def test_the_sheet_shows_the_first_images_of_each_diagnosis(tmp_path: Path, make_generator, counts, rows) -> None:
    sampler = Sampler(make_generator())
    plan = plan_for(sampler, counts, 0, sheet=True)
    begin(tmp_path / "out", plan)
    sample_into(tmp_path / "out", sampler, plan)
    expected = sheet([list(sampler.sample([Recipe(seed, code) for code, seed in row])) for row in rows])
    np.testing.assert_array_equal(read(tmp_path / "out" / "sheet.png"), expected)
