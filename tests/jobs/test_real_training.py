"""A real training whose worker is killed: the next one goes on with it, to the weights of an unbroken run."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lesionlab.core.home import runs_folder
from lesionlab.data.prepare import prepare_procedural
from lesionlab.models.weights import load_state
from lesionlab.records.job import TrainingRequest
from lesionlab.records.run import RunFolder, find_run_of_job

ARGUMENTS = ("--data", "drawn", "--preset", "tiny", "--set", "total_kimg=4", "--set", "state_seconds=1")


def weights(run: RunFolder):
    return load_state(run.state)["trainee"]["generator"]


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_a_training_survives_its_worker(queue):
    prepare_procedural("drawn", 84, (16,), seed=0)
    subprocess.run([sys.executable, "-m", "lesionlab", "gan", "train", *ARGUMENTS], check=True, capture_output=True)
    (unbroken,) = runs_folder().iterdir()
    job = queue.submit(TrainingRequest("gan", ARGUMENTS))
    with worker() as first:
        while (run := find_run_of_job(job.id, runs_folder())) is None or not run.state.is_file():
            time.sleep(0.05)
        first.send_signal(signal.SIGKILL)
    with worker() as second:
        while queue.find(job.id).state in ("queued", "running"):
            time.sleep(0.2)
        second.terminate()
        assert second.wait(60) == 0
    assert queue.find(job.id).state == "done"
    assert run.done
    one, other = weights(RunFolder(unbroken)), weights(run)
    assert all((one[name] == other[name]).all() for name in one)


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "lesionlab", "worker"])
    try:
        yield process
    finally:
        process.kill()
        process.wait()
