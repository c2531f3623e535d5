"""What the records of a study say: each figure by arm and seed, its means, and the rulers beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from lesionlab.core.errors import StudyError
from lesionlab.records.study import AnyRecord, Measured, ReferenceRecord, StudyPlan, StudyRecord
from lesionlab.study.folder import is_of


@dataclass(frozen=True)
class Figure:
    """A figure that a study shows: its name in the records, its titles, what it means, and how it is drawn."""

    name: str
    title: str
    short: str  # the head of a column in a terminal
    better: str
    meaning: str
    digits: int = 3
    logarithmic: bool = False
    limits: tuple[float, float] | None = None


KID = Figure(
    "kid_macro",
    "KID, mean of the classes",
    "KID",
    "lower is better",
    "how far synthetic images lie from real ones of the same diagnosis, as a network of random weights sees them: "
    "0 for images of the same kind",
    digits=4,
    logarithmic=True,
)
COVERAGE = Figure(
    "coverage",
    "Coverage",
    "coverage",
    "higher is better",
    "the share of real images that have a synthetic one in their neighbourhood: low where the generator always makes "
    "the same few",
    limits=(0.0, 1.0),
)
GRID = Figure(
    "grid_index",
    "Grid index",
    "grid",
    "as real images is best",
    "how far the frequencies of the generator's strides stick out of the images' spectrum: a checkerboard that eyes "
    "hardly see and classifiers do",
    digits=2,
    logarithmic=True,
)
TSTR = Figure(
    "tstr",
    "Trained on synthetic, tested on real",
    "TSTR",
    "1: as good as real training images",
    "how much a classifier learns from synthetic images alone: 0 is chance, 1 what the real training images teach it",
    limits=(0.0, 1.0),
)
TAUGHT = Figure(
    "tstr",
    "Balanced accuracy taught by synthetic images",
    "taught",
    "higher is better",
    "the balanced accuracy, on real lesions, of a classifier that saw synthetic images alone",
)
ON_REAL = Figure(
    "trtr",
    "Balanced accuracy taught by the same real images",
    "by real",
    "what the synthetic images could teach",
    "the same of a classifier that saw the very images that the generator learned from",
)
COPIES = Figure(
    "copies",
    "Copies of training images",
    "copies",
    "lower is better",
    "the share of synthetic images that lie nearer to a training image than 99 in 100 real images of other lesions do",
)


@dataclass(frozen=True)
class Outcome:
    """The records of a study beside its plan."""

    plan: StudyPlan
    runs: dict[tuple[str, int], StudyRecord]  # by arm and seed
    references: tuple[ReferenceRecord, ...]

    def value(self, figure: str, arm: str, seed: int) -> float | None:
        """Return a figure of one run, the mean over feature spaces where it has several; None where it is not there."""
        record = self.runs.get((arm, seed))
        return mean_of(record.measured, figure) if record else None

    def values(self, figure: str, arm: str) -> dict[int, float]:
        """Return a figure of an arm by seed."""
        found = {seed: self.value(figure, arm, seed) for seed in self.plan.seeds}
        return {seed: value for seed, value in found.items() if value is not None}

    def mean(self, figure: str, arm: str) -> float | None:
        """Return the mean of a figure over the seeds of an arm that are done."""
        return _mean(self.values(figure, arm).values())

    def rulers(self, figure: str) -> dict[str, float]:
        """Return what real images, whole or spoilt, have in the place of synthetic ones."""
        measured = [m for reference in self.references for m in reference.measured if m.name == figure and m.ruler]
        names = dict.fromkeys(m.ruler for m in measured)
        return {name: fmean(m.value for m in measured if m.ruler == name) for name in names}

    def on_real(self, arm: str, seed: int) -> float | None:
        """Return the balanced accuracy of a classifier trained on the real images that a run had."""
        wanted = next(run.groups_sha256 for run in self.plan.runs if (run.arm, run.seed) == (arm, seed))
        found = [r for r in self.references if r.groups_sha256 == wanted]
        return _mean(m.value for r in found for m in r.measured if m.name == "trtr")

    def above_chance(self, arm: str, seed: int) -> float | None:
        """Return how far a run's synthetic images go from chance to the real images it had: 0 to 1, or beyond.

        None where a classifier learns nothing from the real ones either: there is no way to go.
        """
        on_synthetic, on_real = self.value("tstr", arm, seed), self.on_real(arm, seed)
        chance = 1 / len(self.plan.classes)
        if on_synthetic is None or on_real is None or on_real <= chance:
            return None
        return (on_synthetic - chance) / (on_real - chance)

    def left(self) -> int:
        """Return how many runs of the plan have no record."""
        return sum((run.arm, run.seed) not in self.runs for run in self.plan.runs)

    def protocol(self) -> tuple[Measured, ...]:
        """Return a run's figures and a reference's, without rulers, for how they were measured: all share it."""
        of_run = next(iter(self.runs.values())).measured if self.runs else ()
        return (*of_run, *(m for reference in self.references[:1] for m in reference.measured if not m.ruler))


def outcome(plan: StudyPlan, records: Sequence[AnyRecord]) -> Outcome:
    """Return what these records say; those that belong to no run of the plan are left out.

    Raises:
        StudyError: two records of one figure were measured in other feature spaces or at another n.
    """
    runs = {}
    for run in plan.runs:
        mine = [r for r in records if isinstance(r, StudyRecord) and is_of(r, run, plan)]
        if mine:
            runs[run.arm, run.seed] = mine[0]
    digests = {run.groups_sha256 for run in plan.runs}
    references = tuple(r for r in records if isinstance(r, ReferenceRecord) and r.groups_sha256 in digests)
    _check_comparable([*runs.values(), *references])
    return Outcome(plan, runs, references)


def _check_comparable(records: Sequence[AnyRecord]) -> None:
    protocols: dict[str, set[tuple[str, int]]] = {}
    for record in records:
        for name in {m.name for m in record.measured}:
            # mel against bkl cannot have the n of the others; no run is held against it
            mine = {(m.space, m.n) for m in record.measured if m.name == name and "against" not in m.ruler}
            if mine and protocols.setdefault(name, mine) != mine:
                raise StudyError(
                    f"{name} was measured in other feature spaces, or at another n, in some of the {len(records)} "
                    "records: such figures cannot be compared.",
                    "Leave out the records of one protocol, or do these runs again.",
                )


def mean_of(measured: Iterable[Measured], name: str) -> float | None:
    """Return a figure among those measured, the mean over feature spaces where it has several; None without it."""
    return _mean(m.value for m in measured if m.name == name)


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None
