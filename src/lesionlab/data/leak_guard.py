"""The leak guard: what an arm trains on, real and synthetic, knows of nothing that the arm must not know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from lesionlab.core.errors import LeakError
from lesionlab.data.folds import FoldPlan
from lesionlab.data.prepared import Part
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.records.seen_groups import SeenGroups, SeenImage
from lesionlab.records.split import CLOSED_PARTS
from lesionlab.records.synthetic import Choice, Saw

_SIBLINGS = "siblings of held-out lesions"
_WITHHELD = "real images that this arm does not have"


class Arm:
    """What an arm may know, from its real training images and the split that they come from."""

    def __init__(self, real: Part) -> None:
        rows = real.data.split.rows
        self.real = real
        self.own = frozenset(real.image_ids)
        self.part_of = {row.image_id: row.part for row in rows}
        self.held_groups = frozenset(row.group for row in rows if row.part != "train")
        self.tested_groups = frozenset(row.group for row in rows if row.part in CLOSED_PARTS)

    def fault(self, row: SeenImage, *, choosing: bool) -> str:
        """Return what is wrong when something about a synthetic set saw this image; blank where nothing is.

        What is learned from must lie within the arm's own images; what is looked at in choosing, also in validation.
        """
        part = self.part_of.get(row.image_id, "")
        if part in CLOSED_PARTS:
            return f"images of the {part} part"
        if part == "validation":
            return "" if choosing else "images of the validation part"
        if row.group in self.held_groups:
            return _SIBLINGS
        return "" if row.image_id in self.own else _WITHHELD


@dataclass(frozen=True)
class _Faults:
    """Images that must not have been seen, by what is wrong with them."""

    rows: dict[str, list[SeenImage]]

    def __str__(self) -> str:
        told = []
        for fault, rows in self.rows.items():
            groups = sorted({row.group for row in rows})
            told.append(f"{len(rows):,} {fault} ({len(groups):,} lesion groups, such as {groups[0]})")
        return " and ".join(told)


def check_real(arm: Arm) -> None:
    """Refuse real images that are not of the training part of their split.

    Raises:
        LeakError: some are not.
    """
    part = arm.real
    rows = [part.data.split.rows[index] for index in part.indices.tolist()]  # the pixels that will train
    cure = 'Train on data.part("train"), or on some of its groups.'
    strays = sorted(row.image_id for row in rows if row.part != "train" or row.group in arm.held_groups)
    if strays or part.name != "train":
        raise LeakError(
            f"{len(strays):,} of the {len(rows):,} images to train on are held out: this is the {part.name} part of "
            f"'{part.data.name}', with {', '.join(strays[:3])}.",
            cure,
        )
    if tuple(row.image_id for row in rows) != part.image_ids:
        raise LeakError(f"The images of '{part.data.name}' to train on are not those that their ids name.", cure)


def check_synthetic(arm: Arm, fakes: SyntheticSet, folds: FoldPlan | None) -> None:
    """Refuse a synthetic set that knows more than the arm's own training images.

    Raises:
        LeakError: its generator, a filter, a novelty reference or a feature space saw other real images; or something
            was chosen on images that the arm holds out.
    """
    for saw in fakes.saw:
        _check_saw(arm, saw, fakes)
    for choice in fakes.choices:
        _check_choice(arm, choice, folds)


def check_parent(arm: Arm, name: str, seen: SeenGroups) -> None:
    """Refuse to go on from a model that knows more than the arm's own training images.

    Raises:
        LeakError: it saw other real images.
    """
    faults = _faults(arm, ((row, row.use == "validation") for row in seen.rows))
    if faults.rows:
        raise LeakError(
            f"{name} saw {faults}: whoever goes on from it has seen them too.",
            "Go on with the data and the split that it was trained on, or train anew.",
        )


def _check_saw(arm: Arm, saw: Saw, fakes: SyntheticSet) -> None:
    faults = _faults(arm, ((row, row.use == "validation") for row in saw.seen.rows))
    if faults.rows:
        raise LeakError(
            f"The {saw.role} of {fakes.folder.name} ({saw.name[:24]}) saw {faults}.",
            f"Train a {saw.role} on the {len(arm.own):,} real images of this arm and no others: "
            f"`lesionlab {'gan' if saw.role == 'generator' else 'classifier'} train --data {arm.real.data.name} "
            "--split FILE` with a split that leaves the others out.",
        )


def _check_choice(arm: Arm, choice: Choice, folds: FoldPlan | None) -> None:
    cure = f"Choose the {choice.what} on the validation part of this arm's split, before anything is tested."
    if choice.part in CLOSED_PARTS:
        raise LeakError(
            f"The {choice.what} was chosen on the {choice.part} part of split {choice.split_sha256[:12]} "
            f"({len(choice.seen.rows):,} images).",
            cure,
        )
    faults = _faults(arm, ((row, True) for row in choice.seen.rows))
    if faults.rows and not _frozen(arm, choice, folds):
        raise LeakError(
            f"The {choice.what} was chosen on the {choice.part} part of split {choice.split_sha256[:12]}, which holds "
            f"{faults}.",
            cure,
        )


def _frozen(arm: Arm, choice: Choice, folds: FoldPlan | None) -> bool:
    """Return whether a choice was made in fold 0, on its validation part, and the arm tests a fold of that plan.

    A study chooses once, in fold 0, and keeps to it in all folds.
    """
    if folds is None or choice.part != "validation":
        return False
    tested = {folds.fold_of.get(group) for group in arm.tested_groups}
    chosen = {folds.fold_of.get(group) for group in choice.seen.groups()}
    return len(tested) == 1 and None not in tested | chosen and 0 not in chosen


def _faults(arm: Arm, seen: Iterable[tuple[SeenImage, bool]]) -> _Faults:
    found: defaultdict[str, list[SeenImage]] = defaultdict(list)
    for row, choosing in seen:
        fault = arm.fault(row, choosing=choosing)
        if fault:
            found[fault].append(row)
    return _Faults(dict(found))
