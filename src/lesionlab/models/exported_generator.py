"""An exported generator as a torch function: the same map, with gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lesionlab.core.errors import MissingPartError, ModelError
from lesionlab.core.imaging import Pixels

Attributes = Mapping[str, Any]


class ExportedGenerator:
    """Follow the graph of a generator's `model.onnx` in torch, float32 on the CPU; its weights are constants.

    Raises:
        MissingPartError: the package that reads ONNX files is not installed.
        ModelError: the file is missing or damaged, or uses an operation that no generator of this version has.
    """

    def __init__(self, weights: Path) -> None:
        try:
            import onnx
            from google.protobuf.message import DecodeError
            from onnx import numpy_helper
        except ImportError as error:
            raise MissingPartError(
                f"This needs '{error.name}', which is not installed.", 'Run `pip install "lesionlab[train]"`.'
            ) from error
        try:
            graph = onnx.load_model_from_string(weights.read_bytes()).graph
        except (OSError, DecodeError) as error:
            raise ModelError(f"{weights} cannot be read.", "Export the model again.") from error
        self._constants = {
            each.name: torch.from_numpy(numpy_helper.to_array(each).copy()) for each in graph.initializer
        }
        self._output = graph.output[0].name
        self._nodes = [
            (
                node.op_type,
                list(node.input),
                node.output[0],
                {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute},
            )
            for node in graph.node
        ]
        unknown = {kind for kind, *_ in self._nodes} - set(OPERATIONS)
        if unknown:
            raise ModelError(
                f"{weights} uses {', '.join(sorted(unknown))}, which no generator of this version has.",
                "Export the model again.",
            )

    def __call__(self, latent: Tensor, mix: Tensor) -> Tensor:
        """Map latents [N, latent_dim] and class weights [N, classes] to images float32 [N, 3, S, S] in -1..1."""
        values = {**self._constants, "latent": latent, "mix": mix}
        for kind, inputs, output, attributes in self._nodes:
            values[output] = OPERATIONS[kind]([values[name] for name in inputs], attributes)
        return values[self._output]


def _gemm(inputs: Sequence[Tensor], attributes: Attributes) -> Tensor:
    left, right, *bias = inputs
    left = left.T if attributes.get("transA") else left
    right = right.T if attributes.get("transB") else right
    product = attributes.get("alpha", 1.0) * (left @ right)
    scaled: Tensor = product + attributes.get("beta", 1.0) * bias[0] if bias else product
    return scaled


def _reshape(inputs: Sequence[Tensor], attributes: Attributes) -> Tensor:
    shape = [
        inputs[0].shape[place] if side == 0 and not attributes.get("allowzero") else side
        for place, side in enumerate(inputs[1].tolist())
    ]
    return inputs[0].reshape(shape)


def _unsqueeze(inputs: Sequence[Tensor], attributes: Attributes) -> Tensor:
    found = inputs[0]
    for axis in sorted(inputs[1].tolist()):
        found = found.unsqueeze(axis)
    return found


def _batch_norm(inputs: Sequence[Tensor], attributes: Attributes) -> Tensor:
    x, gain, bias, mean, variance = inputs
    return F.batch_norm(x, mean, variance, gain, bias, eps=attributes.get("epsilon", 1e-5))


def _convolution(function: Callable[..., Tensor]) -> Callable[[Sequence[Tensor], Attributes], Tensor]:
    def convolved(inputs: Sequence[Tensor], attributes: Attributes) -> Tensor:
        pads = attributes.get("pads", [0, 0, 0, 0])
        stride, padding = list(attributes.get("strides", [1, 1])), list(pads[:2])
        return function(*inputs, stride=stride, padding=padding)

    return convolved


def _concat(inputs: Sequence[Tensor], attributes: Attributes) -> Tensor:
    return torch.cat(list(inputs), dim=attributes["axis"])


OPERATIONS: Mapping[str, Callable[[Sequence[Tensor], Attributes], Tensor]] = {
    "Add": lambda inputs, _: inputs[0] + inputs[1],
    "BatchNormalization": _batch_norm,
    "Concat": _concat,
    "Conv": _convolution(F.conv2d),
    "ConvTranspose": _convolution(F.conv_transpose2d),
    "Gemm": _gemm,
    "MatMul": lambda inputs, _: inputs[0] @ inputs[1],
    "Mul": lambda inputs, _: inputs[0] * inputs[1],
    "Relu": lambda inputs, _: torch.relu(inputs[0]),
    "Reshape": _reshape,
    "Tanh": lambda inputs, _: torch.tanh(inputs[0]),
    "Unsqueeze": _unsqueeze,
}


def to_unit(pixels: Pixels) -> Tensor:
    """Map uint8 [H, W, 3] to float32 [1, 3, H, W] in -1..1."""
    return torch.tensor(pixels).permute(2, 0, 1)[None].float() / 127.5 - 1
