import pytest

from lesionlab.core.home import runs_folder
from lesionlab.jobs.queue import job_queue
from lesionlab.records.job import TrainingRequest, WorkerRecord
from lesionlab.records.run import RunRecord, create_run


def queued():
    with job_queue() as queue:
        return queue.jobs()


def test_a_training_is_queued_with_its_words_and_whole_paths(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text("seed = 3\n")
    result = run("gan", "train", "--preset", "tiny", "--config", "mine.toml", "--set", "seed=1", "--queue")
    assert result.exit_code == 0, result.output
    (job,) = queued()
    config = str((tmp_path / "mine.toml").resolve())
    assert job.request == TrainingRequest("gan", ("--preset", "tiny", "--config", config, "--set", "seed=1"))
    assert result.stdout == f"Job {job.id} is queued; 1 wait for 0 workers.\n  next: lesionlab worker\n"


def test_options_that_are_wrong_are_refused_before_they_are_queued(refused):
    cause, cure = refused("gan", "train", "--set", "sede=1", "--queue")
    assert "sede" in cause
    assert "seed" in cure
    assert refused("classifier", "train", "--resume", "4", "--queue")[0].startswith("There is no run '4'")
    assert queued() == ()


def test_a_run_is_queued_by_its_name(run):
    create_run(runs_folder(), RunRecord("generator", "tiny", "0" * 64, "", {}), "gan-tiny-16px")
    assert run("gan", "train", "--resume", "0", "--queue").exit_code == 0
    assert queued()[0].request.arguments == ("--resume", "00000-gan-tiny-16px")


@pytest.mark.parametrize(("trains", "told"), [(True, "1 worker.\n"), (False, "No worker can train yet")])
def test_it_says_whether_a_worker_is_there_that_can_train(run, trains, told):
    with job_queue() as queue:
        queue.leases.renew(WorkerRecord("one", "here", trains))
    assert told in run("classifier", "train", "--queue").stdout
    listed = run("jobs", "list").stdout
    assert listed.splitlines()[-1] == ("Workers: one" if trains else "Workers: one (cannot train)")


def test_jobs_are_listed_stopped_and_resumed(run, refused):
    assert "No training was queued yet." in run("jobs", "list").stdout
    run("gan", "train", "--preset", "tiny", "--queue")
    (job,) = queued()
    assert f"{job.id}  queued" in run("jobs", "list").stdout
    assert f"next: lesionlab jobs resume {job.id}" in run("jobs", "stop", job.id[:6]).stdout
    assert f"{job.id}  stopped" in run("jobs", "list").stdout
    assert refused("jobs", "stop", job.id)[0] == f"Job {job.id} is stopped already."
    assert run("jobs", "resume", job.id).stdout == f"Job {job.id} is queued: lesionlab gan train --preset tiny\n"
    assert refused("jobs", "stop", "nobody")[0] == "There is no job 'nobody'."
