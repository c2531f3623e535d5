from collections import Counter
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from lesionlab.core.errors import LeakError
from lesionlab.core.progress import silent
from lesionlab.data.arm import TrainingArm
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.inference.sample_folder import begin, plan_for, sample_into
from lesionlab.inference.sampler import Sampler
from lesionlab.records.codec import to_plain
from lesionlab.study.plan import identity
from lesionlab.study.theatre.makers import Trained, copied


def test_the_worst_generator_repeats_each_image_in_turn(lists):
    made = copied(lists.own, lists.data, "honest-fold0", 8)
    assert Counter(made.labels.tolist()) == dict.fromkeys(range(7), 8)
    again = copied(lists.own, lists.data, "honest-fold0", 8)
    assert np.array_equal(made.images, again.images)
    assert not np.array_equal(made.images, copied(lists.own, lists.data, "honest-fold1", 8).images)


@pytest.mark.long
def test_a_staged_generator_is_refused_by_the_guard_and_struck_afterwards(lists, tiny_gan_options, tmp_path):
    options = identity(to_plain(replace(tiny_gan_options, total_kimg=0.064)))
    maker = Trained(options, tmp_path / "generators", 1, lambda *_: nullcontext(silent))
    seen = lists.own.with_planted(lists.tested)
    made = maker(seen, lists.data, "saw-test-fold0", 3)
    assert (made.images.shape, Counter(made.labels.tolist())) == ((21, 16, 16, 3), dict.fromkeys(range(7), 3))
    (export,) = tmp_path.glob("generators/saw-test-fold0/*/export")
    sampler, folder = Sampler(export), tmp_path / "pool"
    plan = plan_for(sampler, dict.fromkeys(sampler.card.classes, 1), 5)
    begin(folder, plan)
    sample_into(folder, sampler, plan)
    with pytest.raises(LeakError, match="images of the test part"):
        TrainingArm(lists.data.part("train"), (SyntheticSet.open(folder, [export]),))
    maker.strike()
    with pytest.raises(LeakError, match="provenance unknown"):
        SyntheticSet.open(folder, [export])
