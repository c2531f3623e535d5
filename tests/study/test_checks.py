from dataclasses import replace

import pytest
from known_studies import PROTOCOL, study_images, training_of

from lesionlab.records.ledger import Opening
from lesionlab.records.study_images import StudyImages
from lesionlab.study.checks import checks

IMAGES = study_images(60)
RECORDS = [
    replace(
        training_of(IMAGES, arm, 1.0, fold, 0, 0.5)[0].record,
        real_sha256=f"real {fold}",
        generator_sha256=f"generator {fold}" if arm == "raw" else "",
    )
    for arm in ("augmented", "raw", "replay")
    for fold in (0, 1)
]
OPENINGS = [Opening("2026-01-01T00:00:00+00:00", "5" * 64, f"00000-effect: {record.name}") for record in RECORDS]


def failed(images=IMAGES, records=RECORDS, openings=OPENINGS) -> list[str]:
    return [check.title for check in checks(images, records, PROTOCOL, openings) if not check.passed]


def test_a_sound_study_passes_all(effect):
    assert failed() == []
    assert {check.passed for check in effect.checks} == {True}
    assert len(effect.checks) == 8


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"real_sha256": "others"}, "the very same real images"),
        ({"generator_sha256": "another"}, "has one generator"),
        ({"generator_sha256": "generator 0"}, "No generator serves two folds"),
        ({"kimg": 2.0}, "equally long"),
    ],
)
def test_what_is_planted_in_a_record_is_found(changes, said):
    records = list(RECORDS)
    if "generator_sha256" in changes:
        records.append(replace(records[3], seed=1, **changes))
    else:
        records[3] = replace(records[3], **changes)
    openings = [*OPENINGS, Opening("", "", f"x: {records[-1].name}")]
    assert any(said in title for title in failed(records=records, openings=openings))


def test_synthetic_images_in_a_real_arm_and_a_look_without_a_line_are_found():
    assert failed(records=[replace(RECORDS[0], generator_sha256="generator 0"), *RECORDS[1:]]) == [
        "Arms without synthetic images saw none"
    ]
    assert failed(openings=OPENINGS[1:]) == ["Every look at a test part is on the list"]


def test_lesions_in_two_folds_and_those_that_choose_where_they_are_tested_are_found():
    first, second, *others = IMAGES.rows
    torn = StudyImages((first, replace(second, fold=3), *others))
    assert failed(images=torn) == ["Every lesion is tested in one fold, with all of its images"]
    chosen = StudyImages(tuple(replace(row, validates=(row.fold,)) for row in IMAGES.rows))
    assert failed(images=chosen) == ["No lesion is chosen by in the fold that tests it"]
