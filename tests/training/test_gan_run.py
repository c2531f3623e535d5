import json
import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lesionlab.core.errors import DataError, RunError
from lesionlab.core.imaging import read
from lesionlab.data.prepared import PreparedData
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.models.dcgan import Generator
from lesionlab.models.export import export_generator
from lesionlab.models.weights import load_state
from lesionlab.records.card import read_card
from lesionlab.records.monitor import Ruler
from lesionlab.records.options import ClassifierOptions, GanOptions
from lesionlab.records.run import RunFolder
from lesionlab.training import gan_run
from lesionlab.training.classifier_run import start_classifier
from lesionlab.training.gan_monitor_images import Look
from lesionlab.training.gan_run import continue_gan, start_gan


def test_a_run_explains_itself(tiny_gan_run: RunFolder, tiny_gan_options: GanOptions):
    assert tiny_gan_run.path.name == "00000-gan-tiny-16px"
    record = json.loads((tiny_gan_run.path / "options.json").read_text())
    assert record["options"]["total_kimg"] == tiny_gan_options.total_kimg
    stats = tiny_gan_run.read_stats()
    assert [line["kimg"] for line in stats] == [0.128, 0.256, 0.384, 0.512]
    assert all(math.isfinite(value) for line in stats for value in line.values())
    assert sorted(p.name for p in tiny_gan_run.samples.iterdir()) == ["000000-kimg.webp"]
    assert tiny_gan_run.done
    assert not [p for p in tiny_gan_run.path.rglob("*.part")]


def test_the_card_says_what_made_the_weights(tiny_gan_run: RunFolder, tiny_data: PreparedData):
    card = read_card(tiny_gan_run.export)
    part = tiny_data.part("train")
    assert card.training.split_sha256 == tiny_data.split.sha256
    assert card.training.images == len(part.labels)
    assert sum(card.training.images_per_class.values()) == len(part.labels)
    assert card.training.kimg == 0.512
    assert card.training.command == "lesionlab gan train --data tiny"
    assert card.classes == tiny_data.split.classes


def test_sheet_of_the_export_is_what_the_engine_makes(tiny_generator):
    sampler = Sampler(tiny_generator)
    made = sampler.sample([Recipe(seed, sampler.card.classes[0]) for seed in range(10)]).astype(int)
    first_row = read(tiny_generator / "samples.webp")[2:18, 2:-2].astype(int)
    drawn = [first_row[:, x * 18 : x * 18 + 16] for x in range(10)]
    # WebP is lossy, so each drawn tile is asked which of the ten made ones it shows.
    assert [int(np.abs(made - tile).mean(axis=(1, 2, 3)).argmin()) for tile in drawn] == list(range(10))


def test_other_data_than_the_run_began_with_is_refused(tiny_gan_run, tmp_path, monkeypatch):
    from lesionlab.data.prepare import prepare_procedural

    other = prepare_procedural("other", 84, (16,), seed=1)
    with pytest.raises(RunError, match="began with split"):
        continue_gan(tiny_gan_run, other)


def test_a_run_of_the_other_kind_is_refused(tiny_data, tmp_path, tiny_classifier_options: ClassifierOptions):
    run = start_classifier(tiny_classifier_options, tiny_data, "", tmp_path)
    with pytest.raises(RunError, match="trains a classifier"):
        continue_gan(run, tiny_data)


def test_a_size_that_is_not_prepared_is_refused_before_a_run_is_made(tiny_data, tmp_path):
    with pytest.raises(DataError, match="64"):
        start_gan(GanOptions(image_size_px=64), tiny_data, "", tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_damaged_state_is_named_and_kept(tiny_data, tmp_path, tiny_gan_options):
    run = start_gan(tiny_gan_options, tiny_data, "", tmp_path)
    run.state.write_bytes(b"PK\x03\x04 half a file")
    with pytest.raises(RunError, match="damaged"):
        continue_gan(run, tiny_data)
    assert run.state.read_bytes().startswith(b"PK")


def test_finished_runs_end_in_equal_weights_for_equal_seeds(tiny_data, tmp_path, tiny_gan_options, tiny_gan_run):
    again = start_gan(tiny_gan_options, tiny_data, "", tmp_path)
    continue_gan(again, tiny_data)
    first, second = load_state(tiny_gan_run.state)["trainee"], load_state(again.state)["trainee"]
    for name, weight in first["average"].items():
        assert np.array_equal(weight.numpy(), second["average"][name].numpy()), name


@dataclass
class Told:
    """A yardstick that says what it is told to."""

    looks: list[Look]

    def ruler(self) -> Ruler:
        return Ruler(("told",), {"nv": 2}, real=0.0, blurred=0.05, blur_px=2.0)

    def look(self, generator: Generator) -> Look:
        return self.looks.pop(0)


def run_told(kids: list[float], diversity: list[float], options: GanOptions, data, parent, monkeypatch) -> RunFolder:
    """Train with a look each tick of 0.128 kimg at these KIDs and diversities."""
    told = Told([Look(kid, {"nv": share}) for kid, share in zip(kids, diversity, strict=True)])
    monkeypatch.setattr(gan_run, "_yardstick", lambda *arguments: told)
    run = start_gan(options, data, "", parent)
    continue_gan(run, data)
    return run


def test_what_is_exported_is_the_generator_of_the_lowest_kid(tiny_data, tmp_path, tiny_gan_options, monkeypatch):
    exported = []

    def export(generator: Generator, folder: Path) -> str:
        exported.append({name: value.clone() for name, value in generator.state_dict().items()})
        return export_generator(generator, folder)

    monkeypatch.setattr(gan_run, "export_generator", export)
    options = replace(tiny_gan_options, kid_kimg=0.128)
    run = run_told([0.3, 0.1, 0.2, 0.4], [0.9] * 4, options, tiny_data, tmp_path, monkeypatch)
    card = read_card(run.export)
    assert card.training.kimg == 0.256
    assert card.training.seconds == run.read_stats()[1]["seconds"]  # of as much of the training as made it
    assert [(m.name, m.value, m.part, m.judge) for m in card.metrics] == [("kid_at_choice", 0.1, "validation", "told")]
    trainee = load_state(run.state)["trainee"]
    assert all(torch.equal(exported[0][name], value) for name, value in trainee["monitor"]["best"].items())
    assert any(not torch.equal(exported[0][name], value) for name, value in trainee["average"].items())


def test_an_alarm_that_stops_ends_the_run_with_its_best_generator(tiny_data, tmp_path, tiny_gan_options, monkeypatch):
    options = replace(tiny_gan_options, kid_kimg=0.128, on_collapse="stop", total_kimg=99)
    run = run_told([0.1, 0.2, 0.3], [0.9, 0.05, 0.05], options, tiny_data, tmp_path, monkeypatch)
    assert run.done
    assert read_card(run.export).training.kimg == 0.128
    assert [line["kimg"] for line in run.read_stats()] == [0.128, 0.256, 0.384]
    assert "An alarm ended it before its time" in run.report.read_text()
