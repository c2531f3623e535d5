"""The classifier's step: what it changes, what it leaves, and that a state leads to the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from lesionlab.data.procedural import procedural_lesion
from lesionlab.models import architectures
from lesionlab.models.precision import choose_compute
from lesionlab.models.vgg19 import Vgg19
from lesionlab.models.weights import load_state, save_state
from lesionlab.records.options import ClassifierOptions
from lesionlab.records.run import RunFolder
from lesionlab.training.classifier_trainee import ClassifierTrainee, Validation

CLASSES = ("mel", "nv", "vasc")
SMALL = {
    "image_size_px": 16,
    "batch_size": 8,
    "width": 0.0625,
    "warmup_kimg": 0.0,
    "ema_halflife_kimg": 0.01,
    "threads": 1,
    "bf16": False,
}
LABELS = np.arange(24) % 3
KINDS: dict[str, dict[str, Any]] = {
    "vgg-19": {},
    "small cnn": {"architecture": "small-cnn"},
    "classic head": {"head": "classic", "image_size_px": 32},
    "weighted": {"balance": "weighted", "class_temperature": 1.0},
    "logit adjustment": {"balance": "logit-adjustment", "class_temperature": 1.0},
    "no augmentation": {"augmentation": "none"},
}


def trainee(begins: bool = True, **changes: Any) -> ClassifierTrainee:
    options = ClassifierOptions(**{**SMALL, **changes})
    size = options.image_size_px
    images = np.stack([procedural_lesion(CLASSES[label], seed, size) for seed, label in enumerate(LABELS)])
    chosen = Validation(images[:6], LABELS[:6], [f"lesion {number // 3}" for number in (0, 3, 6, 0, 3, 6)])
    return ClassifierTrainee(options, images, LABELS, CLASSES, chosen, choose_compute(False, 1), begins=begins)


def weights(network: torch.nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


@pytest.mark.parametrize("changes", KINDS.values(), ids=KINDS)
def test_a_step_moves_every_weight_and_statistic_and_tells_finite_figures(changes: dict[str, Any]) -> None:
    ours = trainee(**changes)
    before = weights(ours.network)
    for _ in range(2):
        figures = ours.step()
    assert set(figures) == {"loss", "train_accuracy"}
    assert all(torch.isfinite(value) for value in figures.values())
    still = {name for name, value in ours.network.state_dict().items() if torch.equal(value, before[name])}
    assert {name for name in still if not name.endswith(".bias")} == set()
    assert ours.kimg == pytest.approx(0.016)


def test_the_average_lies_between_where_it_was_and_where_the_network_is() -> None:
    ours = trainee()
    ours.step()
    before, after = weights(ours.average), weights(ours.network)
    ours.step()
    name = "features.0.weight"
    moved, whole = ours.average.state_dict()[name] - before[name], ours.network.state_dict()[name] - before[name]
    assert 0 < moved.norm() < whole.norm()
    assert not torch.equal(after[name], ours.network.state_dict()[name])


def test_a_state_leads_to_the_same_weights_as_if_it_had_never_been_saved(tmp_path: Path) -> None:
    alone, stopped = trainee(), trainee()
    for _ in range(2):
        alone.step()
        stopped.step()
    save_state(tmp_path / "state.pt", stopped.state())
    resumed = trainee(begins=False)
    resumed.restore(load_state(tmp_path / "state.pt"))
    for each in (alone, resumed):
        each.step()
    for name, value in alone.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name
    assert torch.equal(alone.average.features[0].weight, resumed.average.features[0].weight)


def test_the_best_average_is_kept_and_handed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = trainee()
    told = iter((0.4, 0.6, 0.5))
    monkeypatch.setattr(ours, "_validate", lambda: next(told))
    seen = []
    for _ in range(3):
        ours.step()
        ours.tick(RunFolder(tmp_path), {})
        seen.append(weights(ours.average))
    assert (ours.best_accuracy, ours.best_kimg) == (0.6, 0.016)
    best = ours.best_network().state_dict()
    assert all(torch.equal(value, best[name]) for name, value in seen[1].items())


def test_a_look_measures_by_lesion_the_average_and_leaves_the_next_step_alone(tmp_path: Path) -> None:
    looked, alone = trainee(), trainee()
    for each in (looked, alone):
        each.step()
    found = looked.tick(RunFolder(tmp_path), {})
    assert 0 <= found["validation_balanced_accuracy"] <= 1
    for each in (looked, alone):
        each.step()
    assert torch.equal(looked.network.features[0].weight, alone.network.features[0].weight)


@pytest.fixture
def pretrained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Options with a file of weights; it is narrow, and so is what is built at width 1."""

    def narrow(classes: int, width: float, dropout: float) -> Vgg19:
        return Vgg19(classes, 0.0625 * width, dropout)

    monkeypatch.setattr(architectures, "Vgg19", narrow)
    path = tmp_path / "narrow.pth"
    torch.manual_seed(1)
    torch.save({f"features.{name}": w for name, w in Vgg19(3, 0.0625).features.state_dict().items()}, path)
    return {"pretrained": str(path), "width": 1.0, "weight_decay": 0.5}


