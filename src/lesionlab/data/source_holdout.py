"""Leave one source out: train on all but one source, test on that one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lesionlab.core.errors import DataError
from lesionlab.core.seeds import check_seed, derive_seed
from lesionlab.data.holding_out import added_images, hold_out
from lesionlab.data.prepared import PreparedData
from lesionlab.records.split import Split

HAM10000_COLUMN = "dataset"  # the Dataverse edition of HAM10000 names the hospital or practice here


@dataclass(frozen=True)
class HeldSource:
    """One source held out: its split, and what its groups have of other sources; or why it cannot be held out."""

    source: str
    split: Split | None
    spanning_groups: int  # groups with images of other sources too: they are kept whole, and tested
    images_of_others: int  # their images of other sources
    reason: str = ""


def image_sources(data: PreparedData) -> tuple[str, ...]:
    """Return the source of each image, in the order of the split: as HAM10000 names it, else the set's own name.

    Raises:
        DataError: the metadata name fewer than two sources.
    """
    sources = tuple(row.get(HAM10000_COLUMN) or row.get("source", "") for row in data.metadata)
    named = sorted({source or "none" for source in sources})
    if len(named) > 1:
        return sources
    edition = (
        f"Its metadata lack the column '{HAM10000_COLUMN}', as the Kaggle edition does: prepare the Harvard Dataverse "
        "edition (doi:10.7910/DVN/DBW86T), which names four sources."
        if data.record.kind == "ham10000"
        else "Add images of another source with `lesionlab data prepare --add`."
    )
    raise DataError(f"The metadata of '{data.name}' name one source only ({named[0]}).", edition)


def hold_out_each_source(data: PreparedData, seed: int) -> tuple[HeldSource, ...]:
    """Return each source held out, in the order of their names; an eighth of the other groups is for validation.

    A group with images of several sources is tested with any of them, whole: none of its images may train.

    Raises:
        DataError: the metadata name fewer than two sources, or no source can be held out.
        InputError: the seed is out of range.
    """
    check_seed(seed)
    sources = image_sources(data)
    source_of = {row.image_id: source for row, source in zip(data.split.rows, sources, strict=True)}
    held = tuple(_hold_out(data.split, source_of, source, added_images(data), seed) for source in sorted(set(sources)))
    if all(each.split is None for each in held):
        reasons = " ".join(f"{each.source}: {each.reason}" for each in held)
        raise DataError(f"No source of '{data.name}' can be held out. {reasons}", "Add images of other sources.")
    return held


def _hold_out(split: Split, source_of: Mapping[str, str], source: str, added: Collection[str], seed: int) -> HeldSource:
    tested = {row.group for row in split.rows if source_of[row.image_id] == source}
    training_only = {image_id for image_id in added if source_of[image_id] != source}
    try:
        found = hold_out(split, tested, lambda name: derive_seed("inner", seed, source, name), training_only)
    except DataError as error:
        return HeldSource(source, None, 0, 0, error.cause)
    others = [row for row in found.rows if row.part == "test" and source_of[row.image_id] != source]
    return HeldSource(source, found, len({row.group for row in others}), len(others))
