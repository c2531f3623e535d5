"""A worker and its training are killed at any moment: no job is lost, no process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lesionlab.jobs.database import database_url
from lesionlab.records.job import TrainingRequest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as Unix has them")

# The worker as it is, but for the training: a script that counts in a file, a line every 50 ms, and goes on from there.
WORKER = """
import sys
from lesionlab.jobs import child, worker
from lesionlab.jobs.queue import JobQueue
child.LOOK_SECONDS = 0.1
url, training = sys.argv[1:]
child.TrainingProcess._command = lambda self, run: [sys.executable, training, *self.request.arguments]
worker.open_queue = lambda url: JobQueue(url, lease_seconds=1.0)
worker.work(url, lambda line: print(line, flush=True))
"""
TRAINING = """
import os, sys, time
from lesionlab.jobs.tether import leave_when_input_ends
leave_when_input_ends()
path, end = sys.argv[1], int(sys.argv[2])
done = open(path).read().count("step") if os.path.exists(path) else 0
try:
    for _ in range(done, end):
        with open(path, "a") as file:
            file.write(f"step {os.getpid()}\\n")
        time.sleep(0.05)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    (tmp_path / "training.py").write_text(TRAINING)
    begun: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", WORKER, database_url(), str(tmp_path / "training.py")]
        with (tmp_path / "said").open("ab") as said:
            begun.append(subprocess.Popen(words, stdout=said, stderr=said))
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()
        process.wait()
    sys.stdout.write((tmp_path / "said").read_text())  # shown where the test failed


def until(what: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "It did not come to that."
        time.sleep(0.05)


def pids(path: Path) -> list[int]:
    lines = path.read_text().splitlines() if path.is_file() else []
    return [int(line.split()[1]) for line in lines if line.startswith("step ")]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_worker_takes_its_training_along_and_another_one_goes_on(queue, start, tmp_path):
    steps = tmp_path / "steps"
    job = queue.submit(TrainingRequest("gan", (str(steps), "40")))
    first, _second = start(), start()
    until(lambda: len(pids(steps)) > 5)
    holder = queue.find(job.id).worker
    victim = first if f"-{first.pid}-" in holder else _second
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    until(lambda: queue.find(job.id).state == "done")
    assert len(pids(steps)) == 40
    assert len(set(pids(steps))) == 2
    assert queue.find(job.id).worker not in ("", holder)
    assert not any(alive(pid) for pid in set(pids(steps)))


def test_a_killed_training_is_begun_again_and_a_worker_told_to_stop_gives_its_job_back(queue, start, tmp_path):
    steps = tmp_path / "steps"
    job = queue.submit(TrainingRequest("gan", (str(steps), "100000")))
    worker = start()
    until(lambda: len(pids(steps)) > 3)
    os.kill(pids(steps)[-1], signal.SIGKILL)
    until(lambda: len(set(pids(steps))) == 2)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert queue.find(job.id).state == "queued"
    assert queue.workers() == ()
    assert not any(alive(pid) for pid in set(pids(steps)))


def test_a_job_stopped_under_way_leaves_room_for_the_next(queue, start, tmp_path):
    endless = queue.submit(TrainingRequest("gan", (str(tmp_path / "endless"), "100000")))
    short = queue.submit(TrainingRequest("gan", (str(tmp_path / "short"), "2")))
    start()
    until(lambda: len(pids(tmp_path / "endless")) > 2)
    queue.stop(endless.id)
    until(lambda: queue.find(short.id).state == "done")
    assert queue.find(endless.id).state == "stopped"
    assert not alive(pids(tmp_path / "endless")[-1])
