"""OpenVINO behind the engine seam."""

from __future__ import annotations

import queue
from collections.abc import Mapping
from functools import cache
from typing import Any

import openvino
from numpy.typing import NDArray

from lesionlab.inference.engine import Port

REQUESTS = 2  # one computes while the next thread fills its inputs; more only lengthens each one's wait


@cache
def _core() -> Any:
    return openvino.Core()


class OpenVinoEngine:
    """An ONNX graph compiled for the CPU, with a small pool of requests shared by all threads."""

    def __init__(self, content: bytes, bf16: bool, batch_size: int | None, threads: int, streams: int = 1) -> None:
        core = _core()
        model = core.read_model(content)
        if batch_size is not None:
            model.reshape({port.any_name: [batch_size, *list(port.partial_shape)[1:]] for port in model.inputs})
        use_bf16 = bf16 and "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        settings: dict[str, Any] = {
            # OpenVINO's own default is bfloat16 where the CPU has it: images would depend on the machine.
            "INFERENCE_PRECISION_HINT": "bf16" if use_bf16 else "f32",
            "PERFORMANCE_HINT": "LATENCY",
        }
        if threads:
            settings["INFERENCE_NUM_THREADS"] = threads
        if streams > 1:
            settings |= {"PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": streams, "INFERENCE_NUM_THREADS": streams}
        compiled = core.compile_model(model, "CPU", settings)
        self.precision = "bfloat16" if use_bf16 else "float32"
        self.inputs: Mapping[str, Port] = {port.any_name: _port(port) for port in model.inputs}
        self.outputs: Mapping[str, Port] = {port.any_name: _port(port) for port in model.outputs}
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(max(REQUESTS, streams)):
            self._requests.put(compiled.create_infer_request())

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return all outputs by name; the arrays belong to the caller."""
        request = self._requests.get()
        try:
            results = request.infer(dict(inputs))
            return {name: results[name] for name in self.outputs}
        finally:
            self._requests.put(request)


def _port(port: Any) -> Port:
    sides = tuple(None if side.is_dynamic else int(side.get_length()) for side in port.partial_shape)
    return Port(sides, str(port.element_type.to_dtype()))
