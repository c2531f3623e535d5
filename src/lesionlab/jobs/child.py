"""A training in a process of its own, tied to the worker by a pipe: whoever of them dies, none is left behind."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lesionlab.core.errors import RunError
from lesionlab.core.home import home, runs_folder
from lesionlab.jobs.tether import begin_tethered, end_tethered
from lesionlab.records.job import Outcome, TrainingRequest
from lesionlab.records.run import RunFolder, find_run, find_run_of_job

EXIT_INTERRUPTED = 130  # as a shell says it
DEATHS = 3  # without a step further, until a training is given up
LOOK_SECONDS = 1.0


@dataclass
class TrainingProcess:
    """A request being carried out for a job; `wanted` is asked every second whether to go on."""

    job: str
    request: TrainingRequest
    wanted: Callable[[], bool]

    def carry_out(self) -> Outcome | None:
        """Train to the end, and again where the system killed it; None where it was stopped, its state saved."""
        deaths, reached = 0, -1.0
        while deaths < DEATHS:
            run = self.run()
            if run is not None and not self._wait_until_free(run):
                return None
            code = self._once(run)
            if code == 0:
                return Outcome()
            if code == EXIT_INTERRUPTED or not self.wanted():
                return None
            if code > 0:
                return Outcome(failed=self._last_words())
            kimg = self._kimg()
            deaths, reached = (deaths + 1, reached) if kimg <= reached else (1, kimg)
        return Outcome(
            failed=f"The system killed the training {DEATHS} times at {max(reached, 0.0):,.0f} kimg, as it does when "
            "memory runs out: give a smaller batch_size, or free some memory."
        )

    def run(self) -> RunFolder | None:
        """Return the run that this job began or goes on with, where there is one yet."""
        if not self.request.resumes:
            return find_run_of_job(self.job, runs_folder())
        try:
            return find_run(self.request.resumes, runs_folder())
        except RunError:
            return None  # the command says what is wrong with it

    @property
    def log(self) -> Path:
        """What the training says, last attempt first lost."""
        return home() / "jobs" / f"{self.job}.log"

    def _once(self, run: RunFolder | None) -> int:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            process = begin_tethered(self._command(run), log)
        try:
            return self._watch(process)
        finally:
            end_tethered(process)

    def _command(self, run: RunFolder | None) -> Sequence[str]:
        words = [sys.executable, "-m", "lesionlab", "--tethered", self.request.stage, "train"]
        if run is not None:
            return [*words, "--resume", str(run.path)]
        return [*words, *self.request.arguments, *([] if self.request.resumes else ["--job", self.job])]

    def _watch(self, process: subprocess.Popen[bytes]) -> int:
        while True:
            try:
                return process.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                if not self.wanted():
                    return end_tethered(process)

    def _wait_until_free(self, run: RunFolder) -> bool:
        """Wait for a process that is about to leave the run, its worker dead; return whether to go on."""
        while run.in_training:
            if not self.wanted():
                return False
            time.sleep(LOOK_SECONDS)
        return True

    def _kimg(self) -> float:
        run = self.run()
        stats = run.read_stats() if run is not None else []
        return stats[-1]["kimg"] if stats else -1.0

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
        cures = [line.removeprefix("  next: ") for line in lines if line.startswith("  next: ")]
        return " ".join([*errors[-1:], *cures[-1:]]) or (lines[-1] if lines else "It left without a word.")
