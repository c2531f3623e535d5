from __future__ import annotations

import hashlib
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sample_files import open_files
from lesionlab.inference.sample_stream import Made
from lesionlab.records.sampling import SamplingPlan
from lesionlab.records.shards import SetFiles

PLAN = SamplingPlan({"model_sha256": "ab"}, {"mel": 100, "nv": 20}, 950)
SHARDED = replace(PLAN, images_per_shard=2)


def made(seed: int, withheld: str = "") -> Made:
    content = b"" if withheld else b"png of %d" % seed
    return Made(Recipe(seed, "mel", 1.5), content, {"agreement": 0.25}, withheld)


def test_a_file_is_written_at_once_and_named_by_diagnosis_and_seed(tmp_path: Path) -> None:
    files = open_files(tmp_path, PLAN, 0)
    (line,) = files.put(made(950))
    assert (tmp_path / "mel-0950.png").read_bytes() == b"png of 950"
    image = line.image
    assert (image.file, image.seed, image.truncation, image.agreement) == ("mel-0950.png", 950, 1.5, 0.25)
    assert (image.sha256, image.model_sha256) == (hashlib.sha256(b"png of 950").hexdigest(), "ab")
    assert files.finish() == []


@pytest.mark.parametrize("plan", [PLAN, SHARDED])
def test_what_is_withheld_gets_a_line_and_no_file(tmp_path: Path, plan: SamplingPlan) -> None:
    files = open_files(tmp_path, plan, 0)
    lines = [*files.put(made(950, "agreement")), *files.finish()]
    assert [(each.withheld, each.image.file, each.image.shard) for each in lines] == [("agreement", "", "")]
    assert list(tmp_path.iterdir()) == []


def test_lines_of_a_shard_come_when_it_is_whole(tmp_path: Path) -> None:
    files = open_files(tmp_path, SHARDED, 4)
    assert files.put(made(950)) == files.put(made(951, "agreement")) == []
    assert not (tmp_path / "images-000002.tar").exists()
    lines = files.put(made(952))
    assert [each.image.seed for each in lines] == [950, 951, 952]
    assert [each.image.shard for each in lines] == ["images-000002.tar", "", "images-000002.tar"]
    files.put(made(953))
    (last,) = files.finish()
    with SetFiles(tmp_path) as there:
        assert there.read(last.image) == b"png of 953"


def test_each_image_of_a_shard_has_its_recipe_and_scores_beside_it(tmp_path: Path) -> None:
    files = open_files(tmp_path, SHARDED, 0)
    line = [*files.put(made(950)), *files.put(made(951))][0]
    with tarfile.open(tmp_path / "images-000000.tar") as tar:
        assert tar.getnames() == ["mel-0950.png", "mel-0950.json", "mel-0951.png", "mel-0951.json"]
        told = json.loads(tar.extractfile("mel-0950.json").read())  # type: ignore[union-attr]
    assert told == {
        "seed": 950,
        "diagnosis": "mel",
        "truncation": 1.5,
        "model_sha256": "ab",
        "sha256": line.image.sha256,
        "agreement": 0.25,
    }


def test_a_shard_in_the_making_can_be_given_up(tmp_path: Path) -> None:
    files = open_files(tmp_path, SHARDED, 0)
    files.put(made(950))
    files.discard()
    assert list(tmp_path.iterdir()) == []
