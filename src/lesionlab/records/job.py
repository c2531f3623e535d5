"""Trainings that wait for a worker, are under way, or have ended."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Literal

Stage = Literal["gan", "classifier"]
State = Literal["queued", "running", "stopped", "failed", "done"]


@dataclass(frozen=True)
class TrainingRequest:
    """A training: what stands behind `lesionlab gan train` or `lesionlab classifier train`."""

    stage: Stage
    arguments: tuple[str, ...] = ()

    @property
    def resumes(self) -> str:
        """The run that it goes on with, as its words name it; empty where it begins one."""
        words = self.arguments
        return words[words.index("--resume") + 1] if "--resume" in words[:-1] else ""

    @property
    def command(self) -> str:
        """Write it as a person would type it."""
        return shlex.join(("lesionlab", self.stage, "train", *self.arguments))


@dataclass(frozen=True)
class Outcome:
    """How a training ended: `failed` says why it did not, or is empty."""

    failed: str = ""


@dataclass(frozen=True)
class Job:
    """A training request and what has become of it."""

    id: str
    request: TrainingRequest
    state: State
    submitted_at: str  # ISO 8601, UTC
    worker: str = ""  # that has it, or had it last
    failed: str = ""  # why


@dataclass(frozen=True)
class WorkerRecord:
    """A worker that reported lately."""

    id: str
    host: str
    trains: bool  # whether what training needs is installed there
