"""A training arm: real images and synthetic sets that may be put together, or it does not come to be."""

from __future__ import annotations

from dataclasses import InitVar, dataclass

from lesionlab.core.progress import Progress, silent
from lesionlab.data.folds import FoldPlan
from lesionlab.data.leak_guard import Arm, check_real, check_synthetic
from lesionlab.data.prepared import Part
from lesionlab.data.recollected import check_recollected
from lesionlab.data.synthetic_set import SyntheticSet
from lesionlab.records.seen_groups import seen_groups


@dataclass(frozen=True, eq=False)
class TrainingArm:
    """Real training images, or some of their groups, and synthetic sets that know nothing beyond these.

    What is held out is the rest of `real.data.split`. `folds` says of which plan the split is a fold: then choices that
    were frozen in fold 0 count, as the study's protocol has it.

    Raises:
        LeakError: the real images are not of the training part, or are pictures of held-out ones; or a synthetic set
            saw other real images than these, or was chosen on images that are held out. Nothing turns this off.
        DataError: a synthetic set has a diagnosis that the data has not.
    """

    real: Part
    synthetic: tuple[SyntheticSet, ...] = ()
    folds: FoldPlan | None = None
    progress: InitVar[Progress] = silent

    def __post_init__(self, progress: Progress) -> None:
        """Refuse what must not meet."""
        arm = Arm(self.real)
        check_real(arm)
        check_recollected(self.real, progress)
        for fakes in self.synthetic:
            fakes.labels(self.real.classes)
            check_synthetic(arm, fakes, self.folds)

    @property
    def key(self) -> tuple[str, str]:
        """The exact list of real images: the split's SHA-256, and `groups_sha256` of a generator trained on them."""
        seen = seen_groups(train=zip(self.real.groups, self.real.image_ids, strict=True))
        return self.real.data.split.sha256, seen.sha256
