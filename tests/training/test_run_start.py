"""What every export says of the real images behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lesionlab.data.prepared import Part, PreparedData
from lesionlab.data.rights import ATTRIBUTIONS_NAME
from lesionlab.records.card import read_card
from lesionlab.records.run import RunFolder
from lesionlab.records.seen_groups import read_seen_groups
from lesionlab.training.run_start import write_rights


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


def test_a_model_inherits_licence_and_attribution_and_counts_its_sources(
    tiny_data: PreparedData, tiny_gan_run: RunFolder
) -> None:
    card = read_card(tiny_gan_run.export)
    assert card.training.images_per_source == {"procedural": len(tiny_data.part("train").image_ids)}
    assert (card.licence, card.attribution[:25]) == ("CC0 1.0", "Derived from drawn lesion")
    assert not (tiny_gan_run.export / ATTRIBUTIONS_NAME).exists()


def test_many_attributions_are_listed_beside_the_model(
    tiny_data: PreparedData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = tiny_data.part("train")
    columns = {
        "source": ["isic"] * len(part.labels),
        "licence": ["CC-BY-NC-4.0", *["CC0-1.0"] * (len(part.labels) - 1)],
        "attribution": [f"clinic {number % 5}" for number in range(len(part.labels))],
    }
    monkeypatch.setattr(Part, "column", lambda self, name: tuple(columns[name]))
    rights = write_rights(tmp_path, part)
    assert rights.licence == "CC BY-NC 4.0"
    lines = (tmp_path / ATTRIBUTIONS_NAME).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "source,licence,attribution,images"
    assert len(lines) == 7
    assert sum(int(line.rpartition(",")[2]) for line in lines[1:]) == len(part.labels)
