from __future__ import annotations

import errno
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lesionlab.core.errors import InputError, LeakError, OptionsError, RunError
from lesionlab.core.seeds import latents
from lesionlab.data.folds import fold_split, make_folds
from lesionlab.data.prepared import PreparedData
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.models.precision import choose_compute
from lesionlab.models.weights import load_state, save_state
from lesionlab.records.card import read_card, write_card
from lesionlab.records.options import GanOptions
from lesionlab.records.presets import finetuned
from lesionlab.records.run import RunFolder, create_run
from lesionlab.records.seen_groups import read_seen_groups
from lesionlab.training import gan_run
from lesionlab.training.fine_tuning import Origin, read_origin, set_out
from lesionlab.training.gan_run import continue_gan, start_gan
from lesionlab.training.gan_trainee import GanTrainee

CLASSES = ("bcc", "mel", "nv")
SMALL = GanOptions(
    image_size_px=16,
    batch_size=8,
    latent_dim=6,
    generator_channels=4,
    discriminator_channels=8,
    max_channels=16,
    bf16=False,
    threads=1,
)
RECIPES = {
    "projection": SMALL,
    "concat": replace(SMALL, conditioning="concat"),
    "faithful": replace(SMALL, conditioning="concat", spectral_norm=False, upsampling="transposed"),
    "no average": replace(SMALL, ema_halflife_kimg=0),
}


def trainee(options: GanOptions, classes: tuple[str, ...]) -> GanTrainee:
    images = np.random.default_rng(0).integers(0, 256, (4 * len(classes), 16, 16, 3)).astype(np.uint8)
    labels = np.arange(len(images)) % len(classes)
    return GanTrainee(options, images, labels, classes, choose_compute(False, 1))


def origin_of(parent: GanTrainee, run: RunFolder, export: Path) -> Origin:
    shutil.copytree(export, run.export)
    card = replace(read_card(export), classes=CLASSES)
    return Origin(run, card, parent.options, read_seen_groups(export, read_card(export)), {"trainee": parent.state()})


@pytest.mark.parametrize("options", RECIPES.values(), ids=RECIPES)
def test_a_child_begins_as_its_parent_for_the_classes_it_keeps(options, tiny_gan_run, tmp_path):
    torch.manual_seed(1)
    parent = trainee(options, CLASSES)
    for _ in range(3):
        parent.step()
    child = trainee(replace(options, seed=5), ("bcc", "nv"))
    run = create_run(tmp_path, tiny_gan_run.read(), "child")
    set_out(run, child, origin_of(parent, RunFolder(tmp_path / "parent"), tiny_gan_run.export))
    latent = torch.from_numpy(latents(range(4), options.latent_dim))
    ours, theirs = torch.tensor([0, 1, 1, 0]), torch.tensor([0, 2, 2, 0])
    source = parent.average if options.ema_halflife_kimg else parent.generator.eval()
    with torch.no_grad():
        expected = source(latent, torch.eye(3)[theirs])
        for made in (child.generator.eval(), child.average):
            assert torch.allclose(made(latent, torch.eye(2)[ours]), expected, atol=1e-6)
    assert load_state(run.state)["trainee"]["steps"] == 0
    figures = child.step()
    assert all(torch.isfinite(value) for value in figures.values())


def test_a_child_of_all_classes_has_its_parent_s_discriminator_too(tiny_gan_run, tmp_path):
    parent = trainee(SMALL, CLASSES)
    for _ in range(3):
        parent.step()
    child = trainee(replace(SMALL, seed=5), CLASSES)
    run = create_run(tmp_path, tiny_gan_run.read(), "child")
    set_out(run, child, origin_of(parent, RunFolder(tmp_path / "p"), tiny_gan_run.export))
    images, label = torch.rand(6, 3, 16, 16) * 2 - 1, torch.arange(6) % 3
    with torch.no_grad():
        judged = [each.discriminator.eval()(images, label) for each in (parent, child)]
    assert torch.allclose(*judged, rtol=0.05, atol=0.05)


def options_of_a_child(parent: GanOptions) -> GanOptions:
    return replace(finetuned(parent), total_kimg=0.128, batch_size=8, tick_kimg=0.016)


@pytest.fixture(scope="module")
def child(
    tiny_data: PreparedData, tiny_gan_run: RunFolder, tiny_gan_options: GanOptions, tmp_path_factory
) -> RunFolder:
    """A finished run that began with the weights of a parent that is no longer there; do not write into it."""
    folder = tmp_path_factory.mktemp("child")
    parent = RunFolder(Path(shutil.copytree(tiny_gan_run.path, folder / "parent")))
    run = start_gan(options_of_a_child(tiny_gan_options), tiny_data, "", folder, only=("df",), origin=parent)
    shutil.rmtree(parent.path)
    continue_gan(run, tiny_data)
    return run


def test_a_child_is_trained_on_its_class_alone_and_names_its_parent(child, tiny_data, tiny_gan_run):
    card, parent = read_card(child.export), read_card(tiny_gan_run.export)
    part = tiny_data.part("train")
    count = int((part.labels == part.classes.index("df")).sum())
    assert (card.name, card.classes) == ("DCGAN 16 px, df", ("df",))
    assert card.training.images_per_class == {"df": count}
    assert card.training.parent is not None
    assert card.training.parent.weights_sha256 == parent.weights_sha256
    assert card.training.parent.classes == parent.classes
    assert card.training.parent.kimg == parent.training.kimg
    assert (card.licence, card.attribution) == (parent.licence, parent.attribution)
    sampler = Sampler(child.export)
    assert sampler.sample([Recipe(1, "df")]).shape == (1, 16, 16, 3)
    with pytest.raises(InputError):
        sampler.sample([Recipe(1, "nv")])


