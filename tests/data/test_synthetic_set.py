from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lesionlab.core.errors import DataError, InputError, LeakError
from lesionlab.core.home import models_folder, runs_folder
from lesionlab.core.imaging import read
from lesionlab.data.prepared import PreparedData
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.data.test_part import open_test_part
from lesionlab.inference.sample_folder import begin, plan_for, sample_into
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card
from lesionlab.records.seen_groups import read_seen_groups


@pytest.fixture
def folder(sampled: Callable[[Path], Path], tiny_generator: Path) -> Path:
    return sampled(tiny_generator)


def test_its_pixels_and_labels_are_those_of_the_files(folder: Path, tiny_generator: Path) -> None:
    fakes = SyntheticSet.open(folder, [tiny_generator])
    classes = ("vasc", "nv", "mel", "df", "bkl", "bcc", "akiec")
    assert [classes[label] for label in fakes.labels(classes)] == [image.diagnosis for image in fakes.images]
    np.testing.assert_array_equal(fakes.pixels(16)[0], read(folder / fakes.images[0].file))
    assert fakes.pixels(32).shape == (14, 32, 32, 3)


@pytest.mark.parametrize("where", ["models", "runs"])
def test_its_generator_is_found_where_models_lie(folder: Path, tiny_generator: Path, where: str) -> None:
    place = models_folder() / "painter" if where == "models" else runs_folder() / "00007-gan" / "export"
    shutil.copytree(tiny_generator, place)
    (saw,) = SyntheticSet.open(folder).saw
    assert (saw.role, saw.name) == ("generator", read_card(tiny_generator).weights_sha256)
    assert saw.seen == read_seen_groups(tiny_generator, read_card(tiny_generator))


def test_without_its_generator_its_provenance_is_unknown(folder: Path) -> None:
    with pytest.raises(LeakError, match=r"which is none of the \d+ models here: provenance unknown") as caught:
        SyntheticSet.open(folder)
    assert "Sample from a model whose export is there" in caught.value.cure


@pytest.mark.parametrize("what", ["missing", "changed", "other weights"])
def test_without_the_list_of_what_its_generator_saw_its_provenance_is_unknown(
    folder: Path, tiny_generator: Path, tmp_path: Path, what: str
) -> None:
    export = shutil.copytree(tiny_generator, tmp_path / "export")
    groups = export / "groups.csv"
    if what == "missing":
        groups.unlink()
    elif what == "changed":
        groups.write_bytes(groups.read_bytes().replace(b",train\n", b",validation\n", 1))
    else:
        (export / "model.onnx").write_bytes(b"others")
    with pytest.raises(LeakError, match="provenance unknown"):
        SyntheticSet.open(folder, [export])


def test_nobody_makes_one_without_its_generator(folder: Path, tiny_generator: Path) -> None:
    fakes = SyntheticSet.open(folder, [tiny_generator])
    with pytest.raises(LeakError, match="provenance unknown"):
        SyntheticSet(folder, fakes.images, ())
    with pytest.raises(LeakError, match="provenance unknown"):
        replace(fakes, images=(replace(fakes.images[0], model_sha256="ab" * 32),))


def test_a_folder_without_manifest_or_with_another_is_refused(folder: Path, tiny_generator: Path) -> None:
    manifest = folder / "manifest.csv"
    whole = manifest.read_text()
    for content in (
        "",
        "file,seed\n",
        whole.replace("akiec-0.png", "../akiec-0.png"),
        whole.replace("akiec-0.png,0", "x,y"),
    ):
        manifest.write_text(content)
        with pytest.raises(DataError, match="is no manifest of synthetic images"):
            SyntheticSet.open(folder, [tiny_generator])
    manifest.unlink()
    with pytest.raises(DataError, match="is not whole: its sampling was stopped"):
        SyntheticSet.open(folder, [tiny_generator])
    (folder / "sampling.json").unlink()
    with pytest.raises(DataError, match="nobody knows what made its images"):
        SyntheticSet.open(folder, [tiny_generator])


