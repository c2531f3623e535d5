"""Collected images join a split: training part only, in the groups they belong to, and never near what is tested on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lesionlab.data.additions import AddedImage, Additions, Tie
from lesionlab.data.groups import DisjointSets
from lesionlab.data.problems import Problem, gather
from lesionlab.records.split import Split, SplitRow

ALREADY_THERE = "already in the base set"
SAME_FILE = "the same file as another added image"
DISAGREEING = "of one lesion or picture with images of another diagnosis"
WOULD_LEAK = "near or of one lesion with images of the validation or test part"


@dataclass(frozen=True)
class Joined:
    """The split with the added rows behind the base's, and why the other images were left out."""

    split: Split
    used: tuple[AddedImage, ...]
    in_base_groups: int
    left_out: dict[str, Problem]


def join(base: Split, additions: Additions, ties: Iterable[Tie]) -> Joined:
    """Put each added image into the training part or leave it out.

    The base keeps its rows and parts. Where an added image ties training groups together they become one group; where
    its group touches validation or test, it is left out.
    """
    images = sorted(additions.images, key=lambda image: image.image_id)
    kin = _Kin(base, images, additions.lesions_of_base, ties)
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    used: list[AddedImage] = []
    files: set[str] = set()
    for image in images:
        if not image.wanted:
            continue
        reason = kin.reason_against(image) or (SAME_FILE if image.sha256 in files else "")
        if reason:
            reasons[reason].append(image.image_id)
            continue
        files.add(image.sha256)
        used.append(image)
    rows = tuple(
        SplitRow(r.image_id, r.lesion_id, kin.group_of_base(r), r.diagnosis, r.part) for r in base.rows
    ) + tuple(SplitRow(i.image_id, i.lesion_id, kin.group_of(i), i.diagnosis, "train") for i in used)
    return Joined(
        Split(rows, base.classes), tuple(used), sum(kin.touches_base(image) for image in used), gather(reasons)
    )


class _Kin:
    """Base groups and added lesions, joined by every tie there is, also by those of images that are not used."""

    def __init__(
        self,
        base: Split,
        images: Sequence[AddedImage],
        lesions_of_base: Iterable[tuple[str, str]],
        ties: Iterable[Tie],
    ) -> None:
        self._sets = DisjointSets()
        self._row = {row.image_id: row for row in base.rows}
        self._same = {image.image_id for image in images if image.same_as in self._row}
        lesion = {image.image_id: image.lesion_id for image in images}
        for image in images:
            self._join_base(image.lesion_id, image.same_as)
        for lesion_id, base_id in lesions_of_base:
            self._join_base(lesion_id, base_id)
        for tie in ties:
            if tie.among_added:
                self._sets.join(_added(lesion[tie.image_id]), _added(lesion[tie.other_id]))
                continue
            self._join_base(lesion[tie.image_id], tie.other_id)
            if tie.same:
                self._same.add(tie.image_id)
        self._parts, self._diagnoses = self._look(base, images)

    def _join_base(self, lesion_id: str, base_id: str) -> None:
        if base_id in self._row:
            self._sets.join(_base(self._row[base_id].group), _added(lesion_id))

    def _look(self, base: Split, images: Iterable[AddedImage]) -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
        """Return the base's parts and all diagnoses in each set."""
        parts: defaultdict[str, set[str]] = defaultdict(set)
        diagnoses: defaultdict[str, set[str]] = defaultdict(set)
        for row in base.rows:
            name = self._sets.find(_base(row.group))
            parts[name].add(row.part)
            diagnoses[name].add(row.diagnosis)
        for image in images:
            if image.wanted:
                diagnoses[self._sets.find(_added(image.lesion_id))].add(image.diagnosis)
        return parts, diagnoses

    def reason_against(self, image: AddedImage) -> str:
        """Return why an image may not be used; blank where it may."""
        name = self._sets.find(_added(image.lesion_id))
        if image.image_id in self._same:
            return ALREADY_THERE
        if not self._parts.get(name, set()) <= {"train"}:
            return WOULD_LEAK
        return DISAGREEING if len(self._diagnoses[name]) > 1 else ""

    def group_of(self, image: AddedImage) -> str:
        """Return the group of an added image: the smallest base group of its set, else its smallest lesion id."""
        return self._sets.find(_added(image.lesion_id))[1:]

    def group_of_base(self, row: SplitRow) -> str:
        """Return the group of a base row; what would tie parts together does not change it."""
        name = self._sets.find(_base(row.group))
        return name[1:] if self._parts[name] == {"train"} else row.group

    def touches_base(self, image: AddedImage) -> bool:
        """Tell whether an added image lies in a group of the base."""
        return self._sets.find(_added(image.lesion_id)).startswith("0")


# The smaller name wins in a set: a base group before any added lesion.
def _base(group: str) -> str:
    return f"0{group}"


def _added(lesion_id: str) -> str:
    return f"1{lesion_id}"