def test_what_the_parent_saw_the_child_has_seen(child, tiny_data, tiny_gan_run):
    seen = read_seen_groups(child.export, read_card(child.export))
    of_parent = read_seen_groups(tiny_gan_run.export, read_card(tiny_gan_run.export))
    assert set(of_parent.rows) <= set(seen.rows)
    assert seen.images("train") == set(tiny_data.part("train").image_ids)


def test_a_child_stopped_on_the_way_ends_in_the_same_weights(
    child, tiny_data, tiny_gan_run, tiny_gan_options, tmp_path, monkeypatch
):
    again = start_gan(options_of_a_child(tiny_gan_options), tiny_data, "", tmp_path, only=("df",), origin=tiny_gan_run)
    first = load_state(again.state)["trainee"]
    assert first["steps"] == 0

    def interrupt(done: float, total: float, **figures: float) -> None:
        if 0.05 < done < total:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        continue_gan(again, tiny_data, interrupt)
    assert 0 < load_state(again.state)["trainee"]["steps"] < 16
    monkeypatch.setattr(gan_run, "_export", lambda *arguments: None)
    continue_gan(again, tiny_data)
    mine, theirs = (load_state(run.state)["trainee"] for run in (again, child))
    for name in ("generator", "discriminator", "average"):
        for key, value in theirs[name].items():
            assert torch.equal(value, mine[name][key]), f"{name} {key}"
    assert not torch.equal(theirs["generator"]["first.weight"], first["generator"]["first.weight"])


def test_a_child_without_its_first_state_is_refused_instead_of_beginning_anew(child, tiny_data, tmp_path):
    stopped = create_run(tmp_path, child.read(), "stopped")
    with pytest.raises(RunError, match="before it had the weights"):
        continue_gan(stopped, tiny_data)


def test_the_card_of_another_parent_is_refused(child, tiny_data, tmp_path):
    changed = RunFolder(Path(shutil.copytree(child.path, tmp_path / "changed")))
    write_card(changed.parent, replace(read_card(changed.parent), weights_sha256="0" * 64))
    with pytest.raises(RunError, match="the run began with"):
        continue_gan(changed, tiny_data)


def test_a_full_disk_leaves_no_child_that_begins_anew(tiny_data, tiny_gan_run, tiny_gan_options, tmp_path, monkeypatch):
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(RunError, match="is full"):
        start_gan(options_of_a_child(tiny_gan_options), tiny_data, "", tmp_path, only=("df",), origin=tiny_gan_run)
    (run,) = map(RunFolder, tmp_path.iterdir())
    with pytest.raises(RunError, match="before it had the weights"):
        continue_gan(run, tiny_data)


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"max_channels": 32}, OptionsError, "max_channels is 32, and in"),
        ({"latent_dim": 9}, OptionsError, "latent_dim is 9"),
        ({"upsampling": "transposed"}, OptionsError, "upsampling is transposed"),
    ],
)
def test_other_shapes_than_the_parent_s_are_refused(
    change, error, told, tiny_data, tiny_gan_run, tiny_gan_options, tmp_path
):
    options = replace(tiny_gan_options, batch_size=8, **change)
    with pytest.raises(error, match=told):
        start_gan(options, tiny_data, "", tmp_path / "runs", only=("df",), origin=tiny_gan_run)
    assert not (tmp_path / "runs").exists()


def test_a_parent_that_saw_what_is_held_out_is_refused(tiny_data, tiny_gan_run, tiny_gan_options, tmp_path):
    other = tiny_data.under(fold_split(tiny_data.split, make_folds(tiny_data.split, 3, 1), 0), "fold 0")
    with pytest.raises(LeakError, match="whoever goes on from it has seen them too"):
        start_gan(tiny_gan_options, other, "", tmp_path / "runs", origin=tiny_gan_run)
    assert not (tmp_path / "runs").exists()


def test_what_is_no_finished_generator_run_is_refused(tiny_data, tiny_gan_run, tiny_gan_options, tmp_path):
    classifier = create_run(tmp_path, replace(tiny_gan_run.read(), kind="classifier"), "classifier")
    with pytest.raises(RunError, match="trains a classifier"):
        read_origin(classifier)
    unfinished = create_run(tmp_path, tiny_gan_run.read(), "unfinished")
    with pytest.raises(RunError, match="is not finished"):
        read_origin(unfinished)
    shutil.copytree(tiny_gan_run.path, tmp_path / "copy")
    save_state(tmp_path / "copy" / "state.pt", {"trainee": {"average": {}}})
    with pytest.raises(RunError, match="does not fit"):
        start_gan(tiny_gan_options, tiny_data, "", tmp_path / "runs", origin=RunFolder(tmp_path / "copy"))


def test_unknown_diagnoses_are_refused(tiny_data, tiny_gan_options, tmp_path):
    with pytest.raises(InputError, match="no diagnosis 'dff'"):
        start_gan(tiny_gan_options, tiny_data, "", tmp_path / "runs", only=("dff",))
    assert not (tmp_path / "runs").exists()
