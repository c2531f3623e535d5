"""Leaks and unfairness that the records of a study would show: each a question with its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lesionlab.records.effect import Check
from lesionlab.records.ledger import Opening
from lesionlab.records.protocol import Protocol
from lesionlab.records.study_images import StudyImages
from lesionlab.records.tested import TestedRecord


def checks(
    images: StudyImages, records: Sequence[TestedRecord], protocol: Protocol, openings: Sequence[Opening]
) -> tuple[Check, ...]:
    """Return what the records say about leaks between the parts, and whether all arms had the same."""
    synthetic = [record for record in records if protocol.arm(record.arm).shows_synthetic]
    others = [record for record in records if not protocol.arm(record.arm).shows_synthetic]
    return (
        _tested_once(images),
        _chosen_apart(images),
        _one_each(
            "In each fold every arm had the very same real images",
            records,
            lambda record: (record.fold, record.share),
            lambda record: record.real_sha256,
            "lists of real images",
        ),
        _one_each(
            "Each fold and share has one generator, and all of its arms use that one",
            synthetic,
            lambda record: (record.fold, record.share),
            lambda record: record.generator_sha256,
            "generators",
        ),
        _no_generator_twice(synthetic),
        Check(
            "Arms without synthetic images saw none",
            not any(record.generator_sha256 for record in others),
            f"{len(others)} trainings name no generator.",
        ),
        _same_length(records),
        _opened(records, openings),
    )


def _tested_once(images: StudyImages) -> Check:
    folds: dict[str, set[int]] = {}
    for row in images.rows:
        folds.setdefault(row.lesion, set()).add(row.fold)
    torn = [lesion for lesion, its in folds.items() if len(its) > 1]
    told = f"{len(folds):,} lesions" if not torn else f"{len(torn):,} of {len(folds):,} lesions are not, as {torn[0]}"
    return Check("Every lesion is tested in one fold, with all of its images", not torn, f"{told}.")


def _chosen_apart(images: StudyImages) -> Check:
    tested = {row.lesion: row.fold for row in images.rows}
    both = {row.lesion for row in images.rows if tested[row.lesion] in row.validates}
    told = f"{len(tested):,} lesions" if not both else f"{len(both):,} lesions are, such as {min(both)}"
    return Check("No lesion is chosen by in the fold that tests it", not both, f"{told}.")


def _one_each(
    title: str,
    records: Iterable[TestedRecord],
    place: Callable[[TestedRecord], tuple[int, float]],
    what: Callable[[TestedRecord], str],
    name: str,
) -> Check:
    found: dict[tuple[int, float], set[str]] = {}
    for record in records:
        found.setdefault(place(record), set()).add(what(record))
    torn = [where for where, its in found.items() if len(its) > 1]
    told = f"{len(found)} {name}, one for each fold and share."
    if torn:
        told = f"Fold {torn[0][0]} at {100 * torn[0][1]:g}% has {len(found[torn[0]])} {name}."
    return Check(title, not torn, told)


def _no_generator_twice(synthetic: Iterable[TestedRecord]) -> Check:
    places: dict[str, set[tuple[int, float]]] = {}
    for record in synthetic:
        places.setdefault(record.generator_sha256, set()).add((record.fold, record.share))
    twice = [weights for weights, its in places.items() if len(its) > 1]
    told = f"{len(places)} generators, each in the one fold that it was trained for."
    if twice:
        told = f"The generator {twice[0][:12]} stands in {len(places[twice[0]])} folds and shares."
    return Check("No generator serves two folds", not twice, told)


def _same_length(records: Sequence[TestedRecord]) -> Check:
    lengths = {record.kimg for record in records if not record.diverged}
    told = ", ".join(f"{kimg:g}" for kimg in sorted(lengths)) or "no"
    return Check("Every training was equally long", len(lengths) <= 1, f"{told} thousand images shown in each.")


def _opened(records: Sequence[TestedRecord], openings: Sequence[Opening]) -> Check:
    purposes = {opening.purpose.rpartition(": ")[2] for opening in openings}
    unseen = [record.name for record in records if record.name not in purposes]
    told = f"{len(openings)} openings of a test part for {len(records)} trainings."
    if unseen:
        told = f"{len(unseen)} trainings, such as {unseen[0]}, stand without a line in the list of openings."
    return Check("Every look at a test part is on the list", not unseen, told)