def test_frozen_blocks_do_not_move_nor_do_their_statistics_until_they_are_let_go(pretrained: dict[str, Any]) -> None:
    ours = trainee(**pretrained, frozen_blocks=2, frozen_kimg=0.016)
    before = weights(ours.network)
    first = {name for name in before if name.startswith("features.") and int(name.split(".")[1]) < 14}
    for _ in range(2):
        ours.step()
    for holder in (ours.network, ours.average):
        now = holder.state_dict()
        assert {name for name in first if not torch.equal(now[name], before[name])} == set()
        assert not torch.equal(now["features.14.weight"], before["features.14.weight"])
        assert not torch.equal(now["features.15.running_mean"], before["features.15.running_mean"])
    ours.step()
    now = ours.network.state_dict()
    moved = {name for name in first if not torch.equal(now[name], before[name])}
    assert {name for name in first if not name.endswith(".bias")} <= moved


def test_a_resumed_training_does_not_ask_for_the_pretrained_file(pretrained: dict[str, Any], tmp_path: Path) -> None:
    ours = trainee(**pretrained, frozen_blocks=1)
    ours.step()
    save_state(tmp_path / "state.pt", ours.state())
    Path(pretrained["pretrained"]).unlink()
    resumed = trainee(begins=False, **pretrained, frozen_blocks=1)
    resumed.restore(load_state(tmp_path / "state.pt"))
    for each in (ours, resumed):
        each.step()
    assert torch.equal(ours.network.features[14].weight, resumed.network.features[14].weight)
    assert torch.equal(ours.network.features[0].weight, resumed.network.features[0].weight)


def test_trained_on_images_that_say_nothing_the_softmax_is_the_prior_that_the_mode_leaves() -> None:
    labels = np.repeat([0, 1], [20, 4])
    images = np.full((24, 16, 16, 3), 128, np.uint8)
    images[:, ::2, ::2] = 90
    nothing = Validation(images[:0], labels[:0], ())
    share = {}
    for mode in ("sampling", "weighted", "logit-adjustment"):
        options = ClassifierOptions(
            **{**SMALL, "architecture": "small-cnn", "lr": 0.03, "batch_size": 16, "total_kimg": 0.4, "dropout": 0.0},
            balance=mode,
            class_temperature=1.0,
            label_smoothing=0.0,
            augmentation="none",
        )
        ours = ClassifierTrainee(options, images, labels, ("mel", "nv"), nothing, choose_compute(False, 1))
        while not ours.finished:
            ours.step()
        with torch.no_grad():
            logits = ours.average(torch.from_numpy(images[:1]).permute(0, 3, 1, 2).float() / 127.5 - 1)
        share[mode] = float(logits.softmax(dim=1)[0, 1])
    assert share["sampling"] == pytest.approx(4 / 24, abs=0.1)
    assert share["weighted"] == pytest.approx(1 / 2, abs=0.15)
    assert share["logit-adjustment"] == pytest.approx(1 / 2, abs=0.15)
