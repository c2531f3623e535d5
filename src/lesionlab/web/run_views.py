"""What the pages tell of the runs of this machine, from the files in their folders alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import LesionLabError, RunError
from lesionlab.core.home import runs_folder
from lesionlab.core.names import did_you_mean
from lesionlab.records.codec import from_plain
from lesionlab.records.figures import Line, Moment, key, line_chart
from lesionlab.records.job import Stage
from lesionlab.records.monitor import Alarm, MonitorRecord, read_monitor
from lesionlab.records.options import GanOptions
from lesionlab.records.run import OPTIONS_NAME, RunFolder, RunRecord
from lesionlab.training.progress_animation import sheets_of
from lesionlab.training.report_curves import Curve, curves

SCORES = {"generator": "kid", "classifier": "validation_balanced_accuracy"}
SCORE_WORDS = {"generator": "KID (lower is better)", "classifier": "balanced accuracy on validation"}
_CHOICE = "It chooses which weights are exported, so it is no measure of them."


class NoSuchRunError(LesionLabError):
    """A run, or a picture of one, that is not here."""

    http_status = 404
    code = "no_such_run"


@dataclass(frozen=True)
class RunView:
    """A run as it stands."""

    folder: RunFolder
    record: RunRecord
    stats: Sequence[dict[str, float]]
    monitor: MonitorRecord
    state: str  # "done", "training" or "stopped"

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.path.name

    @property
    def noun(self) -> Stage:
        """Its word on the command line."""
        return "gan" if self.record.kind == "generator" else "classifier"

    @property
    def size_px(self) -> int:
        """The side of its images."""
        return int(self.record.options["image_size_px"])

    @property
    def total_kimg(self) -> float:
        """How long it is to be, in thousand images shown."""
        return float(self.record.options["total_kimg"])

    @property
    def kimg(self) -> float:
        """How far it has come."""
        return self.stats[-1]["kimg"] if self.stats else 0.0

    @property
    def seconds(self) -> float:
        """How long it has trained."""
        return self.stats[-1]["seconds"] if self.stats else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long it has still to go at the pace so far, where it has one."""
        return self.seconds / self.kimg * max(0.0, self.total_kimg - self.kimg) if self.kimg else None

    @property
    def score(self) -> float | None:
        """The last figure by which weights are chosen, where it was measured."""
        measured = [line[SCORES[self.record.kind]] for line in self.stats if SCORES[self.record.kind] in line]
        return measured[-1] if measured else None

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """Signs of collapse."""
        return self.monitor.alarms

    @property
    def sheets(self) -> Sequence[Path]:
        """Its sample sheets, the first to the last."""
        return sheets_of(self.folder)

    @property
    def version(self) -> str:
        """Whatever changes when there is something new to be seen."""
        return f"{len(self.stats)}-{len(self.sheets)}-{len(self.alarms)}-{self.state}"

    def curves(self) -> list[Curve]:
        """Return the curves of what was recorded."""
        if not self.stats:
            return []
        if self.record.kind == "generator":
            return curves(self.stats, self.monitor, from_plain(GanOptions, self.record.options, self.name))
        drawn = [
            _curve("Balanced accuracy on validation", _CHOICE, {SCORES["classifier"]: "balanced accuracy"}, self.stats),
            _curve("Loss", "Of the training images, weighted and smoothed as asked for.", {"loss": "loss"}, self.stats),
        ]
        return [curve for curve in drawn if curve is not None]


def all_runs() -> list[RunView]:
    """Return the runs of this machine, the newest first; what cannot be read is left out."""
    paths = sorted((path.parent for path in runs_folder().glob(f"*/{OPTIONS_NAME}")), reverse=True)
    return [view for path in paths if (view := _readable(path)) is not None]


def run_view(name: str) -> RunView:
    """Return a run by the name of its folder.

    Raises:
        NoSuchRunError: none has this name.
        RunError: it is damaged.
    """
    names = [path.parent.name for path in runs_folder().glob(f"*/{OPTIONS_NAME}")]  # a name alone, never a path
    if name not in names:
        cure = did_you_mean(name[:60], names) if names else "Start one on the page of the runs."
        raise NoSuchRunError(f"No run is called '{name[:60]}'.", cure)
    return _view(runs_folder() / name)


def compared(views: Sequence[RunView]) -> Curve:
    """Return the scores of several runs of one kind as one chart.

    Raises:
        RunError: they are of two kinds.
    """
    kinds = {view.record.kind for view in views}
    if len(kinds) != 1:
        raise RunError("Generators and classifiers have no figure in common.", "Choose runs of one kind.")
    [kind] = kinds
    score, words = SCORES[kind], SCORE_WORDS[kind]
    lines = [Line(v.name, [(s["kimg"], s[score]) for s in v.stats if score in s]) for v in views]
    keys = tuple((key(number), line.name) for number, line in enumerate(lines))
    chart = line_chart(words, lines, log=kind == "generator")
    note = "Compare runs on the same data and at the same size alone." if len({_subject(v) for v in views}) > 1 else ""
    return Curve(words[:1].upper() + words[1:], note or _CHOICE, chart, keys)


def _subject(view: RunView) -> tuple[str, int]:
    return (view.record.split_sha256, view.size_px)


def _readable(path: Path) -> RunView | None:
    try:
        return _view(path)
    except (RunError, KeyError, ValueError):
        return None


def _view(path: Path) -> RunView:
    folder = RunFolder(path)
    state = "done" if folder.done else "training" if folder.in_training else "stopped"
    return RunView(folder, folder.read(), folder.read_stats(), read_monitor(path) or MonitorRecord(), state)


def _curve(title: str, note: str, names: dict[str, str], stats: Sequence[dict[str, float]]) -> Curve | None:
    lines = [Line(told, [(line["kimg"], line[name]) for line in stats if name in line]) for name, told in names.items()]
    if not any(line.points for line in lines):
        return None
    best = max(stats, key=lambda line: line.get(SCORES["classifier"], -1.0))
    moments = [Moment("best", best["kimg"])] if SCORES["classifier"] in names else []
    return Curve(title, note, line_chart(title, lines, moments=moments), ())
