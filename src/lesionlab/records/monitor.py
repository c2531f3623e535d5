"""What watched a generator's training: the ruler it measured with, the best images so far, and its alarms."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from lesionlab.core.errors import RunError
from lesionlab.core.files import write_json
from lesionlab.records.codec import from_plain, to_plain

MONITOR_NAME = "monitor.json"


@dataclass(frozen=True)
class Ruler:
    """What KID was measured against, and what it says of images that need no generator; all at this n and class mix."""

    spaces: tuple[str, ...]  # feature spaces by name, with the head of their weights' SHA-256
    images_per_class: dict[str, int]  # real images of the validation part, and as many synthetic ones
    real: float  # KID of real images of the training part
    blurred: float  # KID of the real images themselves, blurred
    blur_px: float  # standard deviation of that blur

    @property
    def images(self) -> int:
        """Real images in all."""
        return sum(self.images_per_class.values())


@dataclass(frozen=True)
class Best:
    """The look at which KID was lowest: its generator is what gets exported."""

    step: int
    kimg: float
    kid: float


@dataclass(frozen=True)
class Alarm:
    """One sign of collapse: when it was first seen, when it had lasted long enough to be told, and what it is."""

    kind: str
    since_step: int
    since_kimg: float
    step: int
    kimg: float
    text: str


@dataclass(frozen=True)
class MonitorRecord:
    """All that the monitor of a run has found so far."""

    ruler: Ruler | None = None  # None: the images are not looked at, the losses alone
    best: Best | None = None
    alarms: tuple[Alarm, ...] = field(default=())
    stopped: bool = False  # an alarm ended the training before its time


def write_monitor(folder: Path, record: MonitorRecord) -> None:
    """Write `monitor.json` into a run folder."""
    write_json(folder / MONITOR_NAME, to_plain(record))


def read_monitor(folder: Path) -> MonitorRecord | None:
    """Read `monitor.json` of a run folder; None where there is none.

    Raises:
        RunError: it is damaged.
    """
    path = folder / MONITOR_NAME
    try:
        return from_plain(MonitorRecord, json.loads(path.read_text(encoding="utf-8")), str(path), RunError)
    except FileNotFoundError:
        return None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise RunError(f"{path} is damaged: {error}.", "Go on with the run: it writes the file again.") from error
