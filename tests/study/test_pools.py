from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from lesionlab.core.progress import silent
from lesionlab.records.codec import to_plain
from lesionlab.study.claims import claim
from lesionlab.study.first_protocol import first_protocol
from lesionlab.study.fold_data import FoldData
from lesionlab.study.frozen import freeze
from lesionlab.study.plan import identity
from lesionlab.study.pools import BusyError, Pools
from lesionlab.study.slots import slots_of


@pytest.fixture(scope="module")
def pools(tiny_data, tiny_gan_options, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESIONLAB_HOME", str(tmp_path_factory.mktemp("home")))
        protocol = replace(
            first_protocol("tiny", 16, 1, 1),
            folds=3,
            real_shares=(1.0, 0.5),
            generator=identity(to_plain(replace(tiny_gan_options, total_kimg=0.128))),
            pool_images=3,
        )
        folds = FoldData(tiny_data, protocol)
        study = freeze(protocol, folds.images(), tiny_data.split.sha256, tiny_data.split.classes)
        yield Pools(study, folds, 1, lambda *_: nullcontext(silent))


def test_a_pool_is_of_a_generator_that_saw_its_fold_s_images_and_no_others(pools):
    pool = pools.pool(0, 0.5)
    assert np.bincount(pool.labels(pools.folds.data.split.classes)).tolist() == [3] * 7
    assert slots_of(pools.study.protocol.arm("raw"), pools.folds, 0, 0.5, pool).filling is not None
    part = pools.folds.shared(0, 0.5).part("train")
    assert pool.saw[0].seen.images("train") == set(part.image_ids)


def test_what_is_there_is_not_made_again(pools):
    first = pools.pool(0, 0.5)
    files = {path: path.stat().st_mtime_ns for path in (pools.study.path / "pools").rglob("*.png")}
    again = pools.pool(0, 0.5)
    assert again.images == first.images
    assert {path: path.stat().st_mtime_ns for path in (pools.study.path / "pools").rglob("*.png")} == files


def test_another_process_at_work_is_told_and_not_waited_for(pools):
    with claim(pools.study.path, "raw-50pct-fold1") as held:
        assert held
        with pytest.raises(BusyError, match="making raw-50pct-fold1"):
            pools.pool(1, 0.5)