def test_an_image_that_is_not_the_one_of_the_manifest_is_refused(folder: Path, tiny_generator: Path) -> None:
    fakes = SyntheticSet.open(folder, [tiny_generator])
    shutil.copy(folder / "mel-0.png", folder / "nv-0.png")
    with pytest.raises(DataError, match=r"nv-0\.png is missing or is not the file"):
        fakes.pixels(16)


def test_its_images_may_lie_in_shards(folder: Path, tiny_generator: Path, tmp_path: Path) -> None:
    sampler = Sampler(tiny_generator)
    plan = plan_for(sampler, dict.fromkeys(sampler.card.classes, 2), 0, images_per_shard=4)
    begin(tmp_path / "shards", plan)
    sample_into(tmp_path / "shards", sampler, plan)
    files, shards = (SyntheticSet.open(each, [tiny_generator]) for each in (folder, tmp_path / "shards"))
    np.testing.assert_array_equal(shards.pixels(16), files.pixels(16))
    shards.filtered({"nv-1.png", "mel-0.png"}, "novelty reference", tiny_generator).write(tmp_path / "kept")
    again = SyntheticSet.open(tmp_path / "kept", [tiny_generator])
    assert [image.shard for image in again.images] == ["", ""]
    assert again.pixels(16).shape == (2, 16, 16, 3)
    (tmp_path / "shards" / "images-000002.tar").unlink()
    with pytest.raises(DataError, match=r"images-000002\.tar.* is missing or is not the file"):
        shards.pixels(16)


def test_files_to_keep_must_be_its_own(folder: Path, tiny_generator: Path, tiny_classifier: Path) -> None:
    fakes = SyntheticSet.open(folder, [tiny_generator])
    with pytest.raises(InputError, match=r"elsewhere\.png is among"):
        fakes.filtered({"elsewhere.png"}, "filter", tiny_classifier)
    with pytest.raises(InputError, match="No file is among the 14 files"):
        fakes.filtered(set(), "filter", tiny_classifier)


def test_what_was_done_with_it_is_written_and_comes_back(
    folder: Path, tiny_data: PreparedData, tiny_generator: Path, tiny_classifier: Path, tmp_path: Path
) -> None:
    test = open_test_part(tiny_data, tmp_path / "ledger.csv", "planted")
    kept = {"mel-0.png", "nv-1.png"}
    fakes = SyntheticSet.open(folder, [tiny_generator]).filtered(kept, "filter", tiny_classifier)
    fakes = fakes.filtered(kept, "novelty reference", tiny_data.part("train")).chosen_on("threshold", test)
    fakes.write(tmp_path / "kept")
    again = SyntheticSet.open(tmp_path / "kept", [tiny_generator])
    assert (again.images, again.saw, again.choices) == (fakes.images, fakes.saw, fakes.choices)
    assert [each.role for each in again.saw] == ["generator", "filter", "novelty reference"]
    assert (again.choices[0].part, again.choices[0].split_sha256) == ("test", tiny_data.split.sha256)
    np.testing.assert_array_equal(again.pixels(16), fakes.pixels(16))
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {*kept, "manifest.csv", "history.json"}
    with (tmp_path / "kept" / "manifest.csv").open(newline="") as file:
        assert {row["file"] for row in csv.DictReader(file)} == kept
    with pytest.raises(InputError, match="is there already"):
        fakes.write(tmp_path / "kept")


def test_a_damaged_history_is_refused(folder: Path, tiny_generator: Path) -> None:
    for content in ("{", '{"saw": [], "choices": 3}', '{"unknown": []}'):
        (folder / "history.json").write_text(content)
        with pytest.raises(DataError, match=r"history\.json"):
            SyntheticSet.open(folder, [tiny_generator])
