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


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read the named tensors of a `.safetensors` or `.pth` file.

    Raises:
        ModelError: the file is damaged, or holds something else.
    """
    if path.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            tensors: dict[str, Tensor] = load_file(path)
        except (SafetensorError, OSError) as error:
            raise ModelError(f"{path} is damaged: {error}.", "Fetch it again.") from error
        return tensors
    try:
        found: object = load_state(path)
    except RunError as error:
        raise ModelError(error.cause, "Fetch it again.") from error
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise ModelError(f"{path} holds no named tensors.", "Name a file of weights, as torchvision publishes them.")
    return found
