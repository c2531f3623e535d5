from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from lesionlab.core.files import write_json
from lesionlab.core.home import cache_folder, runs_folder
from lesionlab.data.prepared import PreparedData
from lesionlab.jobs.queue import JobQueue
from lesionlab.records.codec import to_plain
from lesionlab.records.job import TrainingRequest, WorkerRecord
from lesionlab.records.monitor import MONITOR_NAME, Alarm, MonitorRecord
from lesionlab.records.run import RunFolder
from lesionlab.web import runs as pages

PageOf = Callable[[str], Any]
GAN, CLASSIFIER = "00000-gan-tiny-16px", "00001-classifier-tiny-16px"


@pytest.fixture
def queue(app: APIFlask, home: Path) -> Iterator[JobQueue]:
    found = app.extensions["lesionlab.queue"]
    yield found.open()
    found.close()


@pytest.fixture
def two_runs(tiny_gan_run: RunFolder, tiny_classifier_run: RunFolder, home: Path) -> tuple[RunFolder, RunFolder]:
    """A generator's run and a classifier's, both done, in the home folder."""
    shutil.copytree(tiny_gan_run.path, runs_folder() / GAN)
    shutil.copytree(tiny_classifier_run.path, runs_folder() / CLASSIFIER)
    return RunFolder(runs_folder() / GAN), RunFolder(runs_folder() / CLASSIFIER)


@pytest.fixture
def tiny_at_hand(tiny_data: PreparedData, home: Path) -> None:
    """The drawn lesions prepared in the test's own home folder."""
    cache_folder().mkdir(parents=True)
    (cache_folder() / "tiny").symlink_to(tiny_data.folder)


def unfinished(run: RunFolder) -> RunFolder:
    (run.path / "done").unlink()
    return run


