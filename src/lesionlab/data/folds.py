"""Folds by lesion group: every lesion is tested once, by models that saw nothing of it."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lesionlab.core.errors import DataError, InputError
from lesionlab.core.seeds import check_seed, derive_seed
from lesionlab.data.dealing import deal, strata
from lesionlab.data.holding_out import hold_out
from lesionlab.records.split import Split

FOLD_RANGE = (2, 20)


@dataclass(frozen=True)
class FoldPlan:
    """The fold of each lesion group, 0 to `folds` - 1."""

    folds: int
    seed: int
    fold_of: Mapping[str, int]

    def groups(self, fold: int) -> frozenset[str]:
        """Return the groups that are tested in a fold."""
        return frozenset(group for group, its in self.fold_of.items() if its == fold)

    def to_csv(self) -> bytes:
        """Return one line a group, in the order of their names, LF line ends."""
        buffer = io.StringIO()
        buffer.write(f"# folds: {self.folds}, seed: {self.seed}\n")
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(("group", "fold"))
        writer.writerows(sorted(self.fold_of.items()))
        return buffer.getvalue().encode()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the CSV."""
        return hashlib.sha256(self.to_csv()).hexdigest()


def make_folds(split: Split, folds: int, seed: int, added: Collection[str] = ()) -> FoldPlan:
    """Deal the groups of a split's images into folds, alike in images and lesions of each diagnosis.

    Images whose ids are in `added` are for training alone and do not count.

    Raises:
        InputError: the number of folds is out of range, or the seed is.
        DataError: a class has fewer groups than there must be.
    """
    if not FOLD_RANGE[0] <= folds <= FOLD_RANGE[1]:
        raise InputError(f"{folds} folds are not accepted.", f"Give {FOLD_RANGE[0]} to {FOLD_RANGE[1]}; 5 is usual.")
    check_seed(seed)
    rows = [row for row in split.rows if row.image_id not in added]
    groups = strata(rows, {row.image_id: row.group for row in rows})
    needed = max(folds, 4)  # two at least are left to train and to choose on
    few = [f"{code} ({len(groups[code])})" for code in split.classes if len(groups[code]) < needed]
    if few:
        raise DataError(
            f"Too few lesions for {folds} folds: {', '.join(few)}; each class needs at least {needed} lesion groups.",
            "Ask for fewer folds, or add images of these classes.",
        )
    fold_of: dict[str, int] = {}
    for code in split.classes:
        # Ties go to folds in another order for each class, so that not all remainders fall to the first.
        shares = dict.fromkeys(_order(folds, seed, code), 1)
        fold_of |= deal(groups[code], shares, lambda name: derive_seed("folds", seed, name))
    return FoldPlan(folds, seed, fold_of)


def _order(folds: int, seed: int, code: str) -> list[int]:
    return sorted(range(folds), key=lambda fold: derive_seed("fold order", seed, code, fold))


def fold_split(split: Split, plan: FoldPlan, fold: int, added: Collection[str] = ()) -> Split:
    """Return the split of one fold: its groups are tested, an eighth of the others is for validation.

    Images in `added` train; where their group does not, they are withheld.

    Raises:
        DataError: the plan is of other groups.
    """
    unknown = {row.group for row in split.rows if row.image_id not in added} - set(plan.fold_of)
    if unknown or not 0 <= fold < plan.folds:
        raise DataError(
            f"{len(unknown):,} groups of the data are in no fold, such as {min(unknown)}."
            if unknown
            else f"There is no fold {fold}: they go from 0 to {plan.folds - 1}.",
            "Make the folds from this data.",
        )
    return hold_out(split, plan.groups(fold), lambda name: derive_seed("inner", plan.seed, fold, name), added)
