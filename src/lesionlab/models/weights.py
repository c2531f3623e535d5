"""Weights in and out: the one place where a file becomes tensors, never by unpickling code."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lesionlab.core.errors import ModelError, RunError
from lesionlab.core.files import replacing
from lesionlab.models.vgg19 import Vgg19


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Save tensors and numbers, whole or not at all."""
    with replacing(path) as beside, beside.open("wb") as file:
        torch.save(state, file)  # given a path, torch hides a full disk behind a RuntimeError


def load_state(path: Path) -> dict[str, Any]:
    """Load what `save_state` wrote, on the CPU, tensors and plain values only.

    Raises:
        RunError: the file is missing or damaged.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise RunError(f"There is no {path}.", "Start the run anew.") from error
    except (RuntimeError, EOFError, OSError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        raise RunError(f"{path} is damaged and cannot be read.", "Start the run anew.") from error
    return state


def load_pretrained(network: Vgg19, path: Path) -> None:
    """Load torchvision's VGG-19-BN trunk from `.safetensors` or `.pth` into a network of width 1.

    Raises:
        ModelError: the file is missing, damaged, or lacks a layer of the trunk.
    """
    if not path.is_file():
        raise ModelError(f"There is no file {path}.", "Name a file with torchvision's vgg19_bn weights.")
    weights = _read_tensors(path)
    trunk = {name.removeprefix("features."): w for name, w in weights.items() if name.startswith("features.")}
    try:
        network.features.load_state_dict(trunk)
    except RuntimeError as error:
        raise ModelError(
            f"{path} does not fit VGG-19 with batch norm at width 1.", "Use torchvision's vgg19_bn weights."
        ) from error


def _read_tensors(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            tensors: dict[str, Tensor] = load_file(path)
        except SafetensorError as error:
            raise ModelError(f"{path} is damaged: {error}.", "Fetch it again.") from error
        return tensors
    return load_state(path)