def test_without_data_runs_or_workers_it_says_what_to_do(
    page_of: PageOf, queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page_of("/runs/").text
    assert "No worker is running." in text
    assert "No data is prepared." in text
    assert "None yet." in text
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "python run.py --train fetches it, about 5.5 GB" in page_of("/runs/").text
    queue.leases.renew(WorkerRecord("one", "here", trains=True))
    assert "--train" not in page_of("/runs/").text


@pytest.mark.usefixtures("tiny_at_hand")
def test_a_training_is_started_with_its_cost_stated(page_of: PageOf, client: FlaskClient, queue: JobQueue) -> None:
    text = page_of("/runs/").text
    assert "at the pace of the released model, on two cores" in text
    form = {"preset": "classifier:tiny", "data": "tiny", "kimg": "1.5", "seed": "4"}
    answer = client.post("/runs/", data=form)
    assert (answer.status_code, answer.location) == (303, "/runs/")
    [job] = queue.jobs()
    words = ("--preset", "tiny", "--data", "tiny", "--set", "total_kimg=1.5", "--set", "seed=4")
    assert job.request == TrainingRequest("classifier", words)
    assert job.request.command in page_of("/runs/").text


@pytest.mark.usefixtures("tiny_at_hand")
@pytest.mark.parametrize(
    ("field", "value", "cause"),
    [
        ("preset", "gan:best", "There is no preset &#39;gan:best&#39;."),
        ("preset", "", "There is no preset &#39;&#39;."),
        ("data", "../tiny", "No prepared data is called &#39;../tiny&#39;."),
        ("kimg", "-1", "total_kimg"),
        ("kimg", "1e9", "Length is &#39;1e9&#39;, which is no number."),
        ("seed", "x", "Seed is &#39;x&#39;, which is no whole number."),
    ],
)
def test_what_cannot_be_trained_is_said_beside_the_form(
    client: FlaskClient, queue: JobQueue, field: str, value: str, cause: str
) -> None:
    answer = client.post("/runs/", data={"preset": "gan:tiny", "data": "tiny", field: value})
    assert answer.status_code == 400
    assert cause in answer.text
    assert queue.jobs() == ()


@pytest.mark.usefixtures("queue")
def test_runs_are_listed_and_each_has_a_page(page_of: PageOf, two_runs: object, client: FlaskClient) -> None:
    page = page_of("/runs/")
    assert {f"/runs/{GAN}", f"/runs/{CLASSIFIER}"} <= set(page.links)
    assert "balanced accuracy" in page.text
    one = page_of(f"/runs/{GAN}")
    assert "Losses" in one.text
    assert f"lesionlab serve --generator {GAN}" in one.text
    assert client.get(f"/runs/{GAN}/sheets/0.webp").mimetype == "image/webp"
    assert client.get(f"/runs/{GAN}/sheets/99.webp").status_code == 404
    assert "Balanced accuracy on validation" in page_of(f"/runs/{CLASSIFIER}").text


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("name", ["nobody", "..", "%2e%2e", "00000-gan-tiny-16px%2f..%2f.."])
def test_no_other_folder_is_a_run(client: FlaskClient, two_runs: object, name: str) -> None:
    assert client.get(f"/runs/{name}", follow_redirects=True).status_code == 404


@pytest.mark.usefixtures("queue")
def test_signs_of_collapse_stand_on_both_pages(page_of: PageOf, two_runs: tuple[RunFolder, RunFolder]) -> None:
    alarm = Alarm("collapse", 20, 0.2, 30, 0.3, "all images of nv are alike")
    write_json(two_runs[0].path / MONITOR_NAME, to_plain(MonitorRecord(alarms=(alarm,))))
    assert "1 alarm" in page_of("/runs/").text
    assert "since step 20 (0.2 kimg): all images of nv are alike." in page_of(f"/runs/{GAN}").text


def test_a_stopped_run_goes_on_and_is_stopped(
    client: FlaskClient, two_runs: tuple[RunFolder, RunFolder], queue: JobQueue
) -> None:
    assert client.post(f"/runs/{GAN}/resume").status_code == 400
    unfinished(two_runs[0])
    assert "Go on with it" in client.get(f"/runs/{GAN}").text
    assert client.post(f"/runs/{GAN}/resume").location == f"/runs/{GAN}"
    [job] = queue.jobs()
    assert job.request == TrainingRequest("gan", ("--resume", GAN))
    assert "Stop, and save its state" in client.get(f"/runs/{GAN}").text
    assert client.post(f"/runs/{GAN}/stop").status_code == 303
    assert queue.find(job.id).state == "stopped"
    assert client.post(f"/runs/{GAN}/stop").status_code == 400


@pytest.mark.usefixtures("queue")
def test_a_run_in_training_is_followed_live_or_by_reloading(
    client: FlaskClient, two_runs: tuple[RunFolder, RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "STREAM_SECONDS", 0.2)
    monkeypatch.setattr(pages, "LOOK_SECONDS", 0.05)
    run = unfinished(two_runs[0])
    with run.trained_by_this_process():
        text = client.get(f"/runs/{GAN}").text
        assert '<meta http-equiv="refresh" content="30">' in text
        stream = client.get(f"/runs/{GAN}/events")
        assert stream.mimetype == "text/event-stream"
        assert stream.text.count("data: ") == 1
        assert "-training\n" in stream.text
    assert "http-equiv" not in client.get(f"/runs/{GAN}").text


@pytest.mark.usefixtures("queue", "two_runs")
def test_streams_leave_threads_for_other_pages(client: FlaskClient) -> None:
    assert pages.STREAMS.acquire()
    assert pages.STREAMS.acquire()
    try:
        assert client.get(f"/runs/{GAN}/events").status_code == 204
    finally:
        pages.STREAMS.release(2)


@pytest.mark.usefixtures("queue")
def test_runs_of_one_kind_are_compared(
    page_of: PageOf, two_runs: tuple[RunFolder, RunFolder], client: FlaskClient
) -> None:
    other = shutil.copytree(two_runs[1].path, runs_folder() / "00002-classifier-tiny-16px")
    record = RunFolder(other).read()
    write_json(other / "options.json", to_plain(record) | {"options": {**record.options, "lr": 0.5}})
    page = page_of(f"/runs/compare?run={CLASSIFIER}&run={other.name}")
    assert "lr 0.003 0.5" in page.text
    assert "batch_size" not in page.text
    assert client.get(f"/runs/compare?run={CLASSIFIER}&run={GAN}").status_code == 400
    assert client.get(f"/runs/compare?run={CLASSIFIER}").status_code == 400


def test_no_more_runs_are_compared_than_lines_can_be_told_apart(two_runs, client: FlaskClient, refused) -> None:
    names = [f"0001{number}-classifier" for number in range(pages.MOST_COMPARED + 1)]
    for name in names:
        (runs_folder() / name).symlink_to(runs_folder() / CLASSIFIER)
    asked = [f"run={name}" for name in names]
    assert client.get(f"/runs/compare?{'&'.join(asked[:-1])}").status_code == 200
    assert "two to 6" in refused(client.get(f"/runs/compare?{'&'.join(asked)}"), 400)
    looks = client.get("/static/curves.css").text
    assert [number for number in range(pages.MOST_COMPARED) if f".curves .curve-{number} " not in looks] == []
