from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from lesionlab.core.errors import MissingPartError, ModelError
from lesionlab.core.resources import released_folder
from lesionlab.core.seeds import latents
from lesionlab.inference.engine import load_engine
from lesionlab.models.exported_generator import ExportedGenerator, to_unit
from lesionlab.records.card import PROBE_NAME, WEIGHTS_NAME, read_card

SEEDS = (3, 2**40)


@pytest.fixture(params=["tiny", "released"])
def export(request: pytest.FixtureRequest) -> Path:
    return released_folder() / "generator" if request.param == "released" else request.getfixturevalue("tiny_generator")


def test_it_is_the_map_that_torch_exported(export: Path) -> None:
    probe = np.load(export / PROBE_NAME)
    image = ExportedGenerator(export / WEIGHTS_NAME)(torch.tensor(probe["latent"]), torch.tensor(probe["mix"]))
    np.testing.assert_allclose(image.numpy(), probe["image"], rtol=0, atol=1e-5)


def test_it_is_the_map_that_the_engine_runs_between_classes_too(export: Path) -> None:
    card = read_card(export)
    latent = latents(SEEDS, card.latent_dim)
    mix = np.zeros((2, len(card.classes)), np.float32)
    mix[0, 0], mix[1, :2] = 1, (0.25, 0.75)
    engine = load_engine(export / WEIGHTS_NAME, batch_size=2, threads=1)
    expected = engine.run({"latent": latent, "mix": mix})["image"]
    image = ExportedGenerator(export / WEIGHTS_NAME)(torch.from_numpy(latent), torch.from_numpy(mix))
    np.testing.assert_allclose(image.numpy(), expected, rtol=0, atol=1e-4)


def test_gradients_flow_to_latent_and_class_as_differences_say(tiny_generator: Path) -> None:
    generator, card = ExportedGenerator(tiny_generator / WEIGHTS_NAME), read_card(tiny_generator)
    latent = torch.from_numpy(latents(SEEDS[:1], card.latent_dim)).requires_grad_(True)
    mix = torch.full((1, len(card.classes)), 1 / len(card.classes), requires_grad=True)
    torch.autograd.backward(generator(latent, mix).square().mean())
    for values in (latent, mix):
        slope = values.grad
        assert slope is not None
        step = 1e-2 * slope / slope.norm()
        with torch.no_grad():
            ahead, behind = (
                generator(*(each + sign * step if each is values else each for each in (latent, mix))).square().mean()
                for sign in (1, -1)
            )
        assert ((ahead - behind) / (2 * step.norm())).item() == pytest.approx(slope.norm().item(), rel=0.05)


def test_a_missing_or_cut_file_is_refused(tiny_generator: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        ExportedGenerator(tmp_path / WEIGHTS_NAME)
    path = tmp_path / WEIGHTS_NAME
    path.write_bytes((tiny_generator / WEIGHTS_NAME).read_bytes()[:5000])
    with pytest.raises(ModelError, match="cannot be read"):
        ExportedGenerator(path)


def test_an_operation_that_no_generator_has_is_named(tiny_generator: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(tiny_generator / WEIGHTS_NAME, tmp_path))
    model = onnx.load(path)
    model.graph.node[0].op_type = "NonMaxSuppression"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="uses NonMaxSuppression"):
        ExportedGenerator(path)


def test_without_onnx_it_says_what_to_install(tiny_generator: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingPartError, match=r"lesionlab\[train\]"):
        ExportedGenerator(tiny_generator / WEIGHTS_NAME)


def test_pixels_become_what_the_generator_makes() -> None:
    pixels = np.array([[[0, 255, 51]]], np.uint8)
    pixels.flags.writeable = False  # as decoded images are
    np.testing.assert_allclose(to_unit(pixels).numpy().ravel(), [-1, 1, -0.6], atol=1e-6)
