"""The one seam to an inference engine: OpenVINO on Linux and Windows, ONNX Runtime on macOS."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from lesionlab.core.errors import ModelError

CURE = "Fetch or export the model again."


@dataclass(frozen=True)
class Port:
    """An input or output of a graph: its shape, None where a side is open, and its number type in numpy's words."""

    shape: tuple[int | None, ...]
    dtype: str


class Engine(Protocol):
    """A loaded graph that several threads may run at once."""

    precision: str  # "float32" or "bfloat16": what the arithmetic really uses
    inputs: Mapping[str, Port]
    outputs: Mapping[str, Port]

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return all outputs by name; the arrays belong to the caller."""


def load_engine(
    weights: Path, bf16: bool = False, *, batch_size: int | None = None, threads: int = 0, streams: int = 1
) -> Engine:
    """Load an ONNX file into this platform's engine.

    `bf16` is a wish: without bfloat16 in the machine the arithmetic stays float32, and `precision` says so.
    `batch_size` fixes the first side of every input, so that one sum order serves all; None leaves it open.
    `threads` of 0 uses all cores. With `streams` above 1, so many threads that ask at once are answered at once, each
    by one core: less waits than when all cores share each answer, and an answer alone takes longer.

    Raises:
        ModelError: the file is missing, damaged or uses what the engine does not know.
    """
    if not weights.is_file():
        raise ModelError(f"There is no model file {weights}.", CURE)
    # The graph is read from bytes: a file that names further files beside it would escape the card's hash.
    content = weights.read_bytes()
    try:
        if sys.platform == "darwin":
            from lesionlab.inference.onnxruntime_engine import OnnxRuntimeEngine

            return OnnxRuntimeEngine(content, 1 if streams > 1 else threads)
        from lesionlab.inference.openvino_engine import OpenVinoEngine

        return OpenVinoEngine(content, bf16, batch_size, threads, streams)
    except ImportError:
        raise
    except Exception as error:  # each engine has errors of its own, with pages of native stack
        raise ModelError(f"{weights} ({len(content):,} bytes) cannot be loaded as an ONNX model.", CURE) from error
