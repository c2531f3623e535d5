"""A folder of synthetic images: sampled to the end however often it is stopped; with its manifest it is whole."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from lesionlab.core.errors import DataError, InputError
from lesionlab.core.processes import cores
from lesionlab.core.progress import Progress, silent
from lesionlab.inference.candidates import Tally, candidates
from lesionlab.inference.filters import Filter
from lesionlab.inference.provenance import made_by
from lesionlab.inference.recipe import Recipe
from lesionlab.inference.sample_files import open_files
from lesionlab.inference.sample_finish import finish
from lesionlab.inference.sample_stream import Made, make_images
from lesionlab.inference.sampler import Sampler
from lesionlab.records.sampling import JOURNAL_NAME, Journal, SamplingPlan, read_plan, write_plan
from lesionlab.records.shards import SetFiles
from lesionlab.records.synthetic import MANIFEST_NAME, PLAN_NAME

TRIES = 20  # images for each one asked for, before a diagnosis is given up
BLOCK_BYTES = 4096  # on most disks a file takes a multiple of this


def plan_for(
    sampler: Sampler,
    counts: dict[str, int],
    first_seed: int,
    *,
    truncation: float | None = None,
    images_per_shard: int = 0,
    sheet: bool = False,
    filters: Sequence[Filter] = (),
) -> SamplingPlan:
    """Return the plan of a set, in which image i that is tried of a diagnosis has the seed `first_seed` + i.

    Raises:
        InputError: an unknown diagnosis, or a seed or truncation out of range.
    """
    for code, count in counts.items():
        for seed in (first_seed, first_seed + count - 1):
            sampler.check(Recipe(seed, code, truncation))
    uses = tuple(each.use for each in filters)
    return SamplingPlan(made_by(sampler.card), counts, first_seed, truncation, images_per_shard, sheet, uses)


def begin(folder: Path, plan: SamplingPlan) -> bool:
    """Put the plan into a new or empty folder; return whether its set is there and whole already.

    Raises:
        InputError: `folder` is a file, holds other things, or a set of another plan.
        DataError: its plan is damaged.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file.", "Name a folder that is new or empty.")
    begun = read_plan(folder)
    if begun is None:
        if folder.is_dir() and not all(map(_is_part, folder.iterdir())):
            raise InputError(f"The folder {folder} is not empty.", "Name another one; nothing in it was touched.")
        write_plan(folder, plan)
    elif begun != plan:
        other = ", ".join(name.replace("_", " ") for name in plan.differences(begun))
        raise InputError(
            f"The set in {folder} was begun with other options: {other}.",
            f"Name another folder, or give the options that {PLAN_NAME} there tells; nothing was touched.",
        )
    whole = (folder / MANIFEST_NAME).is_file()
    if whole:
        (folder / JOURNAL_NAME).unlink(missing_ok=True)  # it was killed in its very last step
    return whole


def sample_into(
    folder: Path,
    sampler: Sampler,
    plan: SamplingPlan,
    filters: Sequence[Filter] = (),
    tries: int = TRIES,
    progress: Progress = silent,
) -> Tally:
    """Sample what a folder that was begun lacks, then its manifest; return what was tried, kept and withheld.

    Stopped at any moment and called again, it ends with the same bytes; files that are there are checked first.

    Raises:
        DataError: the disk is full, another process samples into the folder, or a diagnosis is not filled by `tries`
            times its count; what is done is kept.
    """
    tally = Tally(plan.counts)
    with Journal(folder, plan) as journal:
        for left in filter(_is_part, folder.iterdir()):
            left.unlink()
        try:
            with SetFiles(folder) as there:
                for tried in journal.recall(lambda image: there.read(image) is not None):
                    tally.add(tried.image.diagnosis, tried.withheld)
            recipes = candidates(plan, tally, tries if filters else 1)
            with closing(make_images(sampler, filters, recipes, cores())) as images:
                _fill(folder, plan, journal, tally, images, progress)
            _check_filled(tally, tries)
            finish(folder, plan, journal, sampler, filters)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise _no_room(folder, tally, "is full") from error
    journal.path.unlink()
    return tally


def _fill(
    folder: Path, plan: SamplingPlan, journal: Journal, tally: Tally, images: Iterable[Made], progress: Progress
) -> None:
    files = open_files(folder, plan, tally.kept.total())
    roomy = False
    try:
        for made in images:
            if tally.is_filled(made.recipe.diagnosis):
                continue  # it was made ahead
            if not (roomy or made.withheld):
                _check_room(folder, plan, tally, len(made.content))
                roomy = True
            journal.add(files.put(made))
            tally.add(made.recipe.diagnosis, made.withheld)
            figures = {"withheld": tally.withheld.total()} if plan.filters else {}
            progress(tally.kept.total(), plan.total, **figures)
        journal.add(files.finish())
    finally:
        files.discard()


def _check_room(folder: Path, plan: SamplingPlan, tally: Tally, size: int) -> None:
    """Refuse to begin what the disk cannot hold, by the size of the first image."""
    each = size if plan.images_per_shard else -(-size // BLOCK_BYTES) * BLOCK_BYTES
    needed, free = each * (plan.total - tally.kept.total()), shutil.disk_usage(folder).free
    if needed > free:
        raise _no_room(folder, tally, f"has {free / 2**20:,.0f} MB free; what is left takes {needed / 2**20:,.0f} MB")


def _no_room(folder: Path, tally: Tally, what: str) -> DataError:
    kept, wanted = tally.kept.total(), sum(tally.wanted.values())
    return DataError(
        f"The disk of {folder} {what}. {kept:,} of {wanted:,} images are done and kept.",
        "Make room and run the same command again: it goes on.",
    )


def _check_filled(tally: Tally, tries: int) -> None:
    lacking = [code for code in tally.wanted if not tally.is_filled(code)]
    if lacking:
        told = "; ".join(f"{c}: {tally.kept[c]:,} of {tally.wanted[c]:,} after {tally.tried[c]:,}" for c in lacking)
        raise DataError(
            f"The filters withhold too much ({told} tries).",
            f"Go on by the same command with more --tries (now {tries}), or begin another folder with a lower limit "
            "or count.",
        )


def _is_part(path: Path) -> bool:
    return path.name.startswith(".") and path.name.endswith(".part")
