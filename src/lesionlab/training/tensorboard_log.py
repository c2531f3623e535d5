"""A run's figures for TensorBoard, where the user asked for it."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping

from lesionlab.core.errors import MissingPartError
from lesionlab.records.run import RunFolder

FOLDER_NAME = "tensorboard"


def check_tensorboard() -> None:
    """Refuse before the first step what would fail at the first tick.

    Raises:
        MissingPartError: tensorboard is not installed.
    """
    if importlib.util.find_spec("tensorboard") is None:
        raise MissingPartError(
            "tensorboard=true needs 'tensorboard', which is not installed.",
            'Run `pip install "lesionlab[tensorboard]"`, or leave tensorboard=false: stats.jsonl and report.html hold '
            "the same figures.",
        )


class TensorBoardLog:
    """Writes the figures of each tick into the run's `tensorboard/`; the axis is the step."""

    def __init__(self, run: RunFolder, step: int) -> None:
        """Open the log at a step; what a killed run wrote after it no longer counts."""
        check_tensorboard()
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(run.path / FOLDER_NAME), purge_step=step)

    def add(self, step: int, figures: Mapping[str, float]) -> None:
        """Write one tick's figures."""
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)
        self._writer.flush()

    def close(self) -> None:
        """Close the log."""
        self._writer.close()
