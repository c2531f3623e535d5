from dataclasses import replace

import numpy as np
import pytest

from lesionlab.study.tstr import trained_on


def test_right_labels_teach_more_than_shuffled_ones(tiny_data, tiny_classifier_options):
    part, tested = tiny_data.part("train"), tiny_data.part("validation")
    images = part.images(16)
    shuffled = np.random.default_rng(0).permutation(part.labels)
    options = replace(tiny_classifier_options, total_kimg=1.5)  # half of it teaches too little for 14 lesions to tell
    right = trained_on(images, part.labels, tested, options, seed=0)
    wrong = trained_on(images, shuffled, tested, options, seed=0)
    assert right > wrong + 0.2
    assert right > 2 / 7


def test_it_trains_to_its_end_and_depends_on_the_seed_it_is_given(tiny_data, judge):
    part, tested, told = tiny_data.part("train"), tiny_data.part("validation"), []
    taught = [
        trained_on(
            part.images(16),
            part.labels,
            tested,
            replace(judge, seed=own),
            seed,
            lambda done, total: told.append((done, total)),
        )
        for own, seed in ((0, 5), (3, 5))
    ]
    assert taught[0] == pytest.approx(taught[1])
    assert told[-1] == (0.128, 0.128)
