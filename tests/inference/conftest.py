"""Tiny ONNX models with known, closed-form outputs, and export folders around them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.files import sha256_of
from lesionlab.core.notice import DATA_LICENCE, HAM10000_ATTRIBUTION
from lesionlab.core.seeds import latents
from lesionlab.records.card import WEIGHTS_NAME, ImageSpec, ModelCard, Training, write_card

SIZE = 8
LATENT = 32
CLASSES = HAM10000_CODES


def _numbers(name: str, *shape: int) -> np.ndarray:
    return np.random.default_rng(len(name)).standard_normal(shape).astype(np.float32)


PROJECTION = _numbers("projection", LATENT, 3 * SIZE * SIZE) * np.float32(0.1)
CLASS_LEVELS = np.linspace(-0.6, 0.6, len(CLASSES), dtype=np.float32)
HEAD = _numbers("head", len(CLASSES), 3, 1, 1)
BIAS = _numbers("bias", len(CLASSES))


def expected_image(seed: int, label: int) -> np.ndarray:
    """What the tiny generator makes: latent x PROJECTION + the class's level, clipped; float64 [S, S, 3] in 0..255."""
    flat = latents([seed], LATENT).astype(np.float64) @ PROJECTION + CLASS_LEVELS[label]
    return (np.clip(flat.reshape(3, SIZE, SIZE), -1, 1).transpose(1, 2, 0) + 1) * 127.5


def expected_maps(normalised: np.ndarray) -> np.ndarray:
    """What the tiny classifier makes of one image [3, S, S]: means of quarters x HEAD + BIAS; [C, 2, 2]."""
    half = SIZE // 2
    quarters = normalised.astype(np.float64).reshape(3, 2, half, 2, half).mean(axis=(2, 4))
    return np.einsum("ck,khw->chw", HEAD[:, :, 0, 0], quarters) + BIAS[:, None, None]


def _save(
    path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: dict[str, np.ndarray]
) -> None:
    initial = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())


def _float(name: str, *shape: str | int) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def write_generator(path: Path) -> None:
    nodes = [
        helper.make_node("MatMul", ["latent", "projection"], ["flat"]),
        helper.make_node("Reshape", ["flat", "image_shape"], ["shaped"]),
        helper.make_node("MatMul", ["mix", "levels"], ["level"]),
        helper.make_node("Reshape", ["level", "level_shape"], ["tall_level"]),
        helper.make_node("Add", ["shaped", "tall_level"], ["raw"]),
        helper.make_node("Clip", ["raw", "low", "high"], ["image"]),
    ]
    constants = {
        "projection": PROJECTION,
        "levels": CLASS_LEVELS[:, None],
        "image_shape": np.array([-1, 3, SIZE, SIZE], np.int64),
        "level_shape": np.array([-1, 1, 1, 1], np.int64),
        "low": np.float32(-1).reshape(()),
        "high": np.float32(1).reshape(()),
    }
    inputs = [_float("latent", "n", LATENT), _float("mix", "n", len(CLASSES))]
    _save(path, nodes, inputs, [_float("image", "n", 3, SIZE, SIZE)], constants)


def write_classifier(path: Path) -> None:
    half = SIZE // 2
    nodes = [
        helper.make_node("AveragePool", ["image"], ["quarters"], kernel_shape=[half, half], strides=[half, half]),
        helper.make_node("Conv", ["quarters", "head", "bias"], ["maps"]),
        helper.make_node("ReduceMean", ["maps"], ["logits"], axes=[2, 3], keepdims=0),
        helper.make_node("ReduceMean", ["image"], ["features"], axes=[2, 3], keepdims=0),
    ]
    outputs = [
        _float("logits", "n", len(CLASSES)),
        _float("features", "n", 3),
        _float("maps", "n", len(CLASSES), 2, 2),
    ]
    _save(path, nodes, [_float("image", "n", 3, SIZE, SIZE)], outputs, {"head": HEAD, "bias": BIAS})


def write_extractor(path: Path) -> None:
    half = SIZE // 2
    nodes = [
        helper.make_node("AveragePool", ["image"], ["quarters"], kernel_shape=[half, half], strides=[half, half]),
        helper.make_node("Flatten", ["quarters"], ["features"]),
    ]
    _save(path, nodes, [_float("image", "n", 3, SIZE, SIZE)], [_float("features", "n", 12)], {})


def _card(folder: Path, kind: str, changes: dict[str, Any]) -> ModelCard:
    card = ModelCard(
        kind=kind,  # type: ignore[arg-type]
        name=f"tiny {kind}",
        architecture="closed form",
        image=ImageSpec(SIZE),
        classes=CLASSES,
        weights_sha256=sha256_of(folder / WEIGHTS_NAME),
        parameters=1,
        training=Training("none", {}, "none", "0" * 64, 0, {}, 0.0, 0.0, {}),
        groups_sha256="0" * 64,
        licence=DATA_LICENCE,
        attribution=HAM10000_ATTRIBUTION,
        latent_dim=LATENT if kind == "generator" else 0,
        feature_dims=12 if kind == "extractor" else 0,
    )
    return dataclasses.replace(card, **changes)


MakeModel = Callable[..., Path]


@pytest.fixture
def make_generator(tmp_path: Path) -> MakeModel:
    """Return a maker of closed-form generator folders; keywords change the card."""

    def make(name: str = "generator", **changes: Any) -> Path:
        write_generator(tmp_path / name / WEIGHTS_NAME)
        write_card(tmp_path / name, _card(tmp_path / name, "generator", changes))
        return tmp_path / name

    return make


@pytest.fixture
def make_classifier(tmp_path: Path) -> MakeModel:
    """Return a maker of closed-form classifier folders; keywords change the card."""

    def make(name: str = "classifier", **changes: Any) -> Path:
        write_classifier(tmp_path / name / WEIGHTS_NAME)
        write_card(tmp_path / name, _card(tmp_path / name, "classifier", changes))
        return tmp_path / name

    return make


@pytest.fixture
def make_extractor(tmp_path: Path) -> MakeModel:
    """Return a maker of closed-form extractor folders, the means of quarters; keywords change the card."""

    def make(name: str = "quarters", **changes: Any) -> Path:
        write_extractor(tmp_path / name / WEIGHTS_NAME)
        write_card(tmp_path / name, _card(tmp_path / name, "extractor", {"name": name, "classes": ()} | changes))
        return tmp_path / name

    return make


@pytest.fixture
def image_formula() -> Callable[[int, int], np.ndarray]:
    """Return the closed form of the tiny generator."""
    return expected_image


@pytest.fixture
def maps_formula() -> Callable[[np.ndarray], np.ndarray]:
    """Return the closed form of the tiny classifier's maps."""
    return expected_maps
