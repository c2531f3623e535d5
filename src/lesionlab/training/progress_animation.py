"""The sample sheets of a run, one after another, as an animated WebP."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from lesionlab import __version__
from lesionlab.core.imaging import read
from lesionlab.core.notice import NOTICE
from lesionlab.inference.xmp import xmp_packet
from lesionlab.records.run import RunFolder

FRAMES = 60  # of more sheets as many are taken, evenly
FRAME_MS, LAST_MS = 400, 3000


def sheets_of(run: RunFolder) -> list[Path]:
    """Return the sample sheets of a run in the order of training."""
    return sorted(run.samples.glob("*-kimg.webp"))


def evenly(paths: list[Path], most: int) -> list[Path]:
    """Return at most so many paths, evenly chosen, the last one among them."""
    if len(paths) <= most:
        return paths
    return [paths[round((number + 1) * len(paths) / most) - 1] for number in range(most)]


def progress_animation(run: RunFolder) -> bytes:
    """Return the sheets of a run, of which there must be one, as an endless WebP that says it is synthetic."""
    first, *others = [Image.fromarray(read(path)) for path in evenly(sheets_of(run), FRAMES)]
    about = f"Images of a generator while it was trained, of the same seeds in each; they show no patient. {NOTICE}"
    record = {"synthetic": True, "software": f"LesionLab {__version__}", "run": run.path.name, "notice": NOTICE}
    packet = xmp_packet("Progress of a generator", about, NOTICE, record)
    times = [*[FRAME_MS] * len(others), LAST_MS]
    buffer = io.BytesIO()
    animated = {"save_all": True, "append_images": others, "duration": times, "loop": 0}
    first.save(buffer, "WEBP", **animated, quality=80, method=4, xmp=packet.encode())
    return buffer.getvalue()
