"""Every engine that is installed passes the same checks: OpenVINO on Linux and Windows, ONNX Runtime on macOS."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest

from lesionlab.inference import engine as seam
from lesionlab.inference.engine import Port, load_engine
from lesionlab.inference.predictor import Predictor
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler

PLATFORM_OF = {"openvino": "linux", "onnxruntime": "darwin"}
INSTALLED = [name for name in PLATFORM_OF if importlib.util.find_spec(name)]


@pytest.fixture(params=INSTALLED)
def on_platform(request, monkeypatch) -> str:
    """Stand on the platform where this engine is the one in use."""

    class Platform:
        platform = PLATFORM_OF[request.param]

    monkeypatch.setattr(seam, "sys", Platform)
    return str(request.param)


def test_one_engine_at_least_is_installed():
    assert "onnxruntime" in INSTALLED if sys.platform == "darwin" else "openvino" in INSTALLED


def test_platform_decides(on_platform, make_generator):
    assert on_platform in type(load_engine(make_generator() / "model.onnx")).__module__


def test_ports_are_named_and_typed(on_platform, make_generator, make_classifier):
    generator = load_engine(make_generator() / "model.onnx")
    assert generator.inputs == {"latent": Port((None, 32), "float32"), "mix": Port((None, 7), "float32")}
    assert generator.outputs == {"image": Port((None, 3, 8, 8), "float32")}
    assert set(load_engine(make_classifier() / "model.onnx").outputs) == {"logits", "features", "maps"}


def test_images_are_the_closed_form(on_platform, make_generator, image_formula):
    image = Sampler(make_generator()).sample([Recipe(11, "df")])[0]
    assert np.abs(image - image_formula(11, 3)).max() <= 0.51


def test_maps_are_the_closed_form(on_platform, make_classifier, maps_formula):
    pixels = np.random.default_rng(2).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    (prediction,) = Predictor(make_classifier()).predict([pixels])
    np.testing.assert_allclose(prediction.maps, maps_formula((pixels / 127.5 - 1).transpose(2, 0, 1)), atol=1e-5)


def test_batch_size_changes_no_byte(on_platform, make_generator):
    sampler = Sampler(make_generator())
    recipes = [Recipe(seed, "nv") for seed in range(20)]
    alone = np.concatenate([sampler.sample([recipe]) for recipe in recipes])
    assert sampler.sample(recipes).tobytes() == alone.tobytes()
