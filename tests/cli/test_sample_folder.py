from __future__ import annotations

from pathlib import Path

import pytest

from lesionlab.cli.sample_folder import choose_folder, counts_for
from lesionlab.core.errors import InputError
from lesionlab.records.sampling import SamplingPlan, write_plan

CLASSES = ("bcc", "mel", "nv")
PLAN = SamplingPlan({}, {"mel": 1}, 0)


@pytest.mark.parametrize(
    ("diagnosis", "asked", "counts"),
    [
        ("all", [], {"bcc": 8, "mel": 8, "nv": 8}),
        ("mel", [], {"mel": 8}),
        ("all", ["200"], {"bcc": 200, "mel": 200, "nv": 200}),
        ("mel", ["200"], {"mel": 200}),
        ("all", ["nv=5", "mel=200"], {"mel": 200, "nv": 5}),
        ("all", ["10", "mel=200"], {"bcc": 10, "mel": 200, "nv": 10}),
        ("mel", ["mel=3"], {"mel": 3}),
        ("all", ["142857", "mel=714286"], {"bcc": 142857, "mel": 714286, "nv": 142857}),
    ],
)
def test_counts_are_for_each_diagnosis_or_by_name_in_the_order_of_the_classes(diagnosis, asked, counts) -> None:
    assert list(counts_for(CLASSES, diagnosis, asked).items()) == list(counts.items())


@pytest.mark.parametrize(
    ("diagnosis", "asked", "cause"),
    [
        ("all", ["0"], "--count 0 is outside 1..1,000,000"),
        ("all", ["-3"], "--count -3 is outside"),
        ("all", ["mel=0"], "--count 0 is outside"),
        ("all", ["1000001"], "--count 1000001 is outside"),
        ("all", ["333334"], "1,000,002 images are asked for"),
        ("all", ["many"], "--count many is no count"),
        ("all", ["=5"], "--count =5 is no count"),
        ("all", ["mel="], "--count mel= is no count"),
        ("all", ["5", "6"], "--count 6 comes after --count 5"),
        ("all", ["mel=5", "mel=5"], "--count mel=5 comes after"),
        ("nv", ["mel=5"], "--count mel=5 and --diagnosis nv contradict each other"),
    ],
)
def test_bad_counts_are_refused(diagnosis, asked, cause) -> None:
    with pytest.raises(InputError) as caught:
        counts_for(CLASSES, diagnosis, asked)
    assert cause in caught.value.cause


def test_a_folder_in_the_home_is_the_one_where_the_plan_was_stopped_or_the_next(home: Path) -> None:
    samples = home / "samples"
    assert choose_folder(None, "mel", PLAN) == samples / "00000-mel"
    write_plan(samples / "00000-mel", SamplingPlan({}, {"mel": 2}, 0))
    assert choose_folder(None, "mel", PLAN) == samples / "00001-mel"
    write_plan(samples / "00001-mel", PLAN)
    write_plan(samples / "00002-mel", PLAN)
    assert choose_folder(None, "mel", PLAN) == samples / "00001-mel"
    (samples / "00001-mel" / "manifest.csv").write_text("")
    assert choose_folder(None, "mel", PLAN) == samples / "00002-mel"
    (samples / "00002-mel" / "sampling.json").write_text("{")
    assert choose_folder(None, "mel", PLAN) == samples / "00003-mel"
    assert choose_folder(Path("here"), "mel", PLAN) == Path("here").resolve()
