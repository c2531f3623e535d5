"""What makes a folder of samples a whole set: sheet, attributions, history, what was withheld; the manifest last."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from lesionlab.core.files import replacing, write_bytes
from lesionlab.core.imaging import sheet
from lesionlab.data.rights import ATTRIBUTIONS_NAME
from lesionlab.inference.filters import Filter
from lesionlab.inference.provenance import synthetic_sheet_png
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sampler import Sampler
from lesionlab.records.sampling import WITHHELD_NAME, Journal, SamplingPlan
from lesionlab.records.synthetic import MANIFEST_NAME, SHEET_NAME, History, manifest_row, write_history

SHEET_SIDE = 8  # at most this many rows and columns
WITHHELD_COLUMNS = ("seed", "diagnosis", "model_sha256", "truncation", "agreement", "novelty")


def finish(folder: Path, plan: SamplingPlan, journal: Journal, sampler: Sampler, filters: Sequence[Filter]) -> None:
    """Write all that stands beside the images; a folder that has a manifest is whole."""
    if plan.sheet:
        _write_sheet(folder / SHEET_NAME, plan, journal, sampler)
    if (sampler.folder / ATTRIBUTIONS_NAME).is_file():
        shutil.copy(sampler.folder / ATTRIBUTIONS_NAME, folder)
    if filters:
        saw = tuple(saw for each in filters for saw in each.saw)
        write_history(folder, History(saw, tuple(choice for each in filters for choice in each.choices)))
        columns = (*(name for name in plan.columns if name in WITHHELD_COLUMNS), "withheld")
        lines = ([*manifest_row(each.image, columns[:-1]), each.withheld] for each in journal.lines() if each.withheld)
        _write_table(folder / WITHHELD_NAME, columns, lines)
    kept = (manifest_row(each.image, plan.columns) for each in journal.lines() if not each.withheld)
    _write_table(folder / MANIFEST_NAME, plan.columns, kept)


def _write_table(path: Path, columns: Iterable[str], rows: Iterable[list[str]]) -> None:
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _write_sheet(path: Path, plan: SamplingPlan, journal: Journal, sampler: Sampler) -> None:
    """Lay out the first images of each diagnosis in a row, or of a single one in a square."""
    rows, columns = (SHEET_SIDE, SHEET_SIDE) if len(plan.counts) == 1 else (1, SHEET_SIDE)
    first: defaultdict[str, list[Recipe]] = defaultdict(list)
    wanted = {code: min(rows * columns, count) for code, count in plan.counts.items()}
    for each in journal.lines():
        image = each.image
        if not each.withheld and len(first[image.diagnosis]) < wanted[image.diagnosis]:
            first[image.diagnosis].append(Recipe(image.seed, image.diagnosis, image.truncation))
        if all(len(first[code]) == count for code, count in wanted.items()):
            break
    lines = [first[code][i : i + columns] for code in plan.counts for i in range(0, len(first[code]), columns)]
    shown = [list(sampler.sample(line)) for line in lines]
    write_bytes(path, synthetic_sheet_png(sheet(shown), sampler.card, [recipe for line in lines for recipe in line]))
