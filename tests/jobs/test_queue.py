import pytest

from lesionlab.core.errors import InputError, JobError
from lesionlab.jobs.database import VARIABLE
from lesionlab.jobs.queue import job_queue
from lesionlab.records.job import TrainingRequest

REQUEST = TrainingRequest("gan", ("--preset", "tiny", "--set", "seed=1"))


def test_a_job_waits_with_its_request_in_the_order_of_submission(queue):
    first, second = queue.submit(REQUEST), queue.submit(TrainingRequest("classifier"))
    assert (first.state, first.request, first.worker) == ("queued", REQUEST, "")
    assert [job.id for job in queue.jobs()] == [first.id, second.id]
    assert queue.find(first.id[:10]) == first
    assert first.request.command == "lesionlab gan train --preset tiny --set seed=1"


def test_what_was_queued_is_there_for_whoever_opens_the_queue_next(queue):
    job = queue.submit(REQUEST)
    with job_queue() as other:
        assert other.jobs() == (job,)


def test_a_stopped_job_can_go_on(queue):
    job = queue.submit(REQUEST)
    assert queue.stop(job.id).state == "stopped"
    with pytest.raises(JobError, match="is stopped already"):
        queue.stop(job.id)
    again = queue.resume(job.id)
    assert (again.id, again.state, again.request) == (job.id, "queued", REQUEST)
    with pytest.raises(JobError, match="is queued"):
        queue.resume(job.id)


def test_an_unknown_job_is_refused_with_those_there_are(queue):
    with pytest.raises(InputError, match="no job 'abc'") as caught:
        queue.find("abc")
    assert "none yet" in caught.value.cure
    job = queue.submit(REQUEST)
    with pytest.raises(InputError) as caught:
        queue.find("xyz")
    assert job.id in caught.value.cure
    queue.submit(REQUEST)
    with pytest.raises(InputError, match="several jobs"):
        queue.find("")


def test_a_database_that_cannot_be_opened_is_named_without_its_password(home, monkeypatch):
    monkeypatch.setenv(VARIABLE, f"sqlite:///{home}/nowhere/at/all.db")
    with pytest.raises(JobError, match=r"all\.db cannot be opened"), job_queue():
        pass
    monkeypatch.setenv(VARIABLE, "postgresql://me:secret@127.0.0.1:1/lesionlab?connect_timeout=1")
    with pytest.raises(JobError) as caught, job_queue():
        pass
    assert "secret" not in caught.value.cause
