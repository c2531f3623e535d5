import sys

import pytest

from lesionlab.core.home import runs_folder
from lesionlab.jobs.child import TrainingProcess
from lesionlab.records.job import Outcome, TrainingRequest
from lesionlab.records.run import RunRecord, create_run

JOB = "4e20f2db7082"
RECORD = RunRecord("generator", "tiny", "0" * 64, "lesionlab gan train", {}, job=JOB)


def training(monkeypatch, script, wanted=lambda: True):
    """Carry out a request whose training is this script of Python."""
    monkeypatch.setattr(TrainingProcess, "_command", lambda self, run: [sys.executable, "-c", script])
    return TrainingProcess(JOB, TrainingRequest("gan"), wanted)


def test_a_training_that_ends_well(monkeypatch, home):
    assert training(monkeypatch, "").carry_out() == Outcome()


def test_a_training_that_fails_says_why(monkeypatch, home):
    script = "import sys; sys.stderr.write('warning: x\\nerror: No data.\\n  next: Prepare some.\\n'); sys.exit(2)"
    assert training(monkeypatch, script).carry_out() == Outcome(failed="No data. Prepare some.")
    assert training(monkeypatch, "import sys; print('Oh'); sys.exit(1)").carry_out() == Outcome(failed="Oh")
    assert training(monkeypatch, "import sys; sys.exit(1)").carry_out() == Outcome(failed="It left without a word.")


def test_a_training_that_the_system_kills_is_begun_again_while_it_gets_further(monkeypatch, home):
    run = create_run(runs_folder(), RECORD, "gan")
    script = f"""
import os, signal, sys
stats = {str(run.stats)!r}
lines = open(stats).read().count("kimg") if os.path.exists(stats) else 0
if lines == 5: sys.exit(0)
open(stats, "a").write('{{"kimg": %d}}\\n' % lines)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert training(monkeypatch, script).carry_out() == Outcome()


def test_one_that_is_killed_again_and_again_without_getting_further_is_given_up(monkeypatch, home):
    outcome = training(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)").carry_out()
    assert outcome is not None
    assert outcome.failed.startswith("The system killed the training 3 times at 0 kimg")


def test_one_that_is_no_longer_wanted_is_stopped_by_the_end_of_its_input(monkeypatch, home):
    monkeypatch.setattr("lesionlab.jobs.child.LOOK_SECONDS", 0.05)
    script = "import sys; sys.stdin.read(); sys.exit(130)"
    assert training(monkeypatch, script, wanted=lambda: False).carry_out() is None


def test_it_waits_for_the_process_that_is_about_to_leave_the_run(monkeypatch, home):
    run = create_run(runs_folder(), RECORD, "gan")
    monkeypatch.setattr("lesionlab.jobs.child.LOOK_SECONDS", 0.05)
    answers = iter([True, False])
    with run.trained_by_this_process():
        assert training(monkeypatch, "", wanted=lambda: next(answers)).carry_out() is None
    assert training(monkeypatch, "").carry_out() == Outcome()


@pytest.mark.parametrize(
    ("arguments", "begun", "expected"),
    [
        (("--preset", "tiny"), False, ["gan", "train", "--preset", "tiny", "--job", JOB]),
        (("--preset", "tiny"), True, ["gan", "train", "--resume", "RUN"]),
        (("--resume", "0"), True, ["gan", "train", "--resume", "RUN"]),
        (("--resume", "9"), False, ["gan", "train", "--resume", "9"]),
    ],
)
def test_the_command_goes_on_with_the_run_that_the_job_began(home, arguments, begun, expected):
    run = create_run(runs_folder(), RECORD, "gan") if begun else None
    process = TrainingProcess(JOB, TrainingRequest("gan", arguments), lambda: True)
    assert process.run() == run
    command = [word if run is None or word != str(run.path) else "RUN" for word in process._command(run)]
    assert command == [sys.executable, "-m", "lesionlab", "--tethered", *expected]
