"""What looks at pictures in a process apart: importable there, which a test module is not."""

from __future__ import annotations

import os
import signal

from lesionlab.collect.looking import Inspect, Inspection
from lesionlab.core.imaging import Pixels
from lesionlab.core.picture_hash import picture_hash
from lesionlab.records.collected import ManifestRecord


def inspect_with_pid(record: ManifestRecord, pixels: Pixels) -> Inspection:
    """Say in which process it was."""
    assert f"{picture_hash(pixels):016x}" == record.picture_hash
    return Inspection("ISIC_1", f"{os.getpid()}", {"blur": 0.5})


def make_inspect() -> Inspect:
    """Return what says in which process it was."""
    return inspect_with_pid


def make_deadly() -> Inspect:
    """Return what kills its process."""

    def kill(record: ManifestRecord, pixels: Pixels) -> Inspection:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    return kill
