from __future__ import annotations

import csv
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lesionlab.core.errors import DataError, InputError, ModelError
from lesionlab.core.home import models_folder
from lesionlab.curate import publish as module
from lesionlab.curate.publish import publish
from lesionlab.inference.inspection import Inspector
from lesionlab.inference.sample_folder import begin, plan_for, sample_into
from lesionlab.inference.sampler import Sampler
from lesionlab.records.card import read_card, write_card
from lesionlab.records.synthetic import manifest_csv, read_manifest


@pytest.fixture(scope="module")
def shared_set(tiny_generator: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sampled") / "set"
    sampler = Sampler(tiny_generator)
    plan = plan_for(sampler, {"mel": 3, "nv": 2}, 7, truncation=1.5, sheet=True)
    begin(folder, plan)
    sample_into(folder, sampler, plan)
    return folder


@pytest.fixture
def sampled(shared_set: Path, tmp_path: Path) -> Path:
    """A whole set that a test may damage."""
    return shutil.copytree(shared_set, tmp_path / "set")


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_others_get_every_image_with_its_recipe_and_its_hash(
    sampled: Path, tiny_generator: Path, tmp_path: Path
) -> None:
    done = publish(sampled, tmp_path / "out", also=[tiny_generator])
    out = tmp_path / "out"
    assert (done.images, done.licence) == (5, "CC0 1.0")
    table = rows(out)
    assert next(iter(table[0])) == "file_name"
    made = read_manifest(sampled)
    assert [(row["file_name"], row["label"], int(row["seed"]), row["truncation"]) for row in table] == [
        (f"images/{image.file}", image.diagnosis, image.seed, "1.5") for image in made
    ]
    for image in made:
        assert (out / "images" / image.file).read_bytes() == (sampled / image.file).read_bytes()
    assert {path.name for path in out.iterdir()} == {
        "README.md", "SHA256SUMS", "generator", "images", "metadata.csv", "sampling.json", "sheet.png",
    }  # fmt: skip


def test_the_list_of_hashes_is_of_every_file(sampled: Path, tiny_generator: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = publish(sampled, out, also=[tiny_generator], with_model=True)
    lines = [line.split("  ") for line in (out / "SHA256SUMS").read_text().splitlines()]
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {name for _, name in lines} == there - {"SHA256SUMS"}
    for digest, name in lines:
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert done.size_bytes == sum((out / name).stat().st_size for _, name in lines)


@pytest.mark.parametrize("with_model", [False, True])
def test_with_the_weights_whoever_has_the_set_can_make_an_image_again(
    sampled: Path, tiny_generator: Path, tmp_path: Path, with_model: bool
) -> None:
    out = tmp_path / "out"
    publish(sampled, out, also=[tiny_generator], with_model=with_model)
    names = {"card.json", "groups.csv"} | ({"model.onnx"} if with_model else set())
    assert {path.name for path in (out / "generator").iterdir()} == names
    found = Inspector([out / "generator"] if with_model else []).inspect((out / "images" / "nv-7.png").read_bytes())
    assert found.verdict == ("ours" if with_model else "unknown")


def test_a_set_in_shards_becomes_the_same_folder(sampled: Path, tiny_generator: Path, tmp_path: Path) -> None:
    sampler, shards = Sampler(tiny_generator), tmp_path / "shards"
    plan = plan_for(sampler, {"mel": 3, "nv": 2}, 7, truncation=1.5, images_per_shard=2)
    begin(shards, plan)
    sample_into(shards, sampler, plan)
    publish(shards, tmp_path / "b", also=[tiny_generator])
    publish(sampled, tmp_path / "a", also=[tiny_generator])
    assert rows(tmp_path / "a") == rows(tmp_path / "b")


def test_many_images_go_into_folders_below(
    sampled: Path, tiny_generator: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FLAT_UP_TO", 4)
    publish(sampled, tmp_path / "out", also=[tiny_generator])
    for row in rows(tmp_path / "out"):
        assert row["file_name"].split("/")[1] == row["sha256"][:2]
        assert (tmp_path / "out" / row["file_name"]).is_file()


def test_the_generator_is_found_where_models_lie(sampled: Path, tiny_generator: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="which is not here") as caught:
        publish(sampled, tmp_path / "out")
    assert "--model" in caught.value.cure
    shutil.copytree(tiny_generator, models_folder() / "painter")
    assert publish(sampled, tmp_path / "out").images == 5


def test_a_set_that_is_not_whole_is_refused(sampled: Path, tiny_generator: Path, tmp_path: Path) -> None:
    (sampled / "manifest.csv").unlink()
    with pytest.raises(DataError, match="is not whole: its sampling was stopped"):
        publish(sampled, tmp_path / "out", also=[tiny_generator])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("how", ["missing", "changed", "another's", "relabelled"])
def test_a_set_that_was_changed_is_refused(sampled: Path, tiny_generator: Path, tmp_path: Path, how: str) -> None:
    images = read_manifest(sampled)
    first = next(image for image in images if image.file == "mel-7.png")
    path = sampled / first.file
    if how == "missing":
        path.unlink()
    elif how == "changed":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        named = replace(first, diagnosis="bcc") if how == "relabelled" else replace(first, seed=8)
        others = [image for image in images if image != first]
        (sampled / "manifest.csv").write_text(manifest_csv([named, *others]), newline="")
    with pytest.raises(DataError, match=r"1 of 5 images are missing, or are not what the manifest says: mel-7\.png"):
        publish(sampled, tmp_path / "out", also=[tiny_generator])
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == ["set"]


def test_a_folder_with_something_in_it_is_refused(sampled: Path, tiny_generator: Path) -> None:
    with pytest.raises(InputError, match="is not empty"):
        publish(sampled, sampled, also=[tiny_generator])


def test_images_of_two_generators_are_refused(sampled: Path, tiny_generator: Path, tmp_path: Path) -> None:
    first, *others = read_manifest(sampled)
    (sampled / "manifest.csv").write_text(manifest_csv([replace(first, model_sha256="ab"), *others]), newline="")
    with pytest.raises(ModelError, match="images of 2 generators"):
        publish(sampled, tmp_path / "out", also=[tiny_generator])


@pytest.mark.parametrize("licence", ["no open licence stated", "CC BY-ND 4.0"])
def test_what_may_not_be_passed_on_is_not_published(
    sampled: Path, tiny_generator: Path, tmp_path: Path, licence: str
) -> None:
    closed = shutil.copytree(tiny_generator, tmp_path / "closed")
    write_card(closed, replace(read_card(closed), licence=licence))
    with pytest.raises(DataError, match=f"is under '{licence}'"):
        publish(sampled, tmp_path / "out", also=[closed])


def test_without_the_list_of_what_the_generator_saw_it_is_refused(
    sampled: Path, tiny_generator: Path, tmp_path: Path
) -> None:
    export = shutil.copytree(tiny_generator, tmp_path / "export")
    (export / "groups.csv").unlink()
    with pytest.raises(ModelError, match="is unknown"):
        publish(sampled, tmp_path / "out", also=[export])
    assert not (tmp_path / "out").exists()


def test_attributions_and_what_was_withheld_go_along(sampled: Path, tiny_generator: Path, tmp_path: Path) -> None:
    (sampled / "attributions.csv").write_text("source\n")
    (sampled / "withheld.csv").write_text("seed,withheld\n9,agreement\n")
    plan = json.loads((sampled / "sampling.json").read_text())
    plan["filters"] = [{"name": "agreement", "judge": "ef" * 32, "limit": 0.25}]
    (sampled / "sampling.json").write_text(json.dumps(plan))
    publish(sampled, tmp_path / "out", also=[tiny_generator])
    assert (tmp_path / "out" / "attributions.csv").read_text() == "source\n"
    page = (tmp_path / "out" / "README.md").read_text()
    assert "a probability below 0.25: 1 of 6 images made (judge `efefefefefef`)" in page
