"""ONNX Runtime behind the engine seam, for macOS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import onnxruntime
from numpy.typing import NDArray

from lesionlab.inference.engine import Port

_DTYPES = {"tensor(float)": "float32", "tensor(int64)": "int64"}


class OnnxRuntimeEngine:
    """An ONNX graph in a session on the CPU; a session may be run by several threads at once."""

    precision = "float32"

    def __init__(self, content: bytes, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self.inputs: Mapping[str, Port] = {port.name: _port(port) for port in self._session.get_inputs()}
        self.outputs: Mapping[str, Port] = {port.name: _port(port) for port in self._session.get_outputs()}

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return all outputs by name; the arrays belong to the caller."""
        names = list(self.outputs)
        return dict(zip(names, self._session.run(names, dict(inputs)), strict=True))


def _port(port: Any) -> Port:
    sides = tuple(side if isinstance(side, int) else None for side in port.shape)
    return Port(sides, _DTYPES.get(port.type, port.type))
