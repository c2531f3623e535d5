"""A tiny theatre: drawn lesions, short classifiers, and a generator that repeats what it saw."""

from __future__ import annotations

from pathlib import Path

import pytest

from lesionlab.data.prepared import PreparedData
from lesionlab.records.codec import to_plain
from lesionlab.records.options import ClassifierOptions
from lesionlab.study.plan import identity
from lesionlab.study.theatre.lists import FoldLists, lists_of
from lesionlab.study.theatre.plan import StagedPlan

SHORT = ClassifierOptions(
    image_size_px=16,
    architecture="small-cnn",
    width=0.125,
    total_kimg=0.032,
    batch_size=16,
    warmup_kimg=0.0,
    ema_halflife_kimg=0.01,
    threads=1,
)


@pytest.fixture(scope="session")
def plan(tiny_data: PreparedData) -> StagedPlan:
    return StagedPlan(
        data=tiny_data.name,
        split_sha256=tiny_data.split.sha256,
        classes=tiny_data.split.classes,
        image_size_px=16,
        classifier=identity(to_plain(SHORT)),
        generator={},
        share=0.4,
        folds=2,
        seeds=(0,),
        made_images=6,
    )


@pytest.fixture(scope="session")
def lists(tiny_data: PreparedData, plan: StagedPlan, tmp_path_factory: pytest.TempPathFactory) -> FoldLists:
    ledger: Path = tmp_path_factory.mktemp("theatre") / "ledger.csv"
    return lists_of(tiny_data, plan, 0, ledger, "a test of staged leaks")
