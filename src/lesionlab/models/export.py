"""Networks to ONNX, with a probe by which any engine can be checked against torch."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from lesionlab.core.errors import MissingPartError
from lesionlab.core.files import replacing, sha256_of
from lesionlab.core.seeds import latents
from lesionlab.models.block_means import BlockMeans, lightened
from lesionlab.models.dcgan import Generator
from lesionlab.models.pooled_classifier import PooledClassifier
from lesionlab.records.card import PROBE_NAME, WEIGHTS_NAME

PROBE_IMAGES = 2


def check_export_possible() -> None:
    """Refuse before a long training what would fail after it.

    Raises:
        MissingPartError: the exporter's packages are not installed.
    """
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise MissingPartError(
            f"The export needs '{error.name}', which is not installed.", 'Run `pip install "lesionlab[train]"`.'
        ) from error


def export_generator(generator: Generator, folder: Path) -> str:
    """Write `model.onnx` (latent, mix -> image) and `probe.npz`; return the SHA-256 of the weights."""
    plain = generator.cpu().to(memory_format=torch.contiguous_format).eval().for_export()
    latent = torch.from_numpy(latents(range(PROBE_IMAGES), plain.latent_dim))
    mix = torch.eye(plain.classes)[torch.arange(PROBE_IMAGES) % plain.classes]
    return _export(plain, {"latent": latent, "mix": mix}, ("image",), folder)


class _Explained(nn.Module):
    def __init__(self, network: PooledClassifier) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.network.explain(image)


def export_classifier(classifier: PooledClassifier, image_size_px: int, folder: Path) -> str:
    """Write `model.onnx` (image -> logits, features, maps) and `probe.npz`; return the SHA-256 of the weights."""
    plain = _Explained(classifier.cpu().to(memory_format=torch.contiguous_format)).eval()
    return _export(plain, {"image": _noise(image_size_px)}, ("logits", "features", "maps"), folder)


def export_extractor(trunk: nn.Sequential, image_size_px: int, folder: Path) -> str:
    """Write `model.onnx` (image -> features) of a VGG-19's trunk and `probe.npz`; return the SHA-256 of the weights.

    The kernels are kept in float16, so that the file is half as large; torch's answers in the probe are from the same.
    """
    return _export(BlockMeans(lightened(trunk)), {"image": _noise(image_size_px)}, ("features",), folder)


def _noise(image_size_px: int) -> Tensor:
    noise = latents(range(PROBE_IMAGES), 3 * image_size_px**2).reshape(PROBE_IMAGES, 3, image_size_px, image_size_px)
    return torch.from_numpy(np.tanh(noise))


def _export(network: nn.Module, inputs: Mapping[str, Tensor], outputs: tuple[str, ...], folder: Path) -> str:
    arguments = tuple(inputs.values())
    batch = torch.export.Dim("batch", min=1, max=4096)
    with torch.no_grad():
        found = network(*arguments)
        program = _quietly_export(network, arguments, list(inputs), list(outputs), [{0: batch} for _ in arguments])
    results = found if isinstance(found, tuple) else (found,)
    for node in program.model.graph:
        node.metadata_props.clear()  # names that count what this process traced before: equal weights, equal bytes
    with replacing(folder / WEIGHTS_NAME) as beside:
        program.save(str(beside))
    arrays = {name: tensor.numpy() for name, tensor in (*inputs.items(), *zip(outputs, results, strict=True))}
    with replacing(folder / PROBE_NAME) as beside, beside.open("wb") as file:
        np.savez_compressed(file, **arrays)
    return sha256_of(folder / WEIGHTS_NAME)


def _quietly_export(
    network: nn.Module,
    arguments: tuple[Tensor, ...],
    input_names: list[str],
    output_names: list[str],
    dynamic_shapes: list[dict[int, torch.export.Dim]],
) -> torch.onnx.ONNXProgram:
    level = logging.getLogger("torch.onnx").level
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")  # the exporter warns of its own internals
            program = torch.onnx.export(
                network,
                arguments,
                dynamo=True,
                verbose=False,
                optimize=True,
                input_names=input_names,
                output_names=output_names,
                dynamic_shapes=dynamic_shapes,
            )
    finally:
        logging.getLogger("torch.onnx").setLevel(level)
    assert program is not None
    return program
