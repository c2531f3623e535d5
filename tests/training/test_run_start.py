"""What is refused before a run begins, and what every export says of the real images behind it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lesionlab.core.errors import DataError, RunError
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.data.rights import ATTRIBUTIONS_NAME
from lesionlab.models.weights import save_state
from lesionlab.records.card import read_card
from lesionlab.records.options import GanOptions
from lesionlab.records.run import RunFolder
from lesionlab.records.seen_groups import read_seen_groups
from lesionlab.records.split import Split, SplitRow
from lesionlab.training.gan_run import continue_gan, start_gan
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


def starting(data: PreparedData, options: GanOptions, runs: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        start_gan(options, data, "", runs)
    assert not runs.exists()
    return caught.value


def without_training_images(data: PreparedData, keep: Callable[[SplitRow], bool]) -> PreparedData:
    rows = tuple(row for row in data.split.rows if row.part != "train" or keep(row))
    return data.under(Split(rows, data.split.classes), "planted")


def test_a_class_without_a_training_image_is_told_before_a_run_begins(
    tiny_data: PreparedData, tiny_gan_options: GanOptions, tmp_path: Path
) -> None:
    data = without_training_images(tiny_data, lambda row: row.diagnosis != "vasc")
    error = starting(data, tiny_gan_options, tmp_path / "runs")
    assert "No training image of vasc (66 images in all)" in error.cause


def test_fewer_images_than_a_batch_are_told_before_a_run_begins(
    tiny_data: PreparedData, tiny_gan_options: GanOptions, tmp_path: Path
) -> None:
    error = starting(tiny_data, replace(tiny_gan_options, batch_size=128), tmp_path / "runs")
    assert error.cause == "There are 77 training images, fewer than a batch of 128."
    assert "batch_size of at most 77" in error.cure


@pytest.mark.parametrize(
    "change", [{"max_channels": 32}, {"latent_dim": 5}, {"conditioning": "concat"}, {"upsampling": "transposed"}]
)
def test_a_state_of_another_architecture_is_refused_and_kept(
    change: dict[str, Any],
    tiny_data: PreparedData,
    tiny_gan_options: GanOptions,
    tiny_gan_run: RunFolder,
    tmp_path: Path,
) -> None:
    run = start_gan(replace(tiny_gan_options, **change), tiny_data, "", tmp_path)
    shutil.copy(tiny_gan_run.state, run.state)
    with pytest.raises(RunError, match="does not fit this run's options"):
        continue_gan(run, tiny_data)
    assert run.state.read_bytes() == tiny_gan_run.state.read_bytes()


def test_a_state_of_a_classifier_is_refused(
    tiny_data: PreparedData, tiny_gan_options: GanOptions, tmp_path: Path
) -> None:
    run = start_gan(tiny_gan_options, tiny_data, "", tmp_path)
    save_state(run.state, {"trainee": {"steps": 3, "network": {}}, "sums": {"steps": 0, "values": {}}, "seconds": 1.0})
    with pytest.raises(RunError, match="does not fit this run's options"):
        continue_gan(run, tiny_data)


def test_a_state_of_a_run_on_another_split_is_refused(
    tiny_data: PreparedData, tiny_gan_options: GanOptions, tiny_gan_run: RunFolder, tmp_path: Path
) -> None:
    other = without_training_images(tiny_data, lambda row: row != tiny_data.split.rows[0])
    assert other.split.sha256 != tiny_data.split.sha256
    run = start_gan(tiny_gan_options, other, "", tmp_path)
    shutil.copy(tiny_gan_run.state, run.state)
    with pytest.raises(RunError) as caught:
        continue_gan(run, other)
    assert f"is of a run with split {tiny_data.split.sha256[:12]}" in caught.value.cause
