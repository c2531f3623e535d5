from __future__ import annotations

import numpy as np

from lesionlab.models.dcgan import Generator
from lesionlab.records.presets import GAN_PRESETS
from lesionlab.training.sample_sheet import SHEET_SEEDS, sample_sheet


def test_the_sheet_shows_the_same_seeds_of_each_class_in_a_row():
    generator = Generator(GAN_PRESETS["tiny"].options, 3).eval()
    size, gap = 16, 2
    shown = sample_sheet(generator, 3)
    assert shown.shape == (3 * (size + gap) + gap, SHEET_SEEDS * (size + gap) + gap, 3)
    assert np.array_equal(shown, sample_sheet(generator, 3))
    first, second = shown[gap : gap + size], shown[gap + size + gap : 2 * (gap + size)]
    assert not np.array_equal(first[:, gap : gap + size], first[:, 2 * gap + size : 2 * (gap + size)])
    assert first.shape == second.shape
