"""The real images of a study, fold by fold and share by share: whole lesion groups, each within the next larger one."""

from __future__ import annotations

from functools import cache

from lesionlab.core.errors import StudyError
from lesionlab.core.stratum_values import stratum_value
from lesionlab.data.folds import fold_split, make_folds
from lesionlab.data.holding_out import added_images
from lesionlab.data.prepared import Part, PreparedData
from lesionlab.records.protocol import Protocol
from lesionlab.records.study_images import StudyImage, StudyImages
from lesionlab.records.study_strata import COLUMNS, StudyStrata
from lesionlab.study.subsets import subset_data, subset_groups


class FoldData:
    """Prepared data as a protocol divides it.

    Raises:
        StudyError: the data is not prepared at the protocol's size.
        DataError: a class has too few lesions for so many folds.
    """

    def __init__(self, data: PreparedData, protocol: Protocol) -> None:
        if protocol.image_size_px not in data.sizes_px:
            there = ", ".join(map(str, data.sizes_px))
            raise StudyError(
                f"'{data.name}' is prepared at {there} px, and the protocol asks for {protocol.image_size_px}.",
                f"Prepare it with --size {protocol.image_size_px} as well, or change image_size_px.",
            )
        self.data, self.protocol = data, protocol
        self.folds = make_folds(data.split, protocol.folds, protocol.fold_seed, added_images(data))
        self.whole = cache(self._whole)
        self.shared = cache(self._shared)

    def _whole(self, fold: int) -> PreparedData:
        """Return the data under the split of a fold, with all of its training images."""
        split = fold_split(self.data.split, self.folds, fold, added_images(self.data))
        return self.data.under(split, f"of fold {fold}")

    def _shared(self, fold: int, share: float) -> PreparedData:
        """Return the data of a fold with a share of its training images; the others are withheld."""
        data = self.whole(fold)
        return subset_data(data, self._groups(fold, share))

    def _groups(self, fold: int, share: float) -> frozenset[str]:
        part = self.whole(fold).part("train")
        return subset_groups(part, round(share * len(part.labels)), self.protocol.fold_seed)

    def held_back(self, fold: int, share: float) -> Part:
        """Return the training images of a fold that a share of them leaves out: what a perfect generator would make.

        Raises:
            StudyError: it leaves out none, or none of some class.
        """
        part = self.whole(fold).part("train")
        rest = part.of_groups(frozenset(part.groups) - self._groups(fold, share))
        missing = [code for number, code in enumerate(part.classes) if number not in rest.labels]
        if missing:
            raise StudyError(
                f"At {share:.0%} of the real images none of {', '.join(missing)} is held back in fold {fold}.",
                "Give a smaller share, or leave out the arm that fills slots with held-back images.",
            )
        return rest

    def strata(self) -> StudyStrata:
        """Return what the metadata tells of each image beside its diagnosis."""
        told = zip(self.data.split.rows, self.data.metadata, strict=True)
        return StudyStrata(
            {row.image_id: {name: stratum_value(name, its.get(name, "")) for name in COLUMNS} for row, its in told}
        )

    def images(self) -> StudyImages:
        """Return which fold tests each image, and which choose on it; images that only ever train are left out."""
        tested: dict[str, int] = {}
        validates: dict[str, list[int]] = {}
        for fold in range(self.protocol.folds):
            for row in self.whole(fold).split.rows:
                if row.part == "test":
                    tested[row.image_id] = fold
                elif row.part == "validation":
                    validates.setdefault(row.image_id, []).append(fold)
        return StudyImages(
            tuple(
                StudyImage(
                    row.image_id,
                    row.lesion_id,
                    row.diagnosis,
                    tested[row.image_id],
                    tuple(validates.get(row.image_id, ())),
                )
                for row in self.data.split.rows
                if row.image_id in tested
            )
        )
