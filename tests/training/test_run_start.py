"""What every export says of the real images behind it."""

from __future__ import annotations

from lesionlab.data.prepared import PreparedData
from lesionlab.records.card import read_card
from lesionlab.records.run import RunFolder
from lesionlab.records.seen_groups import read_seen_groups


def test_a_generator_s_export_lists_the_training_part_alone(tiny_data: PreparedData, tiny_gan_run: RunFolder) -> None:
    seen = read_seen_groups(tiny_gan_run.export, read_card(tiny_gan_run.export))
    part = tiny_data.part("train")
    assert [(row.group, row.image_id) for row in seen.rows] == sorted(zip(part.groups, part.image_ids, strict=True))
    assert {row.use for row in seen.rows} == {"train"}


def test_a_classifier_s_export_lists_what_chose_its_stopping_point_too(
    tiny_data: PreparedData, tiny_classifier_run: RunFolder
) -> None:
    seen = read_seen_groups(tiny_classifier_run.export, read_card(tiny_classifier_run.export))
    assert seen.images("train") == set(tiny_data.part("train").image_ids)
    assert seen.images("validation") == set(tiny_data.part("validation").image_ids)
    shut = {row.group for row in tiny_data.split.rows if row.part == "test"}
    assert not seen.groups() & shut
