"""A set of procedural lesions as image rows and pixel files, laid out like a real data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.diagnoses import HAM10000_CODES
from lesionlab.core.progress import Progress, silent
from lesionlab.core.seeds import MAX_SEED, derive_seed
from lesionlab.data.array_file import ArrayWriter
from lesionlab.data.procedural import procedural_view
from lesionlab.data.rows import ImageRow

TWO_PICTURES_EVERY = 3


@dataclass(frozen=True)
class Drawing:
    """One picture to be drawn: its row, and the lesion's seed and view."""

    row: ImageRow
    seed: int
    view: int


def plan_drawings(count: int, seed: int) -> list[Drawing]:
    """Return the pictures of `count` lesions, the classes in turn; some lesions have two, so that groups matter."""
    drawings = []
    for number in range(count):
        lesion_id, code = f"DRAWN_{number:07d}", HAM10000_CODES[number % len(HAM10000_CODES)]
        lesion_seed = derive_seed("drawn lesion", seed, number) % (MAX_SEED + 1)
        views = 2 if number // len(HAM10000_CODES) % TWO_PICTURES_EVERY == 0 else 1
        drawings += [
            Drawing(ImageRow(f"{lesion_id}_{view}", lesion_id, code), lesion_seed, view) for view in range(views)
        ]
    return drawings


def write_drawings(drawings: Sequence[Drawing], targets: Mapping[int, Path], progress: Progress = silent) -> None:
    """Draw them at each size and write uint8 [n, S, S, 3] to `targets[S]`."""
    with ExitStack() as stack:
        writers = {size: stack.enter_context(ArrayWriter(path, (size, size, 3))) for size, path in targets.items()}
        for done, drawing in enumerate(drawings, start=1):
            for size, writer in writers.items():
                writer.append(procedural_view(drawing.row.diagnosis, drawing.seed, drawing.view, size)[None])
            progress(done, len(drawings))
